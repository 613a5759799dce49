"""Field plug-ins in, the same plug-ins out, except that one which breaks on a text loses its own field only, aloud.

The texts are strangers' and plug-ins may come from outside; what broke is logged with its trace and named in `broken`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import structlog

from api.errors import Said, say
from nlp.records import Document, Extractor, Mention

log = structlog.get_logger(__name__)

BREAKAGES = (ArithmeticError, LookupError, ValueError, TypeError, AttributeError, RecursionError)


class GuardedExtractors:
    """The extractors of one request."""

    def __init__(self, extractors: Iterable[Extractor]) -> None:
        self.broken: list[str] = []
        self.extractors = tuple(_Guarded(extractor, self.broken) for extractor in extractors)

    def warnings(self) -> list[Said]:
        """Return a sentence for each field that could not be looked for."""
        return [say("warning.field_broke", name=name) for name in self.broken]


class _Guarded:
    def __init__(self, extractor: Extractor, broken: list[str]) -> None:
        self._extractor = extractor
        self._broken = broken

    @property
    def name(self) -> str:
        return self._extractor.name

    def extract(self, document: Document) -> Sequence[Mention]:
        try:
            return self._extractor.extract(document)
        except BREAKAGES:
            log.exception("field_broke", field=self.name)
            self._broken.append(self.name)
            return ()
