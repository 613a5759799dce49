"""Package api/connectors."""
