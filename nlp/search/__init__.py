"""Package nlp/search."""
