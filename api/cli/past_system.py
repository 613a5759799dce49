"""The past tickets of a configured ticket system, for `backtest --connector`."""

from __future__ import annotations

from datetime import datetime

from api.backtest import Source, system_source
from api.connectors.options import read_options
from api.connectors.registry import build_connector
from api.connectors.system import ConnectorError
from api.errors import Problem, say
from api.outgoing import outgoing_client
from api.settings import Settings
from nlp import Template


def past_tickets_of(name: str, since: datetime, *, template: Template, settings: Settings) -> Source:
    """Return a connector's tickets since a moment.

    Raises:
        Problem: no connector of that name, its settings do not fit, or it has no tickets to read.
    """
    try:
        options = {one.name: one for one in read_options(settings.data_dir / "connectors.toml")}
        if name not in options:
            raise Problem("not_found", say("detail.connector_unknown", name=repr(name)))
        chosen = options[name]
        client = outgoing_client(allow_private=chosen.allow_private, timeout_s=chosen.timeout_s)
        connector = build_connector(chosen, client=client)
    except ConnectorError as error:
        raise Problem("validation_failed", say("detail.engine", original=str(error))) from error
    if connector.system is None:
        raise Problem("not_found", say("detail.connector_unknown", name=repr(name)))
    return system_source(connector.system, chosen, template, since=since)
