"""Samples in, stretches of speech out: which detectors there are, and what each takes for a voice."""
