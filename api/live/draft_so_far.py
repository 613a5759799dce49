"""The draft of a call that is still spoken: a transcript so far in, fields, question and suggestions out where changed.

It is the draft that a recording of so much of the call gets, by the same steps, and kept nowhere. Drafting costs a
bounded share of the time: after a draft that took t, none is made for `REST` x t. It does not know WebSockets.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from api.engines import Engines
from api.errors import EXPECTED_ERRORS
from api.prefill.draft import Drafted, draft_ticket
from api.prefill.hear import Heard
from api.prefill.intent import chosen_by_intent
from api.prefill.promises import promised_by
from api.prefill.templates import find_template
from api.schemas.knowledge import suggestion_body
from api.schemas.live import FieldsSaid, LiveSaid, SuggestionsSaid
from api.schemas.prefill import PrefillRequest
from api.store import Store
from api.suggest import facts_of, find_suggestions
from speech.records import Transcript

REST = 4.0
"""Drafting takes at most a fifth of a call's time: rules over an hour's words take longer than over a minute's."""


class DraftSoFar:
    """Of one call; used by one thread at a time. `clock_s` only goes forward."""

    def __init__(
        self,
        request: PrefillRequest,
        *,
        name: str,
        engines: Engines,
        store: Store,
        may_suggest: bool,
        clock_s: Callable[[], float],
    ) -> None:
        self._request = request
        self._name = name
        self._engines = engines
        self._store = store
        self._may_suggest = may_suggest
        self._clock_s = clock_s
        self._template = find_template(request.template or engines.settings.default_template, store=store)
        self._rests_until_s = 0.0
        self._drafted_pieces = 0
        self._fields: FieldsSaid | None = None
        self._suggestions: SuggestionsSaid | None = None
        self._question = ""

    def updated(self, so_far: Callable[[], Transcript], *, pieces: int, at: datetime) -> list[LiveSaid]:
        """Return what changed; nothing where no more `pieces` were heard, or the last draft was just made."""
        began_s = self._clock_s()
        if pieces == self._drafted_pieces or began_s < self._rests_until_s:
            return []
        self._drafted_pieces = pieces
        drafted = self._draft(so_far(), at=at)
        said = [*self._changed_fields(drafted), *self._changed_suggestions(drafted)]
        now_s = self._clock_s()
        self._rests_until_s = now_s + REST * (now_s - began_s)
        return said

    def _draft(self, transcript: Transcript, *, at: datetime) -> Drafted:
        engines, store, request = self._engines, self._store, self._request
        return draft_ticket(
            request,
            (),
            engines=engines,
            template=self._template,
            records=engines.records,
            at=at,
            promised=promised_by(store),
            choose=None if request.template else chosen_by_intent(engines=engines, store=store),
            heard=Heard(transcripts={self._name: transcript}),
        )

    def _changed_fields(self, drafted: Drafted) -> list[LiveSaid]:
        response = drafted.response
        fields = FieldsSaid(fields=response.fields, missing=response.missing, next_question=response.next_question)
        if fields == self._fields:
            return []
        self._fields = fields
        return [fields]

    def _changed_suggestions(self, drafted: Drafted) -> list[LiveSaid]:
        if not self._may_suggest or not drafted.question or drafted.question == self._question:
            return []
        self._question = drafted.question
        try:
            found = find_suggestions(
                drafted.question,
                engines=self._engines,
                locale=self._request.locale,
                is_ticket=True,
                facts=facts_of(drafted.response.fields),
            )
        except EXPECTED_ERRORS:  # a busy encoder: the next words ask again, and the call goes on
            self._question = ""
            return []
        said = SuggestionsSaid(
            abstained=found.is_abstained, suggestions=[suggestion_body(one) for one in found.suggestions]
        )
        if said == self._suggestions:
            return []
        self._suggestions = said
        return [said]
