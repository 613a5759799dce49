"""The prefill pages: drop in what a customer sent, see the draft with its evidence."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Response
from fastapi.responses import FileResponse, StreamingResponse
from pydantic import ValidationError

from api.console.desk import ConsoleRoute, Desk, Entry
from api.console.draft_desk import view_at
from api.console.draft_view import DraftView
from api.console.example import EXAMPLES, example_engines, is_example
from api.console.uploads import PrefillForm, read_prefill_form, zone_of
from api.console.verdicts import verdict_on
from api.engines import Engines
from api.errors import Problem, Said, invalid_problem, say
from api.learn import take_feedback
from api.prefill import Attachment, prefill
from api.prefill.kept_media import redacted_pieces
from api.prefill.templates import find_template
from api.schemas.prefill import Customer, Message, PrefillRequest, PrefillResponse
from api.security import make_id

RECENT = 8
USUAL_OFFSET_MINUTES = {"zh": 8 * 60, "en": 0}
"""Until the browser says its own: China has one time zone, English has none."""
MEDIA_TYPES = {".wav": "audio/wav", ".jpg": "image/jpeg"}
TITLE_FIELDS = ("device_model", "error_code", "order_number")

router = APIRouter(prefix="/console", route_class=ConsoleRoute)
PrefillDesk = Annotated[Desk, Depends(Entry("prefill"))]


@dataclass(frozen=True, slots=True)
class RecentDraft:
    id: str
    title: str
    filled: int
    total: int
    created_at: datetime


@router.get("/prefill")
def show_form(desk: PrefillDesk) -> Response:
    """Show the form."""
    recent = desk.store.drafts.recent_prefills(limit=RECENT)
    return desk.page(
        "prefill.html",
        here="prefill",
        templates=_template_titles(desk),
        chosen_template=desk.settings.default_template,
        text_limit=desk.settings.limits.text_chars,
        is_bare=desk.engines.records is None and desk.engines.catalogues.of_devices() is None,
        records_folder=desk.engines.settings.data_dir / "records",
        has_example=_example_path(desk).is_file(),
        utc_offset=USUAL_OFFSET_MINUTES[desk.words.language],
        recent=[_recent(draft, untitled=desk.words("draft.title")) for draft in recent],
    )


@router.post("/prefill")
def make_draft(desk: PrefillDesk, form: Annotated[PrefillForm, Depends(read_prefill_form)]) -> Response:
    """Make a draft of what was dropped in."""
    if not form.message and not form.files:
        raise Problem("validation_failed", desk.words("prefill.nothing"), fix=desk.words("prefill.lead"))
    try:
        request = PrefillRequest(
            template=form.template or None,
            channel="console",
            locale=desk.words.locale,
            reference_time=desk.now.astimezone(form.zone),
            customer=Customer(id=form.customer or None, phone=form.phone or None),
            messages=[Message(id="m1", role="customer", text=form.message)] if form.message else [],
        )
    except ValidationError as error:
        raise invalid_problem(error.errors()) from error
    return _made(desk, request, form.files, engines=desk.engines)


@router.post("/example")
def make_example(desk: PrefillDesk, utc_offset: Annotated[str, Form(max_length=5)] = "") -> Response:
    """Make a draft of the example in the person's language."""
    path = _example_path(desk)
    if not path.is_file():
        raise Problem("not_found", say("detail.no_examples", path="examples/"), fix=say("fix.no_examples"))
    scenario = json.loads(path.read_text(encoding="utf-8"))
    request = PrefillRequest.model_validate(
        {**scenario["request"], "reference_time": desk.now.astimezone(zone_of(utc_offset))}
    )
    files = [Attachment(name, (EXAMPLES / name).read_bytes()) for name in scenario["files"]]
    return _made(desk, request, files, engines=example_engines(desk.engines), notes=[say("warning.example")])


@router.get("/prefills/{prefill_id}")
def show_draft(desk: PrefillDesk, prefill_id: str) -> Response:
    """Show a draft with its evidence."""
    view = _view(desk, prefill_id)
    template = find_template(view.response.template, store=desk.store)
    title = template.title.in_locale(desk.words.locale)
    return desk.page(
        "draft.html",
        here="prefill",
        view=view,
        template_title=title,
        speech_fix=desk.engines.speech_state().fix,
        is_example=is_example(view.response.warnings),
    )


@router.post("/prefills/{prefill_id}/feedback")
def take_verdict(
    desk: PrefillDesk,
    prefill_id: str,
    field: Annotated[str, Form(max_length=200)],
    action: Annotated[str, Form(max_length=20)],
    final: Annotated[str, Form(max_length=2_000)] = "",
) -> Response:
    """Keep what a person decided about a field, and show it."""
    verdict = verdict_on(_stored(desk, prefill_id), field=field, action=action, final=final.strip())
    take_feedback(verdict, feedback_id=make_id(), engines=desk.engines, store=desk.store, at=desk.now)
    if not desk.is_partial:
        return desk.go(f"/console/prefills/{prefill_id}")
    shown = next(view for view in _view(desk, prefill_id).fields if view.name == field)
    return desk.page("verdict.html", field=shown, prefill_id=prefill_id)


def _view(desk: Desk, prefill_id: str) -> DraftView:
    return view_at(desk, _stored(desk, prefill_id))


@router.get("/prefills/{prefill_id}/media/{stored}")
def show_media(desk: PrefillDesk, prefill_id: str, stored: str, redacted: bool = False) -> Response:
    """Send the safe copy of a picture or recording; of a recording also without card and identity numbers."""
    response = _stored(desk, prefill_id)
    path, kept = desk.media.file(response.id, stored), desk.media.load(response.id)
    if path is None or kept is None:
        raise Problem("not_found", say("detail.unknown", what=say("what.file"), name=repr(stored)))
    if redacted and path.suffix == ".wav":
        return StreamingResponse(redacted_pieces(path, response, kept), media_type=MEDIA_TYPES[path.suffix])
    return FileResponse(path, media_type=MEDIA_TYPES[path.suffix], headers={"Cache-Control": "private, max-age=3600"})


def _template_titles(desk: Desk) -> dict[str, str]:
    """Return every template's title by its name."""
    import nlp

    names = sorted({*nlp.template_names(), *desk.store.templates.names()})
    return {name: find_template(name, store=desk.store).title.in_locale(desk.words.locale) for name in names}


def _made(
    desk: Desk, request: PrefillRequest, files: Sequence[Attachment], *, engines: Engines, notes: Sequence[Said] = ()
) -> Response:
    response = prefill(request, files, engines=engines, store=desk.store, at=desk.now, notes=notes)
    named = {file.name: file.content for file in files}
    desk.media.keep(response, messages=request.messages, files=named, at=desk.now)
    return desk.go(f"/console/prefills/{response.id}")


def _stored(desk: Desk, prefill_id: str) -> PrefillResponse:
    found = desk.store.drafts.prefill(prefill_id)
    if found is None:
        raise Problem("not_found", say("detail.unknown", what=say("what.prefill"), name=repr(prefill_id)))
    return found.response


def _example_path(desk: Desk) -> Path:
    return EXAMPLES / f"scenario_{desk.words.language}.json"


def _recent(draft: PrefillResponse, *, untitled: str) -> RecentDraft:
    named = [draft.fields[name].value for name in TITLE_FIELDS if name in draft.fields]
    words = [draft.ticket_id, *named[:2]]
    filled = sum(field.value is not None for field in draft.fields.values())
    title = " · ".join(word for word in words if word)
    return RecentDraft(draft.id, title or untitled, filled, len(draft.fields), draft.created_at)
