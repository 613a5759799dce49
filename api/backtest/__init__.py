"""What the service would have done for past tickets, at the moment each was created: an export in, figures out."""

from api.backtest.html_report import html_report
from api.backtest.lines import summary_line, ticket_line
from api.backtest.replay import Replay
from api.backtest.run import Run
from api.backtest.source import Source, export_source, system_source

__all__ = [
    "Replay",
    "Run",
    "Source",
    "export_source",
    "html_report",
    "summary_line",
    "system_source",
    "ticket_line",
]
