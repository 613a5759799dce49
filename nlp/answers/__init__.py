"""Hits in, an answer out: the articles' own sentences as cited steps, a checked draft, what a ticket asks."""
