"""Package api/routes."""
