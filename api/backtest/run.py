"""A source of past tickets and a replay in; one outcome or problem a ticket out, then the summary and what to doubt."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from api.backtest.records import Caveats, PastTicket, TicketOutcome
from api.backtest.replay import Replay
from api.backtest.source import Source
from api.backtest.tally import Summary, Tally
from api.errors import EXPECTED_ERRORS, Problem, problem_of


class Run:
    """Counts while its outcomes are taken."""

    def __init__(self, replay: Replay, source: Source) -> None:
        self.replay = replay
        self.source = source
        self._tally = Tally(replay.template, fields=tuple(source.fields), costs=replay.costs)
        self._rejected = self._cut = self._undated = self._unsaid = 0

    def outcomes(self, *, limit: int | None = None) -> Iterator[TicketOutcome | Problem]:
        """Yield what would have become of each ticket, or why it could not be replayed."""
        for row in islice(self.source.tickets(), limit):
            outcome = row if isinstance(row, Problem) else self._replayed(row)
            self._rejected += isinstance(outcome, Problem)
            yield outcome

    def summary(self) -> Summary:
        return self._tally.summary()

    def caveats(self) -> Caveats:
        """Return what the figures cannot be trusted in."""
        return Caveats(
            rejected=self._rejected,
            cut_messages=self._cut,
            undated_records=self._undated,
            skipped_files=self.source.skipped_files(),
            says_nothing_of_creation=self._unsaid,
            unused_columns=self.source.unused,
            mapping=self.source.mapping,
        )

    def _replayed(self, ticket: PastTicket) -> TicketOutcome | Problem:
        try:
            replayed = self.replay.of(ticket)
        except EXPECTED_ERRORS as error:
            return problem_of(error, where=f"line {ticket.line}" if ticket.line else ticket.id)
        outcome = replayed.outcome
        self._cut += len(ticket.messages) - outcome.used_messages
        self._undated += replayed.undated_records
        self._unsaid += ticket.at_creation is None
        self._tally.add(outcome)
        return outcome
