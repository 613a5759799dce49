"""A stranger's recording in, samples at 16 kHz out: containers, codecs, limits, and what band of sound is in them."""
