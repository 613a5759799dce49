"""Sentences in, unit vectors out; and pairs in, scores out: the models that meaning is measured with."""
