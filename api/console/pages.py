"""All pages of the console under /console/, as one router for the app."""

from __future__ import annotations

from fastapi import APIRouter

from api.console import ask_pages, prefill_pages, session_pages, status_pages, ticket_pages


def build_router() -> APIRouter:
    """Return the console's pages; they are no part of the API's description."""
    router = APIRouter(prefix="/console", include_in_schema=False)
    for pages in (session_pages, prefill_pages, ask_pages, ticket_pages, status_pages):
        router.include_router(pages.router)
    return router
