"""Package nlp/fields."""
