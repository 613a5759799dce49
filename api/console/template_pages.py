"""The templates page and its editor: fields are dragged in, ordered and typed without code, and tried at once."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Depends, Query, Response
from pydantic import JsonValue

from api.console.conversation import messages_in
from api.console.desk import ConsoleRoute, Desk, Entry
from api.console.template_form import (
    BY_HAND,
    CHOICES,
    EditorRow,
    TemplateForm,
    new_row,
    read_template_form,
    rows_of,
    schema_of,
)
from api.errors import Problem, say
from api.intents import INTENT_FOLDER, WEIGHTS_FILE
from api.prefill import draft_ticket
from api.prefill.templates import drop_template, find_schema, find_template, keep_template, template_names
from api.schemas.prefill import DraftField, PrefillRequest
from api.schemas.text import Key
from api.store import DEFAULT_TENANT
from nlp.records import LabelsInvalid

if TYPE_CHECKING:
    from nlp import Template

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._\-]{0,99}")
"""api.schemas.text.StoredName."""

router = APIRouter(prefix="/console", route_class=ConsoleRoute)
AdminDesk = Annotated[Desk, Depends(Entry("admin"))]
Form = Annotated[TemplateForm, Depends(read_template_form)]


@dataclass(frozen=True, slots=True)
class TemplateLine:
    """A template in the list. An own one may hide a built-in one of its name."""

    name: str
    title: str
    fields: tuple[str, ...]
    required: int
    is_own: bool
    is_built_in: bool


@dataclass(frozen=True, slots=True)
class Chooser:
    """What picks the template of a ticket that names none: the labels in force and since when, none where none is."""

    command: str  # that puts one into force
    labels: tuple[str, ...] = ()
    at: datetime | None = None
    is_unreadable: bool = False


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of field that can be dragged in."""

    name: str
    label: str


@dataclass(frozen=True, slots=True)
class Tried:
    """A field of the preview."""

    label: str
    draft: DraftField | None


@router.get("/templates")
def list_templates(desk: AdminDesk) -> Response:
    """List every template."""
    import nlp

    own, built_in = set(desk.store.templates.names()), set(nlp.template_names())
    lines = [
        _line(desk, name, is_own=name in own, is_built_in=name in built_in) for name in template_names(store=desk.store)
    ]
    default = desk.settings.default_template
    return desk.page("templates.html", here="templates", lines=lines, default=default, chooser=_chooser(desk))


@router.get("/new-template")
def start_template(desk: AdminDesk) -> Response:
    """Open the editor on an empty template."""
    return _editor(desk, name="", title=("", ""), rows=())


@router.get("/templates/{name}")
def edit_template(desk: AdminDesk, name: Key, saved: Annotated[bool, Query()] = False) -> Response:
    """Open the editor on a template."""
    template = find_template(name, store=desk.store)
    return _editor(desk, name=name, title=(template.title.zh, template.title.en), rows=rows_of(template), saved=saved)


@router.get("/template-row")
def add_row(desk: AdminDesk, kind: Key) -> Response:
    """Return a row for a new field."""
    return desk.page("template_row.html", row=new_row(kind), kinds=_kinds(desk), is_new=True)


@router.post("/template-preview")
def try_template(desk: AdminDesk, form: Form) -> Response:
    """Fill the template in from the pasted conversation; nothing is kept."""
    import nlp

    if not form.rows:
        return desk.page("template_preview.html", tried=(), question="")
    template = nlp.load_template(schema_of(form, before={}))
    request = PrefillRequest(locale=desk.words.locale, messages=messages_in(form.conversation))
    drafted = draft_ticket(
        request, (), engines=desk.engines, template=template, records=desk.engines.records, at=desk.now
    ).response
    tried = [Tried(one.label.in_locale(desk.words.locale), drafted.fields.get(one.name)) for one in template.fields]
    question = drafted.next_question.text if drafted.next_question else ""
    return desk.page("template_preview.html", tried=tried, question=question)


@router.post("/templates")
def save_template(desk: AdminDesk, form: Form) -> Response:
    """Keep the template."""
    if not NAME.fullmatch(form.name) or not form.rows:
        raise Problem(
            "validation_failed", say("detail.template_incomplete"), where="name", fix=say("fix.template_incomplete")
        )
    keep_template(form.name, schema_of(form, before=_schema_before(desk, form)), store=desk.store, at=desk.now)
    _note(desk, "template.saved", form.name)
    return desk.go(f"/console/templates/{form.name}?saved=true")


@router.post("/templates/{name}/delete")
def delete_template(desk: AdminDesk, name: Key) -> Response:
    """Forget an own template; a built-in one of its name shows again."""
    drop_template(name, store=desk.store)
    _note(desk, "template.deleted", name)
    return desk.go("/console/templates")


def _editor(
    desk: Desk, *, name: str, title: tuple[str, str], rows: tuple[EditorRow, ...], saved: bool = False
) -> Response:
    return desk.page(
        "template_editor.html",
        here="templates",
        name=name,
        title_zh=title[0],
        title_en=title[1],
        rows=rows,
        kinds=_kinds(desk),
        saved=saved,
        sample=desk.words("templates.sample"),
    )


def _kinds(desk: Desk) -> tuple[Kind, ...]:
    import nlp

    read = (Kind(name, nlp.ticket_field(name).texts.label.in_locale(desk.words.locale)) for name in nlp.field_names())
    return (*read, Kind(CHOICES, desk.words("templates.choices")), Kind(BY_HAND, desk.words("templates.by_hand")))


def _chooser(desk: Desk) -> Chooser:
    tenant = desk.visitor.tenant if desk.visitor else DEFAULT_TENANT
    command = "beforehand classify fit --examples F --use" + (f" --tenant {tenant}" if tenant != DEFAULT_TENANT else "")
    try:
        classifier = desk.engines.intents.classifier()
    except LabelsInvalid:
        return Chooser(command, is_unreadable=True)
    if classifier is None:
        return Chooser(command)
    weights = desk.engines.settings.data_dir / INTENT_FOLDER / WEIGHTS_FILE
    return Chooser(command, classifier.labels, datetime.fromtimestamp(weights.stat().st_mtime, UTC))


def _line(desk: Desk, name: str, *, is_own: bool, is_built_in: bool) -> TemplateLine:
    template: Template = find_template(name, store=desk.store)
    labels = tuple(field.label.in_locale(desk.words.locale) for field in template.fields)
    required = sum(field.is_required for field in template.fields)
    return TemplateLine(name, template.title.in_locale(desk.words.locale), labels, required, is_own, is_built_in)


def _schema_before(desk: Desk, form: TemplateForm) -> dict[str, JsonValue]:
    return find_schema(form.before, store=desk.store) if form.before in template_names(store=desk.store) else {}


def _note(desk: Desk, action: str, name: str) -> None:
    desk.store.audit.add(at=desk.now, actor=desk.actor, action=action, subject=f"template:{name}", detail={})
