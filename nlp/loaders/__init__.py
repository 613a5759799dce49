"""Package nlp/loaders."""
