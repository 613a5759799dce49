"""Who sits before the console: a cookie in, the key that once was shown out; a foreign form is refused.

A session is a signed cookie (HttpOnly, SameSite=Strict) that names a key; revoking the key ends it. A
form must come from this very origin. It does not know pages.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from fastapi import Request, Response

from api.errors import Problem, say
from api.security import read_session, sign_session
from api.store import Store

COOKIE = "beforehand_session"
SECRET = "console_session"
MAX_COOKIE_CHARS = 200
"""A session is 24 characters of id, ten of time and 64 of signature."""


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


def read_visitor(request: Request, *, store: Store, now: datetime) -> Visitor:
    """Return who is signed in.

    Raises:
        SignInNeeded: there is no cookie, it is not genuine or too old, or its key was revoked.
    """
    cookie = request.cookies.get(COOKIE, "")
    if not cookie or len(cookie) > MAX_COOKIE_CHARS:
        raise SignInNeeded
    key_id = read_session(cookie, now=now, secret=_secret(store))
    key = store.keys.get(key_id, at=now) if key_id is not None else None
    if key is None:
        raise SignInNeeded
    request.state.key_id, request.state.tenant = key.id, key.tenant
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


def open_session(
    response: Response, *, key_id: str, store: Store, now: datetime, hours: float, is_secure: bool
) -> None:
    """Put a session's cookie on an answer."""
    value = sign_session(key_id, expires_at=now + timedelta(hours=hours), secret=_secret(store))
    response.set_cookie(
        COOKIE, value, max_age=int(hours * 3600), path="/", secure=is_secure, httponly=True, samesite="strict"
    )


def close_session(response: Response) -> None:
    """Take the cookie back."""
    response.delete_cookie(COOKIE, path="/", httponly=True, samesite="strict")


def require_same_origin(request: Request) -> None:
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
