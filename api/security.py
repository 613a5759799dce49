"""API keys and console sessions as values: made, digested, compared, signed. Knows no table and no HTTP.

A key is `bh_` + 8 characters that may be shown + 32 that may not: 192 random bits, so a plain SHA-256 needs no salt or
stretching (there is nothing to guess); it is compared in constant time.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime

KEY_MARK = "bh_"
PREFIX_LENGTH = len(KEY_MARK) + 8
SCOPES: tuple[str, ...] = ("prefill", "suggest", "telemetry", "admin")
"""prefill: prefill, transcriptions, OCR, feedback; suggest: suggestions and reading articles;
telemetry: sending readings and reading tickets; admin: everything, and writing articles and templates."""


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key at the only moment its secret is known."""

    secret: str
    prefix: str
    digest: str


def make_key() -> NewKey:
    """Return a fresh random key."""
    secret = KEY_MARK + secrets.token_hex(4) + secrets.token_urlsafe(24)
    return NewKey(secret, prefix_of(secret), digest_of(secret))


def make_id() -> str:
    """Return a fresh random id."""
    return secrets.token_hex(12)


def make_secret() -> str:
    """Return a fresh random server secret."""
    return secrets.token_hex(32)


def prefix_of(secret: str) -> str:
    """Return the part of a key that may be shown."""
    return secret[:PREFIX_LENGTH]


def digest_of(secret: str) -> str:
    """Return what is stored in place of a key."""
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()


def is_same_digest(one: str, other: str) -> bool:
    """Compare two digests in constant time."""
    return hmac.compare_digest(one, other)


def sign_session(key_id: str, *, expires_at: datetime, secret: str) -> str:
    """Return a cookie value that proves, until it expires, that its bearer once showed the key."""
    claim = f"{key_id}.{int(expires_at.timestamp())}"
    return f"{claim}.{_signature(claim, secret)}"


def read_session(cookie: str, *, now: datetime, secret: str) -> str | None:
    """Return the key id of a cookie that is genuine and in time.

    >>> from datetime import UTC, datetime
    >>> later = datetime(2026, 11, 22, 12, tzinfo=UTC)
    >>> cookie = sign_session("k1", expires_at=later, secret="s")
    >>> read_session(cookie, now=datetime(2026, 11, 22, 11, tzinfo=UTC), secret="s")
    'k1'
    >>> read_session(cookie, now=later, secret="s") is None
    True
    """
    claim, _, signature = cookie.rpartition(".")
    key_id, _, expires = claim.rpartition(".")
    if not hmac.compare_digest(signature.encode("utf-8", "replace"), _signature(claim, secret).encode()):
        return None
    return key_id if now.timestamp() < int(expires) else None


def _signature(claim: str, secret: str) -> str:
    return hmac.new(secret.encode(), claim.encode("utf-8", "replace"), hashlib.sha256).hexdigest()
