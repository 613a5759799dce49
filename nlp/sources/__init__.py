"""Files, folders, checkouts, zips and websites in, articles out, and what became of each."""
