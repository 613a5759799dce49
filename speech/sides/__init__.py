"""Two channels in, who speaks on which out."""
