"""The nouns of a backtest: a past ticket, what the service would have made of it, and what to doubt. Values only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

Author = Literal["customer", "agent", "unknown"]
Judgement = Literal["right", "wrong", "unknown"]
"""unknown: nobody ever gave the field a value, so ours cannot be judged."""


@dataclass(frozen=True, slots=True)
class PastMessage:
    author: Author
    text: str
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class PastTicket:
    """A ticket as it stands now. `line` is its place in the export, 0 where it came from a connector.

    `at_creation` is None where the export does not say which fields were filled when the ticket was created.
    """

    id: str
    line: int
    created_at: datetime
    messages: tuple[PastMessage, ...]
    finals: Mapping[str, str]  # by the template's field names; "" where the field stayed empty
    at_creation: Mapping[str, str] | None = None
    resolution: str = ""
    article_id: str = ""
    customer_id: str = ""
    customer_phone: str = ""
    locale: str = ""
    queue: str = ""
    attachments: tuple[str, ...] = ()  # files beside the export


@dataclass(frozen=True, slots=True)
class FieldOutcome:
    """What would have become of one field."""

    field: str
    was_filled: bool  # the system held a value at creation
    was_stated: bool  # the final value stands, as such, in what the customer had said by then
    status: str  # auto | suggest | conflict | missing
    ours: str | None
    final: str
    judgement: Judgement
    confidence: float
    source: str = ""  # of the evidence
    quote: str = ""
    is_asked_later: bool = False  # a question for it, or its answer, came after the ticket was created

    @property
    def is_saved_question(self) -> bool:
        """Return whether somebody asked for what was known."""
        return self.is_asked_later and self.judgement == "right" and not self.was_filled and self.status != "conflict"


@dataclass(frozen=True, slots=True)
class ArticleOutcome:
    """Whether the article that solved the ticket would have been suggested; `rank` is from 1, None where it was not."""

    expected: str
    matched_by: Literal["id", "text", ""]  # "" where no article is known to have solved it
    rank: int | None
    is_abstained: bool
    offered: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TicketOutcome:
    ticket: PastTicket
    fields: tuple[FieldOutcome, ...]
    article: ArticleOutcome | None  # None where the ticket says nothing of its solution
    used_messages: int
    question_field: str  # what the service would have asked for at once
    is_question_needed: bool  # somebody asked for just that later
    minutes_saved: float = 0.0
    elapsed_ms: float = 0.0


@dataclass(frozen=True, slots=True)
class Bin:
    """Values whose confidence lay in [low, low + 0.1)."""

    low: float
    count: int
    confidence: float  # mean
    right: int


@dataclass(frozen=True, slots=True)
class WorstCase:
    """A value that we would have got wrong, with what to check it by."""

    ticket_id: str
    line: int
    field: str
    status: str
    ours: str
    final: str
    confidence: float
    source: str
    quote: str


@dataclass(frozen=True, slots=True)
class Caveats:
    """What the figures cannot be trusted in, counted."""

    rejected: int = 0
    cut_messages: int = 0  # came after creation, and were not used
    undated_records: int = 0  # records consulted that do not say since when they exist
    skipped_files: int = 0  # attachments that do not say when they came
    says_nothing_of_creation: int = 0  # tickets that do not say what was filled at creation
    unused_columns: tuple[str, ...] = ()
    mapping: Mapping[str, str] = field(default_factory=dict)  # their column -> our field
