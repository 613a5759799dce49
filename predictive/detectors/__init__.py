"""Package predictive.detectors: one file per detector, each exporting `make_detector(**options)`."""
