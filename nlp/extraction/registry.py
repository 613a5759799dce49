"""The fields: every file of nlp/fields in name order, then what other packages register.

In: names. Out: fields and extractors. A file in nlp/fields exports FIELD; an outside package names an object in the
entry-point group "beforehand.fields". There is no list to edit.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterable, Mapping
from functools import lru_cache
from importlib.metadata import entry_points
from types import MappingProxyType
from typing import Protocol, runtime_checkable

import nlp.fields
from nlp.extraction.catalogue import Catalogue
from nlp.extraction.field import TicketField
from nlp.records import Extractor, FieldUnknown

ENTRY_POINT_GROUP = "beforehand.fields"


@runtime_checkable
class CatalogueField(Protocol):
    """A field that reads better when it knows the catalogue."""

    def with_catalogue(self, catalogue: Catalogue) -> Extractor: ...


@lru_cache(maxsize=1)
def ticket_fields() -> Mapping[str, TicketField]:
    """Import every field once; a file without a FIELD is an error, not a gap."""
    found: dict[str, TicketField] = {}
    for module in sorted(pkgutil.iter_modules(nlp.fields.__path__), key=lambda module: module.name):
        field = importlib.import_module(f"nlp.fields.{module.name}").FIELD
        found[field.name] = field
    for entry in sorted(entry_points(group=ENTRY_POINT_GROUP), key=lambda entry: entry.name):
        field = entry.load()
        found.setdefault(field.name, field)
    return MappingProxyType(found)


def field_names() -> tuple[str, ...]:
    """Return the names of all fields, in registry order."""
    return tuple(ticket_fields())


def ticket_field(name: str) -> TicketField:
    """Return the field of that name; raise FieldUnknown where there is none."""
    fields = ticket_fields()
    if name not in fields:
        raise FieldUnknown(f"no field is called {name!r}; there are: {', '.join(fields)}")
    return fields[name]


def build_extractors(
    names: Iterable[str] | None = None, *, catalogue: Catalogue | None = None
) -> tuple[Extractor, ...]:
    """Return the extractors of these fields (None: all); fields that can, read with the catalogue."""
    chosen = [ticket_field(name) for name in (field_names() if names is None else names)]
    reading = _reading_with_catalogue() if catalogue is not None else {}
    return tuple(
        reading[field.name].with_catalogue(catalogue) if catalogue is not None and field.name in reading else field
        for field in chosen
    )


@lru_cache(maxsize=1)
def _reading_with_catalogue() -> Mapping[str, CatalogueField]:
    """Return the fields that can; asked once, since asking a protocol takes as long as reading a short text."""
    return {name: field for name, field in ticket_fields().items() if isinstance(field, CatalogueField)}
