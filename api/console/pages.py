"""All pages for people: the console under /console/, and the panel at /panel. One router for the app."""

from __future__ import annotations

from fastapi import APIRouter

from api.console import (
    ask_pages,
    audit_pages,
    budget_pages,
    confidence_pages,
    connector_pages,
    device_pages,
    export_pages,
    gap_pages,
    job_pages,
    key_pages,
    live_pages,
    overview_pages,
    panel_pages,
    picture_pages,
    prefill_pages,
    replay_pages,
    session_pages,
    source_pages,
    status_pages,
    template_pages,
    ticket_pages,
)

CONSOLE = (
    session_pages,
    overview_pages,
    confidence_pages,
    export_pages,
    prefill_pages,
    live_pages,
    picture_pages,
    ask_pages,
    device_pages,
    replay_pages,
    budget_pages,
    gap_pages,
    ticket_pages,
    template_pages,
    connector_pages,
    source_pages,
    job_pages,
    key_pages,
    audit_pages,
    status_pages,
)


def build_router() -> APIRouter:
    """Return the pages; they are no part of the API's description."""
    router = APIRouter(include_in_schema=False)
    for pages in CONSOLE:
        router.include_router(pages.router)
    router.include_router(panel_pages.router)
    return router
