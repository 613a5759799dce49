"""Outcomes and summaries as JSON lines. Shapes only; nothing is worked out here."""

from __future__ import annotations

from dataclasses import asdict

from pydantic import JsonValue

from api.backtest.records import ArticleOutcome, Caveats, FieldOutcome, TicketOutcome
from api.backtest.tally import Summary
from api.report.share import Share
from api.settings import Costs

Line = dict[str, JsonValue]


def ticket_line(outcome: TicketOutcome) -> Line:
    """Return one ticket's line."""
    ticket = outcome.ticket
    return {
        "id": ticket.id,
        "line": ticket.line,
        "created_at": ticket.created_at.isoformat(),
        "messages_used": outcome.used_messages,
        "messages": len(ticket.messages),
        "fields": {one.field: _field(one) for one in outcome.fields},
        "article": None if outcome.article is None else _article(outcome.article),
        "asked_later": [one.field for one in outcome.fields if one.is_asked_later],
        "saved_questions": [one.field for one in outcome.fields if one.is_saved_question],
        "next_question": outcome.question_field or None,
        "minutes_saved": outcome.minutes_saved,
        "elapsed_ms": outcome.elapsed_ms,
    }


def _field(one: FieldOutcome) -> Line:
    return {
        "before": one.was_filled,
        "stated": one.was_stated,
        "status": one.status,
        "value": one.ours,
        "final": one.final or None,
        "judgement": one.judgement,
        "confidence": one.confidence,
        "source": one.source or None,
        "quote": one.quote or None,
    }


def _article(article: ArticleOutcome) -> Line:
    return {
        "expected": article.expected or None,
        "matched_by": article.matched_by or None,
        "rank": article.rank,
        "abstained": article.is_abstained,
        "offered": list(article.offered),
    }


def summary_line(summary: Summary, caveats: Caveats, *, costs: Costs) -> Line:
    """Return the last line."""
    body: Line = {"tickets": summary.tickets, "rejected": caveats.rejected, "needed": list(summary.needed)}
    completeness = summary.completeness
    body["completeness"] = {name: share_body(getattr(completeness, name)) for name in completeness.__dataclass_fields__}
    body["auto"], body["suggested"] = share_body(summary.auto), share_body(summary.suggested)
    body["fields"] = {
        one.field: {
            name: share_body(value) if isinstance(value, Share) else value
            for name in one.__dataclass_fields__
            if name != "field"
            for value in (getattr(one, name),)
        }
        for one in summary.fields
    }
    articles = summary.articles
    body["articles"] = {
        name: share_body(value) if isinstance(value := getattr(articles, name), Share) else value
        for name in articles.__dataclass_fields__
    }
    body["questions"] = {
        "tickets_with_conversation": summary.tickets_with_conversation,
        "asked_later": summary.asked_later,
        "saved": summary.saved_questions,
        "ours_needed": share_body(summary.questions),
    }
    body["calibration"] = [asdict(one) for one in summary.calibration]
    body["calibration_error"] = summary.calibration_error
    body["return"] = asdict(summary.return_)
    body["assumptions"] = costs.model_dump()
    body["caveats"] = {
        name: value for name, value in asdict(caveats).items() if name not in ("unused_columns", "mapping")
    } | {"unused_columns": list(caveats.unused_columns), "columns": dict(caveats.mapping)}
    body["worst"] = [asdict(one) for one in summary.worst]
    body["median_ms"] = summary.median_ms
    return {"summary": body}


def share_body(share: Share) -> JsonValue:
    """Return a share with its 95% interval; null where there was nothing to count."""
    if share.value is None:
        return None
    return {
        "part": share.part,
        "whole": share.whole,
        "share": round(share.value, 4),
        "low": round(share.low, 4),
        "high": round(share.high, 4),
    }
