"""A change of ours in a ticket elsewhere, undone: the value before is put back where ours still stands."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from api.connectors.records import FieldWrite
from api.enrich.live import Connectors
from api.enrich.loop import held_now
from api.enrich.plan import is_same
from api.enrich.troubles import told_at_once
from api.errors import Problem, say
from api.store import Store
from api.store.changes import Change


def revert_change(change_id: str, *, connectors: Connectors, store: Store, actor: str, at: datetime) -> Change:
    """Put back the value before a change; one that is reverted already is returned as it is.

    Raises:
        Problem: no such change, nothing was written, a person wrote since, or the system does not answer.
    """
    change = store.changes.get(change_id)
    if change is None:
        raise Problem("not_found", say("detail.unknown", what=say("what.change"), name=repr(change_id[:50])))
    if change.state == "reverted":
        return change
    live = connectors.get(change.connector)
    if live is None or live.options.tenant != store.tenant or live.connector.system is None:
        raise Problem("not_found", say("detail.connector_gone", name=change.connector))
    if change.state != "filled":
        raise Problem("change_not_ours", say("detail.change_not_written", field=change.field))
    with told_at_once(), live.heard():
        held = held_now(live.connector.system, change.ticket_id).get(change.field, "")
        if is_same(held, change.after):
            live.connector.system.write(change.ticket_id, [FieldWrite(change.field, change.target, change.before)])
        elif held != change.before:
            raise Problem("change_not_ours", say("detail.change_overwritten", field=change.field, value=held[:100]))
    reverted = replace(change, state="reverted", reverted_at=at)
    store.changes.add([reverted])
    subject = f"{change.connector}/{change.ticket_id}"
    detail = {"field": change.field, "change": change.id}
    store.audit.add(at=at, actor=actor, action="field.reverted", subject=subject, detail=detail)
    return reverted
