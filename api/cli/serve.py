"""`serve`: the service on one address. What is wrong with the configuration is said all at once.

At first start a key is made and printed, once.
"""

from __future__ import annotations

import logging
import sys
from typing import Annotated

import typer

from api.app import create_app
from api.cli.configuration import checked_settings
from api.cli.desk import DataDir
from api.cli.keys import create_key
from api.cli.output import error_console
from api.logs import configure_logs

SWITCH_S = 0.001
"""How long a thread may keep the interpreter from the event loop, which needs it some times for each answer. Against
Python's 5 ms, /livez came sooner in four of six rounds of tests.bench.load, for a little less throughput (2026-11-22,
on a busy machine)."""


def serve(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535)] = 8000,
    data_dir: DataDir = None,
    database_url: Annotated[
        str | None, typer.Option(help="SQLAlchemy URL; SQLite in the data folder if absent.")
    ] = None,
    mqtt: Annotated[
        str | None, typer.Option(help="Broker to listen to: mqtt://user:password@host:1883 or mqtts://host:8883.")
    ] = None,
) -> None:
    """Serve HTTP and the console, and take readings from an MQTT broker."""
    from api.cli.server import make_server, reload_on_hangup, run_to_the_end

    settings = checked_settings(data_dir, database_url=database_url, mqtt_url=mqtt)
    configure_logs(logging.getLevelNamesMapping()[settings.log_level.upper()], is_personal=not settings.log_personal)
    app = create_app(settings)
    store = app.state.store
    if not store.keys.list():
        _, secret = create_key(store, name="first key", scopes=["admin"])
        error_console().print(
            f"API key, shown once: {secret}\nConsole: http://{host}:{port}/console/", highlight=False, soft_wrap=True
        )
    sys.setswitchinterval(SWITCH_S)
    app.state.jobs.keep_ready()
    reload_on_hangup(app.state.connectors)
    run_to_the_end(make_server(app, settings, host=host, port=port), app.state.jobs)
