"""What the service did for one tenant, in figures: its store in, frozen values out. Knows no HTTP and no HTML."""

from api.report.figures import (
    Accuracy,
    Day,
    FieldFigures,
    Group,
    Maintenance,
    ModelFigures,
    Overview,
    Period,
    Quality,
    Suggested,
    Totals,
    Week,
)
from api.report.overview import overview
from api.report.quality import quality
from api.report.share import Share

__all__ = [
    "Accuracy",
    "Day",
    "FieldFigures",
    "Group",
    "Maintenance",
    "ModelFigures",
    "Overview",
    "Period",
    "Quality",
    "Share",
    "Suggested",
    "Totals",
    "Week",
    "overview",
    "quality",
]
