"""The card of a model that `failures fit` made on one's own data: what it is for, what it measured, what it cannot say.

A folder that `FailureModel.save` wrote, the model and what was counted go in; CARD.md is written beside. No weights are
shipped: each business fits its own.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from predictive.budget import Realised
from predictive.prognosis_model import ARRAYS, CARD, FailureModel

NAME = "CARD.md"
COMMAND = "beforehand failures fit"


@dataclass(frozen=True, slots=True, kw_only=True)
class Taught:
    """What a model learnt from."""

    devices: int
    failures: int
    on: date


def write_card(folder: Path, model: FailureModel, taught: Taught) -> None:
    """Write the card."""
    files = "\n".join(_file(folder / name) for name in (ARRAYS, CARD))
    seen = model.validated
    figures = {
        "share of failures with a ticket in time": round(seen.recall, 4),
        "false tickets per 1,000 device-months": round(seen.false_per_1000_months, 3),
        "device-months": round(seen.device_months, 1),
    }
    metrics = "\n".join(
        f"  - {{dataset: devices not learnt from, metric: {_quoted(name)}, value: {value}, date: {taught.on}, "
        f"command: {COMMAND}}}"
        for name, value in figures.items()
    )
    until = datetime.fromtimestamp(model.memory.end_s, UTC).date()
    (folder / NAME).write_text(
        f"---\nname: failures\ntitle: Failures of one's own devices\ntask: failure-prognosis\nlanguages: [zh, en]\n"
        f"licence: LicenseRef-own-data\nsource: {{}}\nfiles:\n{files}\n"
        f"data: {taught.devices} devices, {taught.failures} failures, until {until}; nobody else's.\n"
        f"recommended: false\nmetrics:\n{metrics}\n---\n{_prose(model, seen)}",
        encoding="utf-8",
    )


def _file(path: Path) -> str:
    content = path.read_bytes()
    return f"  - {{path: {path.name}, sha256: {hashlib.sha256(content).hexdigest()}, bytes: {len(content)}}}"


def _quoted(text: str) -> str:
    return f"'{text}'"


def _prose(model: FailureModel, seen: Realised) -> str:
    budget = model.budget
    lead_h, horizon_h = budget.lead_s / 3600, budget.horizon_s / 3600
    return f"""# Failures of one's own devices

Boosted trees over {len(model.metrics)} metrics ({", ".join(model.metrics)[:400]}), fitted by `{COMMAND}`.

## Intended use
One ticket a device where a failure is likely {lead_h:g} to {horizon_h:g} hours ahead. Its threshold follows a budget of
{budget.false_per_1000_months:g} false tickets per 1,000 device-months from what readings tell of earlier tickets.

## Limits
Measured in the last part of the recorded time on devices that the trees had not seen: {seen.hits} of
{seen.failures} failures, {seen.false} false tickets. Of {len(model.counters)} metrics more is held to be never better:
{", ".join(model.counters)[:400] or "none"}. A fleet that changes more than this history did is not foreseen as well. A
device taken away looks like one that failed. The folder holds identifiers and last readings of the devices: keep it as
you keep those.

## Must not be used for
Anything where a missed failure endangers people: most failures show no sign in time.
"""
