"""A draft, a ticket's values now and what we wrote before in; what to write, what to say and what to leave out. Pure.

The rules: only a value that the draft is sure of (auto) is written. An empty field is filled, unless a person emptied
it of just that value. A field that holds something is changed only in mode `fill`, and only while what it holds is what
we wrote last. Everything else is a person's and stays.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from api.connectors.options import ConnectorOptions
from api.connectors.records import FieldWrite, WriteMode
from api.schemas.prefill import PrefillResponse
from api.store.changes import Change, ChangeState

ACTOR = "beforehand"
WRITING: tuple[WriteMode, ...] = ("fill_if_empty", "fill")


@dataclass(frozen=True, slots=True)
class Planned:
    """What becomes of one field."""

    field: str
    target: str
    before: str
    after: str
    state: ChangeState

    @property
    def write(self) -> FieldWrite:
        return FieldWrite(self.field, self.target, self.after)


def plan(
    draft: PrefillResponse,
    *,
    options: ConnectorOptions,
    held: Mapping[str, str],
    newest: Mapping[str, Change],
    mode: WriteMode,
) -> tuple[Planned, ...]:
    """Return what becomes of each mapped field that the draft is sure of and that says something new.

    Where nothing is mapped (a messenger has no fields), what was found is said, and that is all.
    """
    planned: list[Planned] = []
    for name, value in draft.fields.items():
        if value.status != "auto" or not value.value:
            continue
        if not options.fields:
            last = newest.get(name)
            if last is None or not is_same(last.after, value.value):
                planned.append(Planned(name, "", "", value.value, "suggested"))
            continue
        if name not in options.fields or name not in held:
            continue
        state = state_of(value.value, held=held[name], last=newest.get(name), mode=mode)
        if state is not None:
            planned.append(Planned(name, options.fields[name], held[name], value.value, state))
    return tuple(planned)


def state_of(value: str, *, held: str, last: Change | None, mode: WriteMode) -> ChangeState | None:
    """Return what to do with a value; None where there is nothing to do or to say.

    >>> state_of("E5", held="", last=None, mode="fill_if_empty"), state_of("E5", held="E4", last=None, mode="fill")
    ('filled', 'kept')
    """
    if is_same(value, held):
        return None
    was_said = last is not None and is_same(last.after, value)
    if held and not is_ours(held, last):
        return None if was_said and last is not None and last.state == "kept" else "kept"
    if held and mode != "fill":
        return None
    if was_said:
        return None  # filled and emptied by a person, put back, or already suggested
    return "filled" if mode in WRITING else "suggested"


def is_ours(held: str, last: Change | None) -> bool:
    """Return whether a value there is the one that we wrote last."""
    return last is not None and last.state == "filled" and last.after == held


def is_same(one: str, other: str) -> bool:
    """Compare values as a person reads them: case, width of spaces and outer spaces do not count.

    >>> is_same("KFR-35GW ", "kfr-35gw"), is_same("E5", "E6")
    (True, False)
    """
    return " ".join(one.split()).casefold() == " ".join(other.split()).casefold()


def changes_of(
    planned: Sequence[Planned], *, connector: str, ticket_id: str, prefill_id: str, at: datetime
) -> tuple[Change, ...]:
    """Return plans as what is recorded of them; the same plan is the same change."""
    return tuple(
        Change(
            id=hashlib.sha256(f"{prefill_id}\0{one.field}".encode()).hexdigest()[:24],
            connector=connector,
            ticket_id=ticket_id,
            prefill_id=prefill_id,
            field=one.field,
            target=one.target,
            before=one.before,
            after=one.after,
            state=one.state,
            actor=ACTOR,
            at=at,
        )
        for one in planned
    )
