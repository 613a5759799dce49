"""Drafts, suggestions and tickets as a person reads them in a terminal. Knows shapes only."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, tzinfo

from rich.console import Console
from rich.markup import escape
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from api.errors import Language, words
from api.schemas.knowledge import SuggestionResponse
from api.schemas.prefill import DraftField, Evidence, PrefillResponse
from api.schemas.telemetry import Ticket
from api.tickets import moment_in, text_of

SEVERITY_STYLES: Mapping[str, str] = {"info": "cyan", "warning": "yellow", "critical": "red"}
STATUS_STYLES: Mapping[str, str] = {"auto": "green", "suggest": "yellow", "conflict": "red", "missing": "dim"}


def show_prefill(draft: PrefillResponse, console: Console) -> None:
    """Write a draft: each field with its value, how sure it is and where it was seen."""
    table = Table(title=f"Ticket draft ({draft.template})", title_justify="left")
    for column in ("field", "value", "status", "confidence", "evidence"):
        table.add_column(column)
    for name, field in draft.fields.items():
        style = STATUS_STYLES[field.status]
        table.add_row(
            name,
            escape(field.value or "-"),
            f"[{style}]{field.status}",
            f"{field.confidence:.2f}" if field.value else "",
            escape(_places(field)),
        )
    console.print(table)
    if draft.summary:
        console.print(f"Summary: {escape(draft.summary)}")
    if draft.next_question:
        console.print(f"Ask next: {escape(draft.next_question.text)}")
    engines = ", ".join(f"{job} {engine}" for job, engine in draft.models.items())
    console.print(f"[dim]{engines}; {draft.timing_ms.get('total', 0):.0f} ms")
    for warning in draft.warnings:
        console.print(f"[yellow]warning: {escape(warning)}")


def show_suggestions(question: str, response: SuggestionResponse, console: Console) -> None:
    """Write ranked articles, or that nothing fits."""
    console.print(f"[bold]{escape(question)}")
    if response.abstained:
        console.print("  nothing fits; the nearest articles:" if response.suggestions else "  nothing fits")
    for rank, suggestion in enumerate(response.suggestions, start=1):
        quote = " ".join(citation.quote for citation in suggestion.citations) or suggestion.passage
        title = escape(suggestion.title or suggestion.article_id)
        console.print(f"  {rank}. {title} [dim]({suggestion.article_id}, confidence {suggestion.confidence:.2f})")
        console.print(Padding(Text(quote), (0, 0, 0, 5)))


def show_ticket(ticket: Ticket, console: Console, *, language: Language = "en", zone: tzinfo = UTC) -> None:
    """Write a maintenance ticket: what is wrong, why, since when, and what may help."""
    said, text = words(language), text_of(ticket, language, zone=zone)
    style = SEVERITY_STYLES[ticket.severity]
    severity = said.known("severity", ticket.severity)
    console.print(f"[bold]{escape(text.title)}[/bold]  [{style}]{escape(severity)}[/{style}]")
    opened = said("upkeep.opened_at", at=moment_in(ticket.opened_at, zone), device=ticket.device_id)
    console.print(f"  {escape(opened)}")
    console.print(Padding(Text(text.explanation), (0, 0, 0, 2)))
    for suggestion in ticket.suggestions:
        see = said("upkeep.see", title=suggestion.title or suggestion.article_id)
        console.print(f"  {escape(see)} [dim]({escape(suggestion.article_id)})")
    for title, items in (("upkeep.parts", ticket.procedure.parts), ("upkeep.steps", ticket.procedure.steps)):
        for number, item in enumerate(items, start=1):
            console.print(f"  {escape(said(title, number=number, text=getattr(item, language)))}")


def _places(field: DraftField) -> str:
    return "; ".join(dict.fromkeys(_place(evidence) for evidence in field.evidence))


def _place(evidence: Evidence) -> str:
    if evidence.kind == "audio" and evidence.start_s is not None:
        return f"{evidence.source} {evidence.start_s:.1f} s"
    if evidence.kind == "image":
        return f"{evidence.source} page {evidence.page or 0}"
    if evidence.kind == "text" and evidence.start is not None:
        return f"{evidence.source} [{evidence.start}:{evidence.end}]"
    return evidence.source
