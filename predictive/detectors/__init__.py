"""Package predictive/detectors."""
