"""What a knowledge base is made from: its sources listed, or one of them forgotten. For the API, pages and commands."""

from __future__ import annotations

from typing import TYPE_CHECKING

from api.errors import Problem, say
from api.schemas.knowledge import KnownSourceBody, SourceForgotten

IMPORT = "import"
"""The kind of job that imports files."""
SOURCE_PREFIX = "import:"
"""Of the names of sources that came over HTTP: those of folders begin with a slash."""

if TYPE_CHECKING:
    from nlp import KnowledgeBase


def known_sources(base: KnowledgeBase) -> list[KnownSourceBody]:
    """List a base's sources, oldest first."""
    from nlp import Ledger

    return [
        KnownSourceBody(name=known.name, files=known.files, articles=known.articles, bad_files=known.problems)
        for known in Ledger(base.connections).sources()
    ]


def forgotten_source(base: KnowledgeBase, name: str) -> SourceForgotten:
    """Delete what only this source gives.

    Raises:
        Problem: the base knows no such source.
    """
    from nlp import forget_source

    deleted = forget_source(base, name)
    if deleted is None:
        raise Problem("not_found", say("detail.unknown", what=say("what.source"), name=repr(name[:200])), where="name")
    return SourceForgotten(name=name, deleted=deleted)
