"""Distance of a reading from a slowly changing baseline.

High when a reading lies more robust scales from the running mean than this series' own tail makes usual. Does not know
the time of day; a step that stays becomes the new normal after some half-lives.
"""

from __future__ import annotations

from predictive.control_chart import ChartOptions, ControlChart, WarmUp
from predictive.records import Detector


def make_detector(*, limit: float = 6.0, half_life: float = 3000.0, warm_up: WarmUp | None = None) -> Detector:
    """Build the detector.

    Parameters:
        limit: scales from the baseline that are tolerable even where the series is tame.
        half_life: readings after which an old reading counts half in the baseline.
        warm_up: what a series must have sent before it has an opinion.
    """
    options = ChartOptions(limit=limit, half_life=half_life, smoothing=0.0, warm_up=warm_up or WarmUp())
    return ControlChart("robust_z", options)
