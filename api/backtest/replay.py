"""One past ticket in, what the service would have done for it at the moment it was created out. Keeps nothing.

Uses what had been said by then, the records of then and articles not made of this ticket. It cannot roll back the
engines themselves: rules, catalogue and thresholds are today's.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from time import perf_counter

from api.backtest.articles import judge_article
from api.backtest.columns import Columns
from api.backtest.records import FieldOutcome, Judgement, PastMessage, PastTicket, TicketOutcome
from api.backtest.rolled_back import RecordsThen, said_by_then
from api.backtest.savings import ticket_minutes
from api.engines import Engines
from api.prefill import draft_ticket
from api.prefill.limits import check_request
from api.report.sameness import Sameness
from api.schemas.prefill import Customer, DraftField, Message, PrefillRequest, PrefillResponse
from api.settings import Costs
from nlp import Template, TemplateField
from nlp.extraction.belief import canonical

_SENTENCE_END = re.compile(r"(?<=[?？。！!\n])")
_ASKS = re.compile(
    r"[?？]|请(?:您)?(?:提供|告知|告诉|发|补充|说|问)|麻烦(?:您)?(?:提供|告知|发)|(?:提供|报)一?下|多少|是什么"
    r"|\b(?:please|could you|can you|may i|what(?:'s| is)|which|provide|tell|send|let us know)\b",
    re.IGNORECASE,
)
STATED_CHARS = 4
"""Of letters and digits: a shorter value ("E4", "3") may stand in a text by chance, inside another word."""


@dataclass(frozen=True, slots=True)
class Replay:
    """What stays the same from ticket to ticket. `fields` are those whose final values are known."""

    engines: Engines
    template: Template
    columns: Columns
    sameness: Sameness
    costs: Costs
    fields: Collection[str]
    kb: str | None = None

    def of(self, ticket: PastTicket) -> ReplayedTicket:
        """Replay one ticket.

        Raises:
            Problem: a limit that the service itself has.
        """
        started = perf_counter()
        known = said_by_then(ticket)
        request = _request(ticket, known, self.template.name)
        check_request(request, (), limits=self.engines.settings.limits, at=ticket.created_at)
        today = self.engines.records
        records = RecordsThen(today, at=ticket.created_at) if today is not None else None
        drafted = draft_ticket(
            request, (), engines=self.engines, template=self.template, records=records, at=ticket.created_at
        )
        draft = drafted.response
        later = ticket.messages[len(known) :]
        fields = tuple(
            self._field(field, draft, ticket, known, later)
            for field in self.template.fields
            if field.name in self.fields
        )
        article = judge_article(ticket, drafted.question, engines=self.engines, kb=self.kb)
        asked = draft.next_question.field if draft.next_question else ""
        outcome = TicketOutcome(
            ticket=ticket,
            fields=fields,
            article=article,
            used_messages=len(known),
            question_field=asked,
            is_question_needed=any(field.field == asked and field.is_asked_later for field in fields),
        )
        outcome = replace(
            outcome,
            minutes_saved=ticket_minutes(outcome, self.costs),
            elapsed_ms=round((perf_counter() - started) * 1000, 1),
        )
        return ReplayedTicket(outcome, draft, records.undated if records else 0)

    def _field(
        self,
        field: TemplateField,
        draft: PrefillResponse,
        ticket: PastTicket,
        known: Sequence[PastMessage],
        later: Sequence[PastMessage],
    ) -> FieldOutcome:
        ours, final = draft.fields[field.name], ticket.finals.get(field.name, "")
        evidence = ours.evidence[0] if ours.evidence else None
        was_filled = bool((ticket.at_creation or {}).get(field.name))
        was_stated = bool(final) and any(_states(message.text, final) for message in known)
        return FieldOutcome(
            field=field.name,
            was_filled=was_filled,
            was_stated=was_stated,
            status=ours.status,
            ours=ours.value,
            final=final,
            judgement=self._judgement(field, ours, final),
            confidence=ours.confidence,
            source=f"{evidence.kind}:{evidence.source}" if evidence else "",
            quote=evidence.quote[:200] if evidence else "",
            is_asked_later=not was_filled and self._is_asked(field, final, was_stated, later),
        )

    def _judgement(self, field: TemplateField, ours: DraftField, final: str) -> Judgement:
        if not final or ours.value is None:
            return "unknown"
        return "right" if self.sameness.is_same(field, ours.value, final) else "wrong"

    def _is_asked(self, field: TemplateField, final: str, was_stated: bool, later: Sequence[PastMessage]) -> bool:
        """Say whether an agent asked for it, or the customer gave it only later."""
        words = self.columns.asked_words(field.name)
        if any(message.author == "agent" and _asks_for(message.text, words) for message in later):
            return True
        told = (message.text for message in later if message.author != "agent")
        return bool(final) and not was_stated and any(_states(text, final) for text in told)


@dataclass(frozen=True, slots=True)
class ReplayedTicket:
    """What came of it, the draft itself, and how many records said nothing of their time."""

    outcome: TicketOutcome
    draft: PrefillResponse
    undated_records: int


def _request(ticket: PastTicket, known: Sequence[PastMessage], template: str) -> PrefillRequest:
    messages = [
        Message(id=f"m{number}", role=message.author, text=message.text, at=message.at)
        for number, message in enumerate(known, start=1)
    ]
    customer = Customer(id=ticket.customer_id or None, phone=ticket.customer_phone or None)
    return PrefillRequest(
        ticket_id=ticket.id,
        template=template,
        locale=ticket.locale,
        reference_time=ticket.created_at,
        customer=customer,
        messages=messages,
    )


def _states(text: str, value: str) -> bool:
    """Say whether a value stands in a text as it is, spelling aside.

    >>> _states("订单号 2025-0618-936", "20250618936"), _states("E41", "E4"), _states("it shows E4.", "E4")
    (True, False, True)
    """
    wanted = canonical(value)
    if len(wanted) >= STATED_CHARS:
        return wanted in canonical(text)
    return bool(wanted) and re.search(rf"(?<![0-9A-Za-z]){re.escape(value)}(?![0-9A-Za-z])", text, re.I) is not None


def _asks_for(text: str, words: Sequence[str]) -> bool:
    """Say whether one sentence names a field and asks.

    >>> _asks_for("您好，请提供一下订单号", ("订单号",)), _asks_for("订单号已登记。", ("订单号",))
    (True, False)
    """
    for sentence in _SENTENCE_END.split(text):
        folded = sentence.lower()
        if _ASKS.search(sentence) and any(_names(folded, word) for word in words):
            return True
    return False


def _names(text: str, word: str) -> bool:
    return bool(re.search(rf"(?<![a-z]){re.escape(word)}(?![a-z])", text)) if word.isascii() else word in text
