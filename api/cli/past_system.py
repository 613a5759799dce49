"""A configured ticket system for commands that read its past tickets: `backtest --connector` and `past-cases`."""

from __future__ import annotations

from datetime import datetime

from api.backtest import Source, system_source
from api.connectors.options import ConnectorOptions, read_options
from api.connectors.registry import build_connector
from api.connectors.system import ConnectorError, TicketSystem
from api.errors import Problem, say
from api.outgoing import outgoing_client
from api.settings import Settings
from nlp import Template


def past_tickets_of(name: str, since: datetime, *, template: Template, settings: Settings) -> Source:
    """Return a connector's tickets since a moment.

    Raises:
        Problem: no connector of that name, its settings do not fit, or it has no tickets to read.
    """
    options = connector_options(name, settings=settings)
    return system_source(ticket_system(options), options, template, since=since)


def connector_options(name: str, *, settings: Settings) -> ConnectorOptions:
    """Return how a connector is configured.

    Raises:
        Problem: no connector of that name, or the file does not fit.
    """
    try:
        options = {one.name: one for one in read_options(settings.data_dir / "connectors.toml")}
    except ConnectorError as error:
        raise Problem("validation_failed", say("detail.engine", original=str(error))) from error
    if name not in options:
        raise Problem("not_found", say("detail.connector_unknown", name=repr(name)))
    return options[name]


def ticket_system(options: ConnectorOptions) -> TicketSystem:
    """Return the system that a connector reads.

    Raises:
        Problem: its settings do not fit, or it has no tickets to read.
    """
    try:
        client = outgoing_client(allow_private=options.allow_private, timeout_s=options.timeout_s)
        system = build_connector(options, client=client).system
    except ConnectorError as error:
        raise Problem("validation_failed", say("detail.engine", original=str(error))) from error
    if system is None:
        raise Problem("not_found", say("detail.connector_unknown", name=repr(options.name)))
    return system
