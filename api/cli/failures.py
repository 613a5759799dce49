"""`failures fit` and `failures score`: what failed in the past in, tickets before the next failures out."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from pydantic import JsonValue

from api.cli.desk import AsJson
from api.cli.output import console, log_to_stderr, reported, speaks_json, spoken_language, write_line
from api.errors import words

if TYPE_CHECKING:
    from predictive.prognosis_score import FailureTicket

group = typer.Typer(help="Failures foreseen from past failures.", no_args_is_help=True)
Events = Annotated[Path, typer.Option(help="parquet or csv: device_id, at, one column a metric.")]
HOUR_S = 3600.0


@group.command()
def fit(
    events: Events,
    failures: Annotated[Path, typer.Option(help="parquet or csv: device_id, at.")],
    out: Annotated[Path, typer.Option(help="Folder of the model.")],
    budget: Annotated[float, typer.Option(min=0.01, help="False tickets per 1,000 device-months.")] = 1.0,
    lead_h: Annotated[float, typer.Option(min=0, help="A ticket helps that many hours before, or earlier.")] = 72.0,
    horizon_h: Annotated[float, typer.Option(min=1, help="A ticket farther ahead than this is false.")] = 90 * 24.0,
    unit: Annotated[
        list[str] | None, typer.Option(help="metric=unit, e.g. heat=°C: live readings are brought to it.")
    ] = None,
    remaining_life: Annotated[
        bool, typer.Option("--remaining-life", help="Learn how long devices last, from those that failed.")
    ] = False,
    most_h: Annotated[float | None, typer.Option(min=0, help="Of a remaining life: more is told as at least.")] = None,
    as_json: AsJson = False,
) -> None:
    """Learn from past failures; the threshold keeps the budget of false tickets."""
    from predictive.budget import Budget
    from predictive.prognosis_card import Taught, write_card
    from predictive.prognosis_fit import fit_table
    from predictive.prognosis_table import read_events

    log_to_stderr()
    if remaining_life:
        _fit_life(events, failures, out, most_h, as_json=as_json)
        return
    with reported():
        readings, failed = read_events(events), read_events(failures, needs_metrics=False)
        terms = Budget(false_per_1000_months=budget, lead_s=lead_h * HOUR_S, horizon_s=horizon_h * HOUR_S)
        units = _units(unit or [], known=readings.metrics)
        model = replace(fit_table(readings, failed, budget=terms), units=units)
        model.save(out)
        today = datetime.now(UTC).date()
        write_card(out, model, Taught(devices=len(readings.names), failures=len(failed.at_s), on=today))
    unread = len(set(failed.names) - set(readings.names))
    seen, opens = model.validated, model.threshold < float("inf")
    line: dict[str, JsonValue] = {"out": str(out), "devices": len(readings.names), "failures": len(failed.at_s)}
    line |= {"failures_without_readings": unread}
    line |= {"budget": budget, "false_per_1000_months": round(seen.false_per_1000_months, 3)}
    line |= {"recall": round(seen.recall, 4), "device_months": round(seen.device_months, 1), "opens_tickets": opens}
    if speaks_json(as_json):
        write_line(line)
        return
    told = {"recall": f"{seen.recall:.0%}", "rate": f"{seen.false_per_1000_months:.2f}", "budget": f"{budget:g}"}
    console().print(words(spoken_language())("failures.fitted" if opens else "failures.no_threshold", **told))


@group.command()
def score(
    model: Annotated[Path, typer.Option(help="Folder that `failures fit` wrote.")],
    events: Events,
    as_json: Annotated[bool, typer.Option("--json", help="Taken and not needed: lines out are always JSON.")] = False,
) -> None:
    """Open tickets over readings: one a device and episode."""
    from predictive.prognosis_history import history_from
    from predictive.prognosis_model import FailureModel
    from predictive.prognosis_score import open_tickets
    from predictive.prognosis_table import read_events

    log_to_stderr()
    with reported():
        readings = read_events(events)
        history = history_from(readings.names, readings.device, readings.at_s, readings.metrics)
        tickets = open_tickets(FailureModel.load(model), history)
    for ticket in tickets:
        write_line(_line(ticket))


@group.command()
def remaining(
    model: Annotated[Path, typer.Option(help="Folder that `failures fit --remaining-life` wrote.")],
    events: Events,
    as_json: Annotated[bool, typer.Option("--json", help="Taken and not needed: lines out are always JSON.")] = False,
) -> None:
    """Say how many hours each device will last after its last reading."""
    from predictive.prognosis_history import history_from
    from predictive.prognosis_table import read_events
    from predictive.remaining_life import LifeModel

    log_to_stderr()
    with reported():
        readings = read_events(events)
        history = history_from(readings.names, readings.device, readings.at_s, readings.metrics)
        found = LifeModel.load(model).remaining(history)
    for row in history.last_rows.tolist():
        at = datetime.fromtimestamp(float(history.at_s[row]), UTC).isoformat()
        line: dict[str, JsonValue] = {"device_id": history.device_ids[int(history.device[row])], "at": at}
        high_s = float(found.high_s[row])
        line |= {"remaining_h": round(float(found.expected_s[row]) / HOUR_S, 2)}
        line |= {"low_h": round(float(found.low_s[row]) / HOUR_S, 2)}
        write_line(line | {"high_h": round(high_s / HOUR_S, 2) if high_s < float("inf") else None})


def _units(told: list[str], *, known: Collection[str]) -> dict[str, str]:
    """Return the units of metrics, as they were told."""
    pairs = [one.rpartition("=") for one in told]
    for metric, _, unit in pairs:
        if metric not in known or not unit:
            names = ", ".join(sorted(known))[:200]
            raise typer.BadParameter(words(spoken_language())("failures.unit", told=f"{metric}={unit}", known=names))
    return {metric: unit.strip() for metric, _, unit in pairs}


def _fit_life(events: Path, failures: Path, out: Path, most_h: float | None, *, as_json: bool) -> None:
    from predictive.prognosis_table import read_events
    from predictive.remaining_life_fit import fit_life_table

    with reported():
        readings, failed = read_events(events), read_events(failures, needs_metrics=False)
        model = fit_life_table(readings, failed, most_s=most_h and most_h * HOUR_S)
        model.save(out)
    told = {"rmse_h": round(model.rmse_s / HOUR_S, 2), "most_h": round(model.most_s / HOUR_S, 2)}
    if speaks_json(as_json):
        write_line({"out": str(out), **told, "usual_h": round(model.usual_s / HOUR_S, 2)})
        return
    console().print(words(spoken_language())("failures.life_fitted", **{name: f"{n:g}" for name, n in told.items()}))


def _line(ticket: FailureTicket) -> dict[str, JsonValue]:
    reasons: list[JsonValue] = [
        {
            "metric": reason.metric,
            "since": reason.since.isoformat(),
            "expected": None if reason.expected != reason.expected else reason.expected,
            "observed": None if reason.observed != reason.observed else reason.observed,
            "score": reason.score,
        }
        for reason in ticket.reasons
    ]
    return {
        "device_id": ticket.device_id,
        "at": ticket.at.isoformat(),
        "probability": ticket.probability,
        "horizon_h": ticket.horizon_h,
        "probabilities": {f"{chance.horizon_h:g}": chance.probability for chance in ticket.chances},
        "reasons": reasons,
    }
