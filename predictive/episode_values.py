"""Alerts as JSON values and back, for snapshots.

Episodes by device code go in, lists of plain values come out, and back. Does not know where they are stored.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from predictive.alerts import Episode
from predictive.records import Alert, Chance, Prognosis, Reason, StateMismatch


def episode_values(episodes: Mapping[int, Episode]) -> list[dict[str, object]]:
    """Return what JSON can hold."""
    return [
        {
            "device": code,
            "rows": sorted(episode.rows),
            "alert": _alert_values(episode.alert),
            "returned_s": list(episode.returned_s),
        }
        for code, episode in sorted(episodes.items())
    ]


def episodes_from(values: Sequence[Mapping[str, Any]]) -> dict[int, Episode]:
    """Return the episodes again.

    Raises:
        StateMismatch: the values are not what `episode_values` wrote.
    """
    try:
        return {int(kept["device"]): _episode(kept) for kept in values}
    except (KeyError, TypeError, ValueError) as error:
        raise StateMismatch(f"the snapshot's alerts cannot be read ({error!r}); start afresh") from error


def _episode(values: Mapping[str, Any]) -> Episode:
    returned_s = tuple(float(at_s) for at_s in values.get("returned_s", ()))  # none in snapshots of before
    return Episode(_alert(values["alert"]), frozenset(values["rows"]), returned_s)


def _alert_values(alert: Alert) -> dict[str, object]:
    values = asdict(alert)
    for name in ("opened_at", "updated_at", "resolved_at"):
        values[name] = None if values[name] is None else values[name].isoformat()
    for reason in values["reasons"]:
        for name in ("since", "until"):
            reason[name] = None if reason[name] is None else reason[name].isoformat()
    return values


def _alert(values: Mapping[str, Any]) -> Alert:
    resolved_at = values["resolved_at"]
    return Alert(
        key=values["key"],
        device_id=values["device_id"],
        state=values["state"],
        severity=values["severity"],
        opened_at=datetime.fromisoformat(values["opened_at"]),
        updated_at=datetime.fromisoformat(values["updated_at"]),
        resolved_at=None if resolved_at is None else datetime.fromisoformat(resolved_at),
        reasons=tuple(_reason(reason) for reason in values["reasons"]),
        prognosis=_prognosis(values["prognosis"]),
        returns=int(values.get("returns", 0)),
        is_flapping=bool(values.get("is_flapping", False)),
    )


def _prognosis(values: Mapping[str, Any]) -> Prognosis:
    chances = tuple(Chance(**chance) for chance in values.get("chances", ()))  # none in snapshots of before
    return Prognosis(**{**values, "chances": chances})


def _reason(values: Mapping[str, Any]) -> Reason:
    until = values.get("until")
    since = datetime.fromisoformat(values["since"])
    return Reason(**{**values, "since": since, "until": None if until is None else datetime.fromisoformat(until)})
