"""Package api/cli."""
