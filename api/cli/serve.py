"""`serve`: the service on one address. At first start a key is made and printed, once."""

from __future__ import annotations

import logging
from typing import Annotated

import typer

from api.app import create_app
from api.cli.desk import DataDir, settings_for
from api.cli.keys import create_key
from api.cli.output import error_console, log_to_stderr

SHUTDOWN_S = 20
"""Given to requests under way when the service is told to stop."""
CONNECTIONS = 512


def serve(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535)] = 8000,
    data_dir: DataDir = None,
    database_url: Annotated[
        str | None, typer.Option(help="SQLAlchemy URL; SQLite in the data folder if absent.")
    ] = None,
) -> None:
    """Serve HTTP and the console."""
    import uvicorn

    log_to_stderr(logging.INFO)
    settings = settings_for(data_dir)
    if database_url:
        settings = settings.model_copy(update={"database_url": database_url})
    app = create_app(settings)
    app.state.jobs.keep_ready()
    store = app.state.store
    if not store.keys.list():
        _, secret = create_key(store, name="first key", scopes=["admin"])
        error_console().print(
            f"API key, shown once: {secret}\nConsole: http://{host}:{port}/console/", highlight=False, soft_wrap=True
        )
    uvicorn.run(
        app,
        host=host,
        port=port,
        log_config=None,
        access_log=False,
        server_header=False,
        limit_concurrency=CONNECTIONS,
        timeout_graceful_shutdown=SHUTDOWN_S,
    )
