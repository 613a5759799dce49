"""Package nlp/extraction."""
