"""Package api/console."""
