"""What the service would have done for past tickets, at the moment each was created: an export in, figures out."""

from api.backtest.past_tickets import ExportReader, read_export
from api.backtest.records import FieldOutcome, PastMessage, PastTicket, TicketOutcome
from api.backtest.replay import Replay
from api.backtest.tally import Tally

__all__ = [
    "ExportReader",
    "FieldOutcome",
    "PastMessage",
    "PastTicket",
    "Replay",
    "Tally",
    "TicketOutcome",
    "read_export",
]
