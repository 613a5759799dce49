"""The fields: every file of nlp/fields in name order, then what other packages register.

In: names. Out: fields and extractors. A file in nlp/fields exports FIELD; an outside package names an object in the
entry-point group "beforehand.fields". There is no list to edit.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.metadata import entry_points
from types import MappingProxyType
from typing import Protocol, runtime_checkable

import nlp.fields
from nlp.extraction.catalogue import Catalogue
from nlp.extraction.field import TicketField, without_overlaps
from nlp.records import Document, Extractor, FieldUnknown, Mention

ENTRY_POINT_GROUP = "beforehand.fields"
NO_EXTRACTORS: Mapping[str, Extractor] = MappingProxyType({})


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


@dataclass(frozen=True, slots=True)
class ReadTwice:
    """A field read by its rules and by an extractor of one's own: of one stretch the surer reading stays."""

    name: str
    rules: Extractor
    own: Extractor

    def extract(self, document: Document) -> Sequence[Mention]:
        return without_overlaps([*self.rules.extract(document), *self.own.extract(document)])


def build_extractors(
    names: Iterable[str] | None = None,
    *,
    catalogue: Catalogue | None = None,
    own: Mapping[str, Extractor] = NO_EXTRACTORS,
) -> tuple[Extractor, ...]:
    """Return the extractors of these fields (None: all); fields that can, read with the catalogue, and those that a
    business reads with an extractor of its `own`, by field, with that one too."""
    chosen = [ticket_field(name) for name in (field_names() if names is None else names)]
    reading = _reading_with_catalogue() if catalogue is not None else {}
    found: list[Extractor] = [
        reading[field.name].with_catalogue(catalogue) if catalogue is not None and field.name in reading else field
        for field in chosen
    ]
    return tuple(ReadTwice(one.name, one, own[one.name]) if one.name in own else one for one in found)


@lru_cache(maxsize=1)
def _reading_with_catalogue() -> Mapping[str, CatalogueField]:
    """Return the fields that can; asked once, since asking a protocol takes as long as reading a short text."""
    return {name: field for name, field in ticket_fields().items() if isinstance(field, CatalogueField)}
