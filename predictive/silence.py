"""Which series say nothing any more: the stream's clockwork and a moment in, the rows that are missed out.

A series is missed by its own cadence and its own pauses, or because a gateway says that its device is not connected.
Does not judge values, and does not know what an alert is.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

import numpy as np

from predictive.alerts import SILENCE
from predictive.records import Floats, Reason
from predictive.stream import Stream

SILENT_INTERVALS = 10  # so many expected readings missing
SILENT_LONGEST = 3  # and so many times the longest pause this series ever made
SILENT_S = 1800.0  # shorter pauses are a gateway's restart
DROP_OUT_S = 86_400.0  # one metric missing while others come: sent on change, or broken; a day tells


def silent_rows(stream: Stream, *, now_s: float) -> Mapping[int, Mapping[int, Reason]]:
    """Return what is missed, by device code and row: how long it has been silent, and its usual interval."""
    table, cadence_s, longest_s = stream.table, stream.cadence_s(), patience_s(stream)
    elapsed_s = now_s - stream.newest_s()
    # A series that came late by more than its patience is a file being loaded, not a device that went away.
    # One that a gateway says is not connected needs no known cadence to be missed.
    away = now_s - stream.away_s() >= SILENT_S
    live = (np.isfinite(cadence_s) & (stream.lag_s() <= longest_s)) | away
    silent = live & ((elapsed_s > longest_s) | away)
    missed: dict[int, Mapping[int, Reason]] = {}
    for code in np.unique(table.device_of[silent]).tolist():
        rows = np.array(table.rows_of_device(code))
        gone = rows[silent[rows]]
        if len(gone) < int(live[rows].sum()):
            gone = gone[elapsed_s[gone] >= DROP_OUT_S]
        if len(gone):
            missed[code] = {
                row: _reason(table.metrics[row], float(elapsed_s[row]), float(cadence_s[row]), now_s)
                for row in gone.tolist()
            }
    return missed


def patience_s(stream: Stream) -> Floats:
    """Return for how long each series may be silent, nan where its cadence is not known."""
    usual_s = np.maximum(SILENT_INTERVALS * stream.cadence_s(), SILENT_LONGEST * stream.longest_s())
    return np.maximum(usual_s, SILENT_S)


def _reason(metric: str, elapsed_s: float, cadence_s: float, now_s: float) -> Reason:
    return Reason(
        metric=metric,
        since=datetime.fromtimestamp(now_s - elapsed_s, UTC),
        expected=cadence_s,
        observed=elapsed_s,
        score=1.0,
        detector=SILENCE,
        unit="s",
    )
