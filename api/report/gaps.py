"""What people ask and no article tells: a period's questions in, groups of unanswered ones out, the most wanted first.

A question is a gap where nothing fitted, or where somebody said that what was shown is not relevant or is wrong, and
nobody used or praised any of it. Of a ticket the question that holds most counts, once, however often it was shown.
Personal data is masked. A gap that the knowledge base answers by now says by which article. Nothing is kept: what is
forgotten or erased is in no gap any more.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from api.store.exports import ExportRow, Kind
from api.store.questions import AskedQuestion
from nlp.answers.ticket_questions import ticket_questions
from nlp.personal import redacted
from nlp.records import Suggestions
from nlp.search.question_groups import MAX_QUESTIONS, Rows, group_questions
from nlp.search.question_words import telling_words

Reason = Literal["unanswered", "not_relevant", "incorrect"]
SHOWN_EXAMPLES = 5
MAX_SHOWN = 300
"""Code points of a question that are shown; a longer one is a ticket's whole text."""
LOOKED_AT = 5_000
"""Questions of a period that are read back, the newest; a busy desk's month."""
COLUMNS: Mapping[str, Kind] = {
    "question": "text",
    "count": "whole",
    "reasons": "text",
    "first_at": "time",
    "last_at": "time",
    "nearest_article": "text",
    "answered_by": "text",
    "examples": "text",
}


@dataclass(frozen=True, slots=True)
class Gap:
    """Questions that ask for the same. `question` is the most typical of them."""

    question: str
    count: int
    reasons: Mapping[Reason, int]
    examples: tuple[str, ...]
    first_at: datetime
    last_at: datetime
    nearest_id: str = ""  # the article that was shown first, most often
    nearest_title: str = ""
    answered_by: str = ""  # the article that answers it by now


@dataclass(frozen=True, slots=True)
class _Missed:
    asked: AskedQuestion
    question: str
    reason: Reason


def reason_of(asked: AskedQuestion) -> Reason | None:
    """Return why a question is a gap; None where it is none."""
    said = set(asked.verdicts.values())
    if said & {"used", "helpful"}:
        return None
    if "incorrect" in said:
        return "incorrect"
    if asked.is_abstained or not asked.shown:
        return "unanswered"
    return "not_relevant" if "not_relevant" in said else None


def find_gaps(
    asked: Sequence[AskedQuestion],
    *,
    answer_now: Callable[[str], Suggestions],
    encode: Callable[[Sequence[str]], Rows] | None = None,
    limit: int = 50,
) -> tuple[Gap, ...]:
    """Group the questions that no article answers; `answer_now` asks the knowledge base as it is today."""
    missed = [one for one in map(_missed, asked) if one is not None][:MAX_QUESTIONS]
    texts = [one.question for one in missed]
    groups = group_questions(texts, rows=encode(texts) if encode and texts else None)
    gaps = [_gap([missed[at] for at in group], answer_now) for group in groups[:limit]]
    return tuple(sorted(gaps, key=lambda gap: (bool(gap.answered_by), -gap.count, -gap.last_at.timestamp())))


def gap_rows(gaps: Sequence[Gap]) -> list[ExportRow]:
    """Return gaps as rows of a table, for whoever writes the articles."""
    return [
        {
            "question": gap.question,
            "count": gap.count,
            "reasons": ", ".join(f"{reason} {count}" for reason, count in gap.reasons.items()),
            "first_at": gap.first_at,
            "last_at": gap.last_at,
            "nearest_article": f"{gap.nearest_id} {gap.nearest_title}".strip(),
            "answered_by": gap.answered_by,
            "examples": " | ".join(gap.examples),
        }
        for gap in gaps
    ]


def _missed(asked: AskedQuestion) -> _Missed | None:
    reason = reason_of(asked)
    if reason is None:
        return None
    question = ticket_questions(asked.question)[0] if asked.subject else asked.question
    if not any(character.isalpha() for character in telling_words(question)):
        return None
    return _Missed(asked, redacted(question[:MAX_SHOWN].strip()), reason)


def _gap(group: Sequence[_Missed], answer_now: Callable[[str], Suggestions]) -> Gap:
    first = group[0]
    nearest = Counter((one.asked.shown[0].article_id, one.asked.shown[0].title) for one in group if one.asked.shown)
    (nearest_id, nearest_title), _ = nearest.most_common(1)[0] if nearest else (("", ""), 0)
    reasons = Counter(one.reason for one in group)
    moments = [one.asked.at for one in group]
    return Gap(
        question=first.question,
        count=len(group),
        reasons=dict(sorted(reasons.items())),
        examples=tuple(dict.fromkeys(one.question for one in group if one.question != first.question))[:SHOWN_EXAMPLES],
        first_at=min(moments),
        last_at=max(moments),
        nearest_id=nearest_id,
        nearest_title=nearest_title,
        answered_by=_answered_by(first.question, answer_now) if set(reasons) == {"unanswered"} else "",
    )


def _answered_by(question: str, answer_now: Callable[[str], Suggestions]) -> str:
    """Return the article that answers by now what nothing answered then."""
    found = answer_now(question)
    return "" if found.is_abstained or not found.suggestions else found.suggestions[0].article_id
