"""A field's page: what is promised of it, whether that is held, and how its confidence compares with what was right.

The figures are api/report's; here they are laid out, and a promise is stated or taken back.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Response

from api.console.desk import ConsoleRoute, Desk, Entry
from api.console.draft_desk import field_labels
from api.console.overview_pages import interval_of, percent_of
from api.console.plots import reliability
from api.errors import Problem, say
from api.learn import last_lessons
from api.promises import check_field, put_promise, take_back
from api.report.confidence import FieldConfidence, confidences
from api.schemas.promises import PromiseIn
from api.schemas.text import Name
from api.store.promises import EVERY_OTHER

DAYS = 90
PLOT_SIDE = 260.0
MARGIN_LEFT, MARGIN_BELOW = 44, 40

router = APIRouter(prefix="/console", route_class=ConsoleRoute)
AdminDesk = Annotated[Desk, Depends(Entry("admin"))]


@router.get("/confidence")
def list_fields(desk: AdminDesk) -> Response:
    """Show every field with its promise."""
    lessons = last_lessons(desk.engines)
    return desk.page(
        "confidence.html",
        here="quality",
        fields=sorted(_figures(desk), key=lambda one: (-one.drafted, one.field)),
        labels=field_labels(desk),
        lessons=lessons,
        default=desk.store.promises.get(EVERY_OTHER),
        days=DAYS,
        percent_of=percent_of,
        interval_of=interval_of,
        promise_of=promise_of,
    )


@router.get("/confidence/{field}")
def show_field(desk: AdminDesk, field: Name) -> Response:
    """Show one field."""
    figures = next((one for one in _figures(desk) if one.field == field), None)
    if figures is None:
        raise Problem("not_found", say("detail.unknown", what=say("what.promise"), name=repr(field[:60])))
    lessons = last_lessons(desk.engines)
    return desk.page(
        "field_confidence.html",
        here="quality",
        figures=figures,
        label=field_labels(desk).get(field, field),
        dots=reliability([(one.confidence, one.right) for one in figures.bins], side=PLOT_SIDE),
        side=PLOT_SIDE,
        lesson=next((one for one in lessons.lessons if one.field == field), None) if lessons else None,
        learnt_at=lessons.at if lessons else None,
        days=DAYS,
        percent_of=percent_of,
        interval_of=interval_of,
        promise_of=promise_of,
        left=MARGIN_LEFT,
        below=MARGIN_BELOW,
    )


@router.post("/confidence/{field}/promise")
def state_promise(
    desk: AdminDesk,
    field: Name,
    percent: Annotated[float, Form(ge=50, le=99.9)],
    until_held: Annotated[str, Form(pattern="^(suggest|fill)$")] = "suggest",
) -> Response:
    """Promise something of a field."""
    wanted = PromiseIn(promise=round(percent / 100, 4), until_held="fill" if until_held == "fill" else "suggest")
    put_promise(field, wanted, store=desk.store, learned=desk.engines.learned, actor=desk.actor, at=desk.now)
    return _noted(desk, "promise.put", field)


@router.post("/confidence/{field}/promise/clear")
def clear_promise(desk: AdminDesk, field: Name) -> Response:
    """Take a promise back."""
    check_field(field, store=desk.store)
    take_back(field, store=desk.store)
    return _noted(desk, "promise.deleted", field)


def promise_of(share: float) -> str:
    """Write a promise for people.

    >>> promise_of(0.98), promise_of(0.995)
    ('98%', '99.5%')
    """
    return f"{100 * share:g}%"


def _figures(desk: Desk) -> tuple[FieldConfidence, ...]:
    return confidences(desk.store, learned=desk.engines.learned, since=desk.now - timedelta(days=DAYS), until=desk.now)


def _noted(desk: Desk, action: str, field: str) -> Response:
    desk.store.audit.add(at=desk.now, actor=desk.actor, action=action, subject=field)
    return desk.go("/console/confidence" if field == EVERY_OTHER else f"/console/confidence/{field}")
