"""Parts to take along and steps to work through: a template's rules in, those that fit a ticket's metrics out.

A template's "x-maintenance" is a list of {"when": [words], "went": "high" | "low" | "silent" (or absent), "parts":
[...], "steps": [...]}, texts as {"zh", "en"}. A rule fits where one of its words is in a metric's name or its words in
either language; a rule with "went" alone where a metric went so; one with neither is for whatever no other fits. Knows
no readings.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cache
from importlib.resources import files

from pydantic import BaseModel, TypeAdapter, ValidationError

from api.errors import LANGUAGES
from api.schemas.telemetry import LocalText, Procedure, Ticket, TicketReason
from api.store import Store
from api.upkeep.advice import direction_of
from api.upkeep.metric_words import words_of_metric

KEY = "x-maintenance"
MOST = 12
"""Parts, and steps, on a ticket: a technician carries one bag and reads on a phone."""


class Rule(BaseModel):
    when: list[str] = []
    went: str = ""
    parts: list[LocalText] = []
    steps: list[LocalText] = []


RULES = TypeAdapter(list[Rule])


def procedure_for(ticket: Ticket, *, template: str, store: Store | None) -> Procedure:
    """Return parts and steps for a ticket; empty where the template has no rule for it. No store: as it is shipped."""
    own = store.templates.get(template) if store is not None else None
    rules = rules_of(own or _built_in(template))
    fitting = [rule for rule in rules if any(_fits(rule, reason) for reason in ticket.reasons)]
    chosen = fitting or [rule for rule in rules if not rule.when and not rule.went]
    parts = _unique([part for rule in chosen for part in rule.parts])
    steps = _unique([step for rule in chosen for step in rule.steps])
    return Procedure(template=template if parts or steps else "", parts=parts, steps=steps)


def rules_of(schema: str) -> list[Rule]:
    """Return a template's rules; none where it has none that can be read."""
    try:
        return RULES.validate_python(json.loads(schema or "{}").get(KEY, []))
    except ValidationError:
        return []  # the template page shows what is wrong with it; a ticket is opened all the same


@cache
def _built_in(template: str) -> str:
    path = files("nlp.extraction").joinpath("schemas", f"{template}.json")
    return path.read_text(encoding="utf-8") if path.is_file() else ""


def _fits(rule: Rule, reason: TicketReason) -> bool:
    if rule.went and rule.went != direction_of(reason):
        return False
    if not rule.when:
        return bool(rule.went)
    said = " ".join((reason.metric.lower(), *(words_of_metric(reason.metric, one) for one in LANGUAGES))).lower()
    return any(word.lower() in said for word in rule.when)


def _unique(texts: Sequence[LocalText]) -> list[LocalText]:
    return list({text.zh: text for text in texts}.values())[:MOST]
