"""Speech in, words out: one seam, and one file for each recogniser behind it."""
