"""What a person should mend in a photo: darkness, blur, glare, a cut-off edge; and which lines that makes doubtful."""
