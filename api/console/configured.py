"""What connectors.toml configures, as pages see it: the request's app in, its connectors' options out."""

from __future__ import annotations

from fastapi import Request

from api.connectors.options import ConnectorOptions, read_options
from api.settings import Settings


def connectors_of(request: Request) -> tuple[ConnectorOptions, ...]:
    """Return every connector's options, of all tenants."""
    settings: Settings = request.app.state.settings
    return read_options(settings.data_dir / "connectors.toml")
