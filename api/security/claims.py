"""Signed claims: a short text in, a token that proves until it expires that this server wrote it out.

Not encrypted: whoever holds the token can read the claim. Knows no clock; `now` and `expires_at` are given.
"""

from __future__ import annotations

import hashlib
import hmac
from datetime import datetime
from urllib.parse import quote, unquote

MAX_TOKEN_CHARS = 4_096
"""Longer than any claim written here; a longer token is not even hashed."""
MAX_EXPIRY_DIGITS = 12
"""Seconds up to the year 33658; int() of attacker's digits stays cheap."""


def sign_claim(claim: str, *, expires_at: datetime, secret: str) -> str:
    """Return a token, safe in cookies and URLs, that proves until it expires that the claim was made here.

    >>> from datetime import UTC, datetime
    >>> later = datetime(2026, 11, 22, 12, tzinfo=UTC)
    >>> token = sign_claim("panel:工单 7", expires_at=later, secret="s")
    >>> read_claim(token, now=datetime(2026, 11, 22, 11, tzinfo=UTC), secret="s")
    'panel:工单 7'
    >>> read_claim(token, now=later, secret="s") is None
    True
    """
    signed = f"{quote(claim, safe='')}.{int(expires_at.timestamp())}"
    return f"{signed}.{_signature(signed, secret)}"


def read_claim(token: str, *, now: datetime, secret: str) -> str | None:
    """Return the claim of a token that is genuine and in time, None otherwise."""
    if len(token) > MAX_TOKEN_CHARS:
        return None
    signed, _, signature = token.rpartition(".")
    if not hmac.compare_digest(signature.encode("utf-8", "replace"), _signature(signed, secret).encode()):
        return None
    claim, _, expires = signed.rpartition(".")
    if not (expires.isascii() and expires.isdigit() and len(expires) < MAX_EXPIRY_DIGITS + 1):
        return None
    return unquote(claim) if now.timestamp() < int(expires) else None


def sign_session(session_id: str, *, expires_at: datetime, secret: str) -> str:
    """Return a cookie value that proves, until it expires, that its bearer opened the session."""
    return sign_claim(session_id, expires_at=expires_at, secret=secret)


def read_session(cookie: str, *, now: datetime, secret: str) -> str | None:
    """Return the session that is named by a cookie that is genuine and in time."""
    return read_claim(cookie, now=now, secret=secret)


def _signature(signed: str, secret: str) -> str:
    return hmac.new(secret.encode(), signed.encode("utf-8", "replace"), hashlib.sha256).hexdigest()
