"""Package predictive."""
