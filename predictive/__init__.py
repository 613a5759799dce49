"""Package predictive: measurements in, alerts out."""

from predictive.alerts import AlertOptions, alert_key
from predictive.band import Band, band_at
from predictive.detector import ANOMALOUS, Ensemble, build_detector, default_detectors, detector_names
from predictive.evidence import EvidenceOptions
from predictive.fleet import STATUSES, Fleet
from predictive.monitor import Monitor, MonitorOptions
from predictive.plot import plot_alert_svg, plot_in_language
from predictive.prognosis import foresee_crossing
from predictive.records import (
    Alert,
    AlertState,
    Anomaly,
    Batch,
    Columns,
    Detector,
    DetectorMissing,
    Limit,
    Measurement,
    Observation,
    PredictiveError,
    Prognosis,
    Reason,
    Rejection,
    Scores,
    SeriesFull,
    SeriesPoints,
    Severity,
    StateMismatch,
    TableError,
)
from predictive.stream import StreamOptions
from predictive.table import Detection, MetricTable, TableOptions, detect_table, read_table, write_table
from predictive.table_plot import plot_detection_svg
from predictive.window import WindowOptions

__all__ = [
    "ANOMALOUS",
    "STATUSES",
    "Alert",
    "AlertOptions",
    "AlertState",
    "Anomaly",
    "Band",
    "Batch",
    "Columns",
    "Detection",
    "Detector",
    "DetectorMissing",
    "Ensemble",
    "EvidenceOptions",
    "Fleet",
    "Limit",
    "Measurement",
    "MetricTable",
    "Monitor",
    "MonitorOptions",
    "Observation",
    "PredictiveError",
    "Prognosis",
    "Reason",
    "Rejection",
    "Scores",
    "SeriesFull",
    "SeriesPoints",
    "Severity",
    "StateMismatch",
    "StreamOptions",
    "TableError",
    "TableOptions",
    "WindowOptions",
    "alert_key",
    "band_at",
    "build_detector",
    "default_detectors",
    "detect_table",
    "detector_names",
    "foresee_crossing",
    "plot_alert_svg",
    "plot_detection_svg",
    "plot_in_language",
    "read_table",
    "write_table",
]
