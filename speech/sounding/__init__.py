"""How words sound, and which of them are ordinary."""
