"""Passages in, the nearest ones out: by words, by meaning, fused, re-ranked, and honest about finding nothing."""
