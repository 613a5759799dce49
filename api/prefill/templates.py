"""A template's name in, the template or its schema out: the administrator's own first, then the built-in ones."""

from __future__ import annotations

import json
from datetime import datetime
from importlib.resources import files
from typing import TYPE_CHECKING

from pydantic import JsonValue

from api.errors import Problem, say
from api.store import Store

if TYPE_CHECKING:
    from nlp import Template

SCHEMA_CHARS = 200_000
"""A template of nlp's 100 fields with long questions in two languages is 60,000."""


def template_names(*, store: Store) -> tuple[str, ...]:
    """Return every name, own and built-in, in order."""
    import nlp

    return tuple(sorted({*store.templates.names(), *nlp.template_names()}))


def find_template(name: str, *, store: Store) -> Template:
    """Return a template by its name.

    Raises:
        TemplateUnknown: nobody made one of that name.
    """
    import nlp

    own = store.templates.get(name)
    return nlp.load_template(name if own is None else json.loads(own))


def find_schema(name: str, *, store: Store) -> dict[str, JsonValue]:
    """Return a template's JSON Schema.

    Raises:
        TemplateUnknown: nobody made one of that name.
    """
    find_template(name, store=store)
    text = store.templates.get(name) or files("nlp.extraction").joinpath("schemas", f"{name}.json").read_text("utf-8")
    schema: dict[str, JsonValue] = json.loads(text)
    return schema


def keep_template(name: str, schema: dict[str, JsonValue], *, store: Store, at: datetime) -> None:
    """Check a template and keep it in place of the one of that name.

    Raises:
        TemplateInvalid: the schema is no template; the message says where.
    """
    import nlp

    text = json.dumps(schema, ensure_ascii=True)
    if len(text) > SCHEMA_CHARS:
        raise Problem(
            "text_too_long",
            say("detail.text_too_long", what=say("what.the_template"), count=len(text), limit=SCHEMA_CHARS),
        )
    nlp.load_template(schema)
    store.templates.put(name, text, at=at)


def drop_template(name: str, *, store: Store) -> None:
    """Forget an own template; a built-in one of its name is in force again.

    Raises:
        TemplateUnknown: there is no own one of that name.
    """
    from nlp.records import TemplateUnknown

    if not store.templates.drop(name):
        raise TemplateUnknown(f"no template of one's own is called {name!r}: {', '.join(store.templates.names())}")
