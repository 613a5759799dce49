"""Put measured numbers into a model card, in place of those measured before by the same command.

In: a card's path and metrics. Out: the card with a new `metrics` list; nothing else in it changes.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import yaml

from model_cards.card import Metric, load_card_file

BLOCK = re.compile(r"^metrics:.*\n(?:  - .*\n)*", re.MULTILINE)


def write_metrics(path: Path, metrics: Sequence[Metric]) -> None:
    """Write metrics; those of other commands stay."""
    commands = {metric.command for metric in metrics}
    kept = [metric for metric in load_card_file(path).metrics if metric.command not in commands]
    text = path.read_text(encoding="utf-8")
    path.write_text(BLOCK.sub(lambda _: _block([*kept, *metrics]), text, count=1), encoding="utf-8")
    load_card_file(path)


def _block(metrics: Sequence[Metric]) -> str:
    if not metrics:
        return "metrics: []\n"
    return "metrics:\n" + "".join(f"  - {_row(metric)}\n" for metric in metrics)


def _row(metric: Metric) -> str:
    row = {
        "dataset": metric.dataset,
        "metric": metric.metric,
        "value": metric.value,
        "date": metric.date,
        "command": metric.command,
    }
    flow: str = yaml.safe_dump(row, default_flow_style=True, sort_keys=False, allow_unicode=True, width=10_000)
    return flow.strip()
