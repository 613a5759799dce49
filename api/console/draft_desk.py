"""A stored draft in, laid out for whoever looks at it: its template's labels, what is kept of it, what was decided."""

from __future__ import annotations

from api.console.desk import Desk
from api.console.draft_view import DraftView, view_of
from api.prefill.templates import find_template
from api.schemas.prefill import PrefillResponse


def view_at(desk: Desk, response: PrefillResponse) -> DraftView:
    """Lay a draft out in the language of a desk."""
    template = find_template(response.template, store=desk.store)
    labels = {field.name: field.label.in_locale(desk.words.locale) for field in template.fields}
    verdicts = desk.store.drafts.verdicts(response.id)
    return view_of(response, desk.media.load(response.id), labels=labels, verdicts=verdicts)


def field_labels(desk: Desk) -> dict[str, str]:
    """Return what people call the fields of every template; where two differ, the first by name counts."""
    import nlp

    names = sorted({*nlp.template_names(), *desk.store.templates.names()}, reverse=True)
    templates = (find_template(name, store=desk.store) for name in names)
    return {field.name: field.label.in_locale(desk.words.locale) for one in templates for field in one.fields}
