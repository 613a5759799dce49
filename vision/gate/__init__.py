"""A stranger's file in, pixels out: formats, limits, and the child in which the worst of them are opened."""
