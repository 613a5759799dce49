"""Package api/ingest."""
