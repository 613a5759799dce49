"""What a page is given: the app's engines and store, the time, the person's language and rights.

The console's half of what api/routes/wiring.py is to the API. `Entry` guards a page; `ConsoleRoute` turns what goes
wrong into a page in the person's language, and puts the security headers on every answer.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import RedirectResponse
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection

from api.console.language import Language, Words, choose_language, words
from api.console.places import places_of
from api.console.rendering import render
from api.console.sessions import SignInNeeded, Visitor, cookie_name, read_visitor, require_same_origin
from api.engines import Engines
from api.errors import EXPECTED_ERRORS, Problem, invalid_problem, language_of_locale, problem_of, say
from api.prefill.kept_media import KeptMedia, media_of
from api.settings import Settings
from api.store import Store
from api.tenants import Tenants

LANGUAGE_COOKIE = "beforehand_language"
SIGN_IN = "/console/sign-in"
SECURITY_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "media-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "private, no-store",
}
PAGE_ERRORS: tuple[type[Exception], ...] = (SignInNeeded, HTTPException, RequestValidationError, *EXPECTED_ERRORS)
HTTP_PROBLEMS = {403: "forbidden", 404: "not_found", 413: "body_too_large", 422: "validation_failed"}


@dataclass(frozen=True, slots=True)
class Desk:
    """A page's surroundings."""

    request: Request
    settings: Settings
    engines: Engines
    store: Store
    now: datetime
    words: Words
    visitor: Visitor | None = None

    @property
    def media(self) -> KeptMedia:
        return media_of(self.engines.settings)

    @property
    def is_partial(self) -> bool:
        """Return whether htmx asks for the part of the page that changes."""
        return is_partial(self.request)

    @property
    def actor(self) -> str:
        """Return whom an action is attributed to."""
        return f"key:{self.visitor.key_id}" if self.visitor else ""

    def page(self, template: str, *, here: str = "", status_code: int = 200, **shown: object) -> Response:
        """Return a page in the person's language."""
        scopes = self.visitor.scopes if self.visitor else ()
        surroundings = {
            "words": self.words,
            "here": here,
            "is_signed_in": self.visitor is not None,
            "places": places_of(scopes),
        }
        return render(template, {**surroundings, **shown}, status_code=status_code)

    def go(self, address: str) -> Response:
        """Send the browser on, whether htmx or the browser itself asked."""
        if self.is_partial:
            return Response(status_code=200, headers={"HX-Redirect": address})
        return RedirectResponse(address, status_code=303)


class Entry:
    """A dependency: the desk of a person whose key holds the scope; a form must come from this origin."""

    def __init__(self, scope: str = "") -> None:
        self._scope = scope

    def __call__(self, request: Request) -> Desk:
        desk = desk_of(request)
        visitor = read_visitor(request, store=desk.store, now=desk.now)
        visitor.require(self._scope)
        tenants: Tenants = request.app.state.tenants
        tenant = tenants.get(visitor.tenant)
        return replace(desk, visitor=visitor, engines=tenant.engines, store=tenant.store)


def desk_of(request: Request) -> Desk:
    """Return the desk of somebody who is not signed in; what is on it is nobody's."""
    if request.method not in ("GET", "HEAD"):
        require_same_origin(request)
    state = request.app.state
    return Desk(
        request=request,
        settings=state.settings,
        engines=state.engines,
        store=state.store,
        now=now_of(request),
        words=words_of(request),
    )


def now_of(request: Request) -> datetime:
    """Return the time."""
    clock: Callable[[], datetime] = request.app.state.clock
    return clock().astimezone(UTC)


def language_of_socket(connection: HTTPConnection) -> Language:
    """Return the language of the person whose page opened a WebSocket."""
    return words_of(connection).language


def words_of(request: HTTPConnection) -> Words:
    """Return the messages of the person's language."""
    settings: Settings = request.app.state.settings
    fallback = language_of_locale(settings.default_locale)
    chosen = request.cookies.get(cookie_name(request, LANGUAGE_COOKIE), "")
    return words(choose_language(chosen=chosen, accept=request.headers.get("accept-language", ""), fallback=fallback))


def is_partial(request: Request) -> bool:
    """Return whether htmx asks for a part, not for a whole page out of the browser's history."""
    return request.headers.get("hx-request") == "true" and "hx-history-restore-request" not in request.headers


def problem_page(request: Request, problem: Problem) -> Response:
    """Say what went wrong and what to do, as a page or in place of a result."""
    table = words_of(request)
    shown = {
        "words": table,
        "is_page": not is_partial(request),
        "is_signed_in": cookie_name(request) in request.cookies,
        "places": places_of(getattr(request.state, "scopes", ())),
        "here": "",
        "title": problem.title_in(table.language),
        "detail": problem.detail_in(table.language),
        "where": problem.where,
        "fix": problem.fix_in(table.language),
    }
    return render("problem.html", shown, status_code=problem.kind.status)


def problem_in(error: Exception) -> Problem:
    """Return the problem that one of PAGE_ERRORS is."""
    if isinstance(error, HTTPException):
        name = HTTP_PROBLEMS.get(error.status_code, "bad_request")
        return Problem(name, say("detail.http", title=say(f"title.{name}"), original=error.detail))
    if isinstance(error, RequestValidationError):
        return invalid_problem(error.errors())
    return problem_of(error)


def _answer_to(request: Request, error: Exception) -> Response:
    if isinstance(error, SignInNeeded):
        return desk_of_sign_in(request)
    return problem_page(request, problem_in(error))


def desk_of_sign_in(request: Request) -> Response:
    """Send the browser to the sign-in page."""
    if is_partial(request):
        return Response(status_code=200, headers={"HX-Redirect": SIGN_IN})
    return RedirectResponse(SIGN_IN, status_code=303)


class ConsoleRoute(APIRoute):
    """A route whose errors are pages."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        answer = super().get_route_handler()

        async def answer_with_pages(request: Request) -> Response:
            try:
                response = await answer(request)
            except PAGE_ERRORS as error:
                response = _answer_to(request, error)
            for name, value in SECURITY_HEADERS.items():
                response.headers.setdefault(name, value)
            return response

        return answer_with_pages
