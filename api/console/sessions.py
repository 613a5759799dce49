"""Who sits before the console: a cookie in, the key that once was shown out; a foreign form is refused.

A session is a row, named by a signed cookie (HttpOnly, SameSite=Strict, __Host- over https). Signing out, a pause that
is too long, or revoking the key ends it, wherever a copy of the cookie may be. A form must come from this very origin.
It does not know pages.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from fastapi import Request, Response
from starlette.requests import HTTPConnection

from api.errors import Problem, say
from api.security import make_secret, read_session, sign_session
from api.settings import Settings
from api.store import Store

COOKIE = "beforehand_session"
HOST_PREFIX = "__Host-"
"""Browsers take such a name over https only, for this very host: no neighbour under the same domain can set it."""
SECRET = "console_session"
MAX_COOKIE_CHARS = 200
"""A session is 64 characters of id, ten of time and 64 of signature."""


class SignInNeeded(Exception):
    """Nobody is signed in."""


@dataclass(frozen=True, slots=True)
class Visitor:
    """The key behind a session."""

    key_id: str
    tenant: str
    scopes: tuple[str, ...]

    def require(self, scope: str) -> None:
        """Raise the Problem of a key that lacks a scope; "" asks for none."""
        if scope and scope not in self.scopes and "admin" not in self.scopes:
            raise Problem("forbidden", say("detail.scope_missing", scope=repr(scope)))


def read_visitor(request: HTTPConnection, *, store: Store, now: datetime) -> Visitor:
    """Return who is signed in.

    Raises:
        SignInNeeded: there is no cookie, it is not genuine, its session is over, or its key was revoked.
    """
    settings: Settings = request.app.state.settings
    session_id = _session_of(request, store=store, now=now)
    idle = timedelta(hours=settings.session_idle_hours)
    key_id = store.sessions.key_of(session_id, at=now, idle=idle) if session_id is not None else None
    key = store.keys.get(key_id, at=now) if key_id is not None else None
    if key is None:
        raise SignInNeeded
    request.state.key_id, request.state.tenant, request.state.scopes = key.id, key.tenant, key.scopes
    return Visitor(key.id, key.tenant, key.scopes)


def signed_in_key(request: Request, secret: str, *, store: Store, now: datetime) -> str | None:
    """Return the id of the key in force that a person typed, None where it is none; the audit log is told."""
    key = store.keys.authenticate(secret, at=now)
    address = request.client.host if request.client else ""
    if key is None:
        store.audit.add(at=now, actor=f"address:{address}", action="session.refused", subject="console")
        return None
    actor = f"key:{key.id}"
    store.of(key.tenant).audit.add(
        at=now, actor=actor, action="session.opened", subject="console", detail={"address": address}
    )
    return key.id


def cookie_name(request: HTTPConnection, name: str = COOKIE) -> str:
    """Return the name that a cookie has on this connection; the other one is not looked at."""
    return HOST_PREFIX + name if is_secure(request) else name


def is_secure(request: HTTPConnection) -> bool:
    """Return whether the browser came by https, here or at a proxy that is trusted."""
    return request.url.scheme in ("https", "wss")


def open_session(
    request: Request, response: Response, *, key_id: str, store: Store, now: datetime, hours: float
) -> None:
    """Open a session and put its cookie on an answer; the one that the browser had is over."""
    end_session(request, store=store, now=now)
    session_id, expires_at = make_secret(), now + timedelta(hours=hours)
    store.sessions.open(session_id, key_id=key_id, at=now, expires_at=expires_at)
    response.set_cookie(
        cookie_name(request),
        sign_session(session_id, expires_at=expires_at, secret=_secret(store)),
        max_age=int(hours * 3600),
        path="/",
        secure=is_secure(request),
        httponly=True,
        samesite="strict",
    )


def close_session(request: Request, response: Response, *, store: Store, now: datetime) -> None:
    """End the session and take its cookie back, with what the browser kept of the pages."""
    end_session(request, store=store, now=now)
    secure = is_secure(request)
    response.delete_cookie(cookie_name(request), path="/", secure=secure, httponly=True, samesite="strict")
    response.headers["Clear-Site-Data"] = '"cache", "storage"'


def end_session(request: Request, *, store: Store, now: datetime) -> None:
    """End the session that a request bears, if it bears one."""
    session_id = _session_of(request, store=store, now=now)
    if session_id is not None:
        store.sessions.end(session_id)


def _session_of(request: HTTPConnection, *, store: Store, now: datetime) -> str | None:
    """Return the session that a genuine cookie names, over or not."""
    cookie = request.cookies.get(cookie_name(request), "")
    if not cookie or len(cookie) > MAX_COOKIE_CHARS:
        return None
    return read_session(cookie, now=now, secret=_secret(store))


def read_socket_visitor(connection: HTTPConnection, *, store: Store, now: datetime) -> Visitor | None:
    """Return who is signed in behind a WebSocket; None where nobody is. Browsers let any page open one, and send the
    cookie along.

    Raises:
        Problem: another site's page opened it.
    """
    if cookie_name(connection) not in connection.cookies:
        return None
    require_same_origin(connection)
    try:
        return read_visitor(connection, store=store, now=now)
    except SignInNeeded:
        return None


def require_same_origin(request: HTTPConnection) -> None:
    """Refuse a form that another site sent: browsers name the origin of every POST."""
    origin = request.headers.get("origin")
    if origin is not None:
        is_own = urlsplit(origin).netloc == request.headers.get("host")
    else:
        is_own = request.headers.get("sec-fetch-site") == "same-origin"
    if not is_own:
        raise Problem("forbidden", say("detail.foreign_form"), fix=say("fix.foreign_form"))


def _secret(store: Store) -> str:
    return store.keys.secret(SECRET)
