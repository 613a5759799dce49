"""The connectors as pages see them: the request's app in, what connectors.toml configures out."""

from __future__ import annotations

from fastapi import Request

from api.connectors.options import ConnectorOptions
from api.enrich import Connectors


def connectors_in(request: Request) -> Connectors:
    """Return the app's connectors, of all tenants."""
    connectors: Connectors = request.app.state.connectors
    return connectors


def connectors_of(request: Request) -> tuple[ConnectorOptions, ...]:
    """Return every connector's options, of all tenants."""
    return tuple(live.options for live in connectors_in(request).all())
