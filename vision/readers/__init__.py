"""Pixels in, lines out: the seam behind which readers stand, which way is up, and how sure a line is."""
