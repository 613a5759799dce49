"""Turns: who said what after whom.

In: a Document. Out: its Utterances, a message or a spoken segment each, in order; pages are shown, not said. It does
not know fields.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from nlp.records import Document, Role, SourceKind


@dataclass(frozen=True, slots=True)
class Utterance:
    """The span [start, end) of Document.text that one side said in one go."""

    start: int
    end: int
    role: Role
    kind: SourceKind
    source: str

    @property
    def is_agents(self) -> bool:
        return self.role == "agent"


def utterances(document: Document) -> tuple[Utterance, ...]:
    """Return what was typed and said, in the document's order; the words of a spoken segment are one utterance."""
    found: list[Utterance] = []
    for origin in document.origins:
        part = origin.part
        if part.kind == "image":
            continue
        last = found[-1] if found else None
        is_same_line = last is not None and document.text[last.end : origin.start] in ("", " ")
        if last is not None and is_same_line and (last.source, last.role) == (part.source, part.role):
            found[-1] = replace(last, end=origin.end)
        else:
            found.append(Utterance(origin.start, origin.end, part.role, part.kind, part.source))
    return tuple(found)
