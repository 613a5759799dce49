"""Who looks at the panel, and at which ticket: a signed link, a token or a console session in, a panel's desk out.

In an iframe of another system no cookie can be relied on, so the page carries a signed token in every request it makes.
Only the connector's own origins may frame it. The link is checked in api/connectors/panel_links.py.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from fastapi import Request, Response
from fastapi.routing import APIRoute
from starlette.datastructures import QueryParams

from api.connectors.options import ConnectorOptions
from api.connectors.panel_links import MAX_CHARS, SECRET, LinkState, PanelLink, Sight, frame_ancestors, sight_of
from api.console.configured import connectors_of
from api.console.desk import LANGUAGE_COOKIE, PAGE_ERRORS, SECURITY_HEADERS, Desk, is_partial, now_of, problem_in
from api.console.language import Words, choose_language, words
from api.console.rendering import render
from api.console.sessions import SignInNeeded, cookie_name, read_visitor, require_same_origin
from api.errors import Problem, language_of_locale, say
from api.security import read_claim, sign_claim
from api.settings import Settings
from api.store import Store
from api.tenants import Tenants

TOKEN_HEADER = "x-panel-token"
MEDIA_CLAIM = "media"
TOKEN_FOR = timedelta(hours=12)
"""A shift: a ticket left open over lunch still answers."""
THEMES = ("auto", "light", "dark")
CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; media-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors {ancestors}"
)


@dataclass(frozen=True, slots=True)
class PanelDesk:
    """A panel's surroundings."""

    desk: Desk
    sight: Sight
    options: ConnectorOptions | None
    secret: str

    @property
    def token(self) -> str:
        """Return the token that the page sends along."""
        return self.sight.token(secret=self.secret, expires_at=self.desk.now + TOKEN_FOR)

    @property
    def words(self) -> Words:
        return self.desk.words

    @property
    def actor(self) -> str:
        """Return whom an action is attributed to."""
        return self.sight.user or f"panel:{self.sight.connector or 'console'}"

    def media_key(self, prefill_id: str) -> str:
        """Return the key to the pictures and sound of one draft: addresses get logged, so it opens nothing else."""
        claim = json.dumps([MEDIA_CLAIM, self.sight.tenant, prefill_id])
        return sign_claim(claim, expires_at=self.desk.now + TOKEN_FOR, secret=self.secret)

    def page(self, template: str, *, status_code: int = 200, **shown: object) -> Response:
        """Return a page or a part of one."""
        surroundings = {"words": self.words, "sight": self.sight, "options": self.options}
        return render(template, {**surroundings, **shown}, status_code=status_code)


def panel_by_link(request: Request) -> PanelDesk:
    """Let in whoever has a genuine link, a token, or a console session.

    Raises:
        Problem: the link is forged, too old, or of a connector that is not here.
        SignInNeeded: there is neither link nor session.
    """
    query = request.query_params
    store: Store = request.app.state.store
    now = now_of(request)
    secret = _secret(store)
    if "signature" in query:
        sight = _sight_of_link(request, query, now=now)
    elif "token" in query:
        sight = _sight_of_token(query["token"], secret=secret, now=now)
    else:
        sight = _sight_of_session(request, store=store, now=now)
    chosen = _chosen_language(request, kept=sight.language)
    theme = query.get("theme", "")
    return _desk_of(request, replace(sight, language=chosen, theme=theme if theme in THEMES else sight.theme), secret)


def panel_by_token(request: Request) -> PanelDesk:
    """Let in a request of a page that was drawn before."""
    if request.method not in ("GET", "HEAD"):
        require_same_origin(request)
    secret = _secret(request.app.state.store)
    token = request.headers.get(TOKEN_HEADER, "")
    return _desk_of(request, _sight_of_token(token, secret=secret, now=now_of(request)), secret)


def media_tenant(request: Request, prefill_id: str, key: str) -> str:
    """Return the tenant whose draft a key opens.

    Raises:
        Problem: it is not this draft's key, or too old.
    """
    claim = read_claim(key, now=now_of(request), secret=_secret(request.app.state.store))
    try:
        mark, tenant, named = json.loads(claim) if claim else ("", "", "")
    except ValueError as error:
        raise _expired() from error
    if mark != MEDIA_CLAIM or named != prefill_id:
        raise _expired()
    return str(tenant)


def _desk_of(request: Request, sight: Sight, secret: str) -> PanelDesk:
    tenants: Tenants = request.app.state.tenants
    settings: Settings = request.app.state.settings
    tenant = tenants.get(sight.tenant)
    table = words("zh" if sight.language == "zh" else "en")
    desk = Desk(request, settings, tenant.engines, tenant.store, now_of(request), table)
    options = _options(request, sight.connector)
    if sight.connector and (options is None or options.tenant != sight.tenant):
        raise Problem("forbidden", say("detail.panel_forged"), fix=say("fix.panel_forged"))
    return PanelDesk(desk, sight, options, secret)


def _sight_of_link(request: Request, query: QueryParams, *, now: datetime) -> Sight:
    link = PanelLink(
        query.get("connector", ""), query.get("ticket", ""), query.get("user", ""), query.get("expires", "")
    )
    options = _options(request, link.connector)
    secret = options.secret.get_secret_value() if options else ""
    state = link.state(query["signature"], secret=secret, now=now)
    if options is None or state is LinkState.FORGED:
        raise Problem("forbidden", say("detail.panel_forged"), fix=say("fix.panel_forged"))
    if state is LinkState.EXPIRED:
        raise Problem("panel_expired", say("detail.panel_expired"))
    return Sight(options.tenant, options.name, link.ticket, link.user, "", "auto")


def _sight_of_token(token: str, *, secret: str, now: datetime) -> Sight:
    sight = sight_of(token, secret=secret, now=now)
    if sight is None:
        raise _expired()
    return sight


def _sight_of_session(request: Request, *, store: Store, now: datetime) -> Sight:
    visitor = read_visitor(request, store=store, now=now)
    visitor.require("prefill")
    ticket = request.query_params.get("ticket", "").strip()
    if not ticket or len(ticket) > MAX_CHARS or not ticket.isprintable():
        raise Problem(
            "validation_failed", say("detail.panel_no_ticket"), where="ticket", fix=say("fix.panel_no_ticket")
        )
    key = next((key for key in store.of(visitor.tenant).keys.list() if key.id == visitor.key_id), None)
    connector = request.query_params.get("connector", "")
    return Sight(visitor.tenant, connector, ticket, key.name if key else "", "", "auto")


def _expired() -> Problem:
    return Problem("forbidden", say("detail.panel_expired"), fix=say("fix.panel_expired"))


def _options(request: Request, name: str) -> ConnectorOptions | None:
    return next((options for options in connectors_of(request) if options.name == name), None)


def _chosen_language(request: Request, *, kept: str = "") -> str:
    settings: Settings = request.app.state.settings
    chosen = (
        request.query_params.get("lang", "")[:2]
        or kept
        or request.cookies.get(cookie_name(request, LANGUAGE_COOKIE), "")
    )
    accept = request.headers.get("accept-language", "")
    return choose_language(chosen=chosen, accept=accept, fallback=language_of_locale(settings.default_locale))


def _secret(store: Store) -> str:
    return store.keys.secret(SECRET)


class PanelRoute(APIRoute):
    """A route whose errors are panels, and that only a connector's own origins may frame."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        answer = super().get_route_handler()

        async def answer_in_panel(request: Request) -> Response:
            try:
                response = await answer(request)
            except PAGE_ERRORS as error:
                response = problem_panel(request, _problem_of(error))
            for name, value in panel_headers(request).items():
                response.headers.setdefault(name, value)
            return response

        return answer_in_panel


def panel_headers(request: Request) -> dict[str, str]:
    """Return the headers of every answer of the panel: only the connector's own origins may frame it."""
    options = _options(request, request.query_params.get("connector", ""))
    ancestors = frame_ancestors(options) if options else ()
    headers = {name: value for name, value in SECURITY_HEADERS.items() if not name.startswith("Cross-Origin")}
    return {**headers, "Content-Security-Policy": CSP.format(ancestors=" ".join(ancestors) or "'none'")}


def _problem_of(error: Exception) -> Problem:
    if isinstance(error, SignInNeeded):
        return Problem("key_missing", say("detail.panel_no_link"), fix=say("fix.panel_no_link"))
    return problem_in(error)


def problem_panel(request: Request, problem: Problem) -> Response:
    """Say what went wrong and what to do, as a panel or in place of a part of one."""
    table = words("zh" if _chosen_language(request) == "zh" else "en")
    theme = request.query_params.get("theme", "auto")
    shown = {
        "words": table,
        "is_page": not is_partial(request),
        "theme": theme if theme in THEMES else "auto",
        "title": problem.title_in(table.language),
        "detail": problem.detail_in(table.language),
        "fix": problem.fix_in(table.language),
    }
    return render("panel_problem.html", shown, status_code=problem.kind.status)
