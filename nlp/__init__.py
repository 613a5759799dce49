"""Package nlp."""
