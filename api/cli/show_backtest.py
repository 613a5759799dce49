"""A backtest's summary as a person reads it in a terminal. Knows figures only."""

from __future__ import annotations

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from api.backtest.records import Caveats
from api.backtest.tally import FieldSummary, Summary
from api.report.share import Share

SHOWN_CASES = 5


def show_summary(summary: Summary, caveats: Caveats, console: Console) -> None:
    """Write the headline, the fields, what it is worth and what to doubt."""
    completeness = summary.completeness
    console.print(f"[bold]{summary.tickets} past tickets[/bold], as they stood when they were created")
    console.print(
        f"  needed fields filled: {share_text(completeness.before)} before, {share_text(completeness.after)} after, "
        f"{share_text(completeness.offered)} with every offer taken; {share_text(completeness.closed)} when closed"
    )
    console.print(_fields_table(summary.fields))
    articles = summary.articles
    if articles.top.whole:
        console.print(
            f"  right article: first {share_text(articles.first)}, among three {share_text(articles.top)} "
            f"({articles.by_id} known by id, {articles.by_text} by the resolution's words)"
        )
    console.print(
        f"  questions saved: {summary.saved_questions} of {summary.asked_later} asked later "
        f"({summary.tickets_with_conversation} tickets go on after creation)"
    )
    worth = summary.return_
    console.print(f"  saved: {worth.minutes:g} min, {worth.money:g}; {worth.minutes_per_ticket:g} min a ticket")
    if worth.net_per_month is not None:
        console.print(f"  a month: {worth.money_per_month:g} saved, {worth.net_per_month:g} net")
    for case in summary.worst[:SHOWN_CASES]:
        said = f"{case.field}: {case.ours!r} for {case.final!r} ({case.status}, {case.confidence:.2f})"
        console.print(f"  [red]wrong[/red] {escape(case.ticket_id)} {escape(said)}")
    _doubts(summary, caveats, console)


def _fields_table(fields: tuple[FieldSummary, ...]) -> Table:
    table = Table("field", "known", "before", "stated", "filled right", "offered right", "asked later", "saved")
    for one in fields:
        table.add_row(
            escape(one.field) + (" *" if one.is_required else ""),
            *(str(count) for count in (one.known, one.before, one.stated)),
            share_text(one.auto),
            share_text(one.suggested),
            str(one.asked_later),
            str(one.saved_questions),
        )
    return table


def _doubts(summary: Summary, caveats: Caveats, console: Console) -> None:
    if caveats.says_nothing_of_creation:
        console.print(
            f"[yellow]{caveats.says_nothing_of_creation} tickets do not say what was filled at creation: taken as empty"
        )
    if caveats.undated_records:
        console.print(f"[yellow]{caveats.undated_records} records without a date were used as they stand today")
    if caveats.skipped_files:
        console.print(f"[yellow]{caveats.skipped_files} attachments were left out: nothing says when they came")
    if caveats.unused_columns:
        console.print(f"[dim]columns not used: {escape(', '.join(caveats.unused_columns)[:300])}")
    if caveats.rejected:
        console.print(f"[red]{caveats.rejected} rows could not be used")


def share_text(share: Share) -> str:
    """Return a share with its interval.

    >>> share_text(Share(98, 100)), share_text(Share(0, 0))
    ('98/100 = 98% (93-99)', '-')
    """
    if share.value is None:
        return "-"
    return f"{share.part}/{share.whole} = {share.value:.0%} ({share.low * 100:.0f}-{share.high * 100:.0f})"
