"""Sound in while it is spoken, words out: what a file's way to a transcript is, taken a little at a time."""
