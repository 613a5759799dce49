"""Outcomes in, one at a time; a Summary out. Holds counts and the worst few cases: a million tickets take no more room
than ten thousand."""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from dataclasses import dataclass, field

from api.backtest.records import Bin, FieldOutcome, TicketOutcome, WorstCase
from api.backtest.savings import Return, return_of
from api.report.share import Share
from api.settings import Costs
from nlp import Template

WORST = 40
BINS = 10
TIMED = 10_000
"""Tickets whose time is kept for the median: more change it no more."""


@dataclass(frozen=True, slots=True)
class FieldSummary:
    """One field over all tickets."""

    field: str
    is_required: bool
    tickets: int
    known: int  # that have a final value
    before: int
    stated: int
    auto: Share  # right of filled, where a final value tells
    suggested: Share
    auto_unjudged: int
    suggested_unjudged: int
    conflicts: int
    missing: int
    asked_later: int
    saved_questions: int


@dataclass(frozen=True, slots=True)
class Completeness:
    """Shares of the fields that a ticket needs: filled at creation, with our fills, with our offers too, at the end."""

    before: Share
    stated: Share  # as such, in the customer's first words
    after: Share
    offered: Share
    closed: Share  # by people, when the ticket was closed
    tickets_before: Share  # tickets that have all of them
    tickets_after: Share
    tickets_offered: Share
    tickets_closed: Share


@dataclass(frozen=True, slots=True)
class Articles:
    """Of the tickets whose solving article is known."""

    by_id: int
    by_text: int
    unknown: int  # tickets with a resolution that points at no article
    first: Share
    top: Share  # among the first three
    offered: Share  # not abstained from
    right_of_offered: Share


@dataclass(frozen=True, slots=True)
class Summary:
    tickets: int
    completeness: Completeness
    fields: tuple[FieldSummary, ...]
    needed: tuple[str, ...]  # the fields completeness is about
    auto: Share
    suggested: Share
    calibration: tuple[Bin, ...]
    calibration_error: float | None  # expected calibration error
    articles: Articles
    asked_later: int
    saved_questions: int
    questions: Share  # of our own one question: somebody asked for just that later
    tickets_with_conversation: int  # that go on after creation: only these can tell of questions
    return_: Return
    worst: tuple[WorstCase, ...]
    median_ms: float


@dataclass(slots=True)
class _FieldCounts:
    counts: dict[str, int] = field(default_factory=dict)

    def add(self, *names: str) -> None:
        for name in names:
            self.counts[name] = self.counts.get(name, 0) + 1

    def __getitem__(self, name: str) -> int:
        return self.counts.get(name, 0)


class Tally:
    """Adds up the outcomes of one template's tickets."""

    def __init__(self, template: Template, *, fields: Sequence[str], costs: Costs) -> None:
        self._costs = costs
        self._fields = [one for one in template.fields if one.name in fields]
        required = [one.name for one in self._fields if one.is_required]
        self.needed = tuple(required or [one.name for one in self._fields])
        self._by_field = {one.name: _FieldCounts() for one in self._fields}
        self._all = _FieldCounts()
        self._bins = [[0.0, 0.0, 0.0] for _ in range(BINS)]  # count, sum of confidence, right
        self._worst: list[tuple[tuple[float, ...], int, WorstCase]] = []
        self._noted = 0
        self._minutes = 0.0
        self._elapsed_ms: list[float] = []

    def add(self, outcome: TicketOutcome) -> None:
        """Count one ticket."""
        self._all.add("tickets")
        self._minutes += outcome.minutes_saved
        if len(self._elapsed_ms) < TIMED:
            self._elapsed_ms.append(outcome.elapsed_ms)
        for one in outcome.fields:
            self._add_field(one, outcome)
        self._add_completeness([one for one in outcome.fields if one.field in self.needed])
        if outcome.used_messages < len(outcome.ticket.messages):
            self._all.add("with_conversation", *(["question"] if outcome.question_field else []))
            self._all.add(*(["question_needed"] if outcome.is_question_needed else []))
        self._add_article(outcome)

    def _add_field(self, one: FieldOutcome, outcome: TicketOutcome) -> None:
        counts = self._by_field[one.field]
        counts.add(f"{one.status}_{one.judgement}", one.status)
        for name, is_so in (
            ("before", one.was_filled),
            ("stated", one.was_stated),
            ("known", bool(one.final)),
            ("asked_later", one.is_asked_later),
            ("saved", one.is_saved_question),
        ):
            if is_so:
                counts.add(name)
        if one.judgement == "unknown" or one.ours is None:
            return
        if one.status in ("auto", "suggest"):
            bin_ = self._bins[min(int(one.confidence * BINS), BINS - 1)]
            bin_[0] += 1
            bin_[1] += one.confidence
            bin_[2] += one.judgement == "right"
        if one.judgement == "wrong":
            self._note_worst(one, outcome)

    def _note_worst(self, one: FieldOutcome, outcome: TicketOutcome) -> None:
        case = WorstCase(
            ticket_id=outcome.ticket.id,
            line=outcome.ticket.line,
            field=one.field,
            status=one.status,
            ours=one.ours or "",
            final=one.final,
            confidence=one.confidence,
            source=one.source,
            quote=one.quote,
        )
        self._noted -= 1  # of equals the earlier stays
        entry = ((float(one.status == "auto"), one.confidence), self._noted, case)
        (heapq.heappush if len(self._worst) < WORST else heapq.heappushpop)(self._worst, entry)

    def _add_completeness(self, needed: Sequence[FieldOutcome]) -> None:
        sound = [one.judgement != "wrong" and not one.was_filled for one in needed]
        held = {
            "before": [one.was_filled for one in needed],
            "stated": [one.was_filled or one.was_stated for one in needed],
            "after": [one.was_filled or (ok and one.status == "auto") for one, ok in zip(needed, sound, strict=True)],
            "offered": [
                one.was_filled or (ok and one.status in ("auto", "suggest"))
                for one, ok in zip(needed, sound, strict=True)
            ],
            "closed": [bool(one.final) for one in needed],
        }
        for name, values in held.items():
            for is_held in values:
                self._all.add(f"{name}_fields" if is_held else "not_held")
            if all(values):
                self._all.add(f"{name}_tickets")

    def _add_article(self, outcome: TicketOutcome) -> None:
        article = outcome.article
        if article is None:
            return
        if not article.expected:
            self._all.add("article_unknown")
            return
        self._all.add("article_known", f"article_{article.matched_by}")
        self._all.add(*(["article_first"] if article.rank == 1 else []), *(["article_top"] if article.rank else []))
        if not article.is_abstained:
            self._all.add("article_offered", *(["article_offered_right"] if article.rank else []))

    def summary(self) -> Summary:
        """Return the figures so far."""
        fields = tuple(self._summary_of(one.name, is_required=one.is_required) for one in self._fields)
        tickets = self._all["tickets"]
        return Summary(
            tickets=tickets,
            completeness=self._completeness(),
            fields=fields,
            needed=self.needed,
            auto=_sum([one.auto for one in fields]),
            suggested=_sum([one.suggested for one in fields]),
            calibration=self._calibration(),
            calibration_error=self._calibration_error(),
            articles=self._articles(),
            asked_later=sum(one.asked_later for one in fields),
            saved_questions=sum(one.saved_questions for one in fields),
            questions=Share(self._all["question_needed"], self._all["question"]),
            tickets_with_conversation=self._all["with_conversation"],
            return_=return_of(self._minutes, tickets=tickets, costs=self._costs),
            worst=tuple(entry[2] for entry in sorted(self._worst, reverse=True)),
            median_ms=sorted(self._elapsed_ms)[len(self._elapsed_ms) // 2] if self._elapsed_ms else 0.0,
        )

    def _summary_of(self, name: str, *, is_required: bool) -> FieldSummary:
        counts = self._by_field[name]
        return FieldSummary(
            field=name,
            is_required=is_required,
            tickets=self._all["tickets"],
            known=counts["known"],
            before=counts["before"],
            stated=counts["stated"],
            auto=Share(counts["auto_right"], counts["auto_right"] + counts["auto_wrong"]),
            suggested=Share(counts["suggest_right"], counts["suggest_right"] + counts["suggest_wrong"]),
            auto_unjudged=counts["auto_unknown"],
            suggested_unjudged=counts["suggest_unknown"],
            conflicts=counts["conflict"],
            missing=counts["missing"],
            asked_later=counts["asked_later"],
            saved_questions=counts["saved"],
        )

    def _completeness(self) -> Completeness:
        tickets, fields = self._all["tickets"], self._all["tickets"] * len(self.needed)
        names = ("before", "stated", "after", "offered", "closed")
        of_fields = {name: Share(self._all[f"{name}_fields"], fields) for name in names}
        of_tickets = {
            f"tickets_{name}": Share(self._all[f"{name}_tickets"], tickets) for name in names if name != "stated"
        }
        return Completeness(**of_fields, **of_tickets)

    def _calibration(self) -> tuple[Bin, ...]:
        return tuple(
            Bin(low=at / BINS, count=int(count), confidence=total / count, right=int(right))
            for at, (count, total, right) in enumerate(self._bins)
            if count
        )

    def _calibration_error(self) -> float | None:
        count = sum(bin_[0] for bin_ in self._bins)
        off = sum(abs(total - right) for _, total, right in self._bins)
        return round(off / count, 4) if count else None

    def _articles(self) -> Articles:
        known = self._all["article_known"]
        return Articles(
            by_id=self._all["article_id"],
            by_text=self._all["article_text"],
            unknown=self._all["article_unknown"],
            first=Share(self._all["article_first"], known),
            top=Share(self._all["article_top"], known),
            offered=Share(self._all["article_offered"], known),
            right_of_offered=Share(self._all["article_offered_right"], self._all["article_offered"]),
        )


def _sum(shares: Sequence[Share]) -> Share:
    return Share(sum(share.part for share in shares), sum(share.whole for share in shares))
