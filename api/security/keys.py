"""API keys as values: made, digested, compared. Knows no table and no HTTP.

A key is `bh_` + 8 characters that may be shown + 32 that may not: 192 random bits, so nothing can be guessed and the
digest needs no stretching. It is HMAC-SHA256 under the server's secret, which is not in the database: whoever holds a
copy of the database can neither check a guess nor plant a key of their own.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass

from api.security.server_secret import derive

KEY_MARK = "bh_"
PREFIX_LENGTH = len(KEY_MARK) + 8
SCOPES: tuple[str, ...] = ("prefill", "suggest", "telemetry", "admin")
"""prefill: prefill, transcriptions, OCR, feedback; suggest: suggestions and reading articles;
telemetry: sending readings and reading tickets; admin: everything, and writing articles and templates."""


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key at the only moment it is known."""

    secret: str
    prefix: str


@dataclass(frozen=True, slots=True)
class KeyDigests:
    """What is stored in place of keys, under one server's secret."""

    server_secret: str

    def of(self, key: str) -> str:
        """Return a key's digest."""
        pepper = derive(self.server_secret, "api-keys").encode()
        return hmac.new(pepper, key.encode("utf-8", "replace"), hashlib.sha256).hexdigest()

    def before(self, key: str) -> str:
        """Return the digest that release 0.1 stored: SHA-256 without a secret; replaced at the key's next use."""
        return hashlib.sha256(key.encode("utf-8", "replace")).hexdigest()


def make_key() -> NewKey:
    """Return a fresh random key."""
    secret = KEY_MARK + secrets.token_hex(4) + secrets.token_urlsafe(24)
    return NewKey(secret, prefix_of(secret))


def make_id() -> str:
    """Return a fresh random id."""
    return secrets.token_hex(12)


def make_secret() -> str:
    """Return a fresh random secret of 256 bits."""
    return secrets.token_hex(32)


def prefix_of(secret: str) -> str:
    """Return the part of a key that may be shown."""
    return secret[:PREFIX_LENGTH]


def is_same_digest(one: str, other: str) -> bool:
    """Compare two digests in constant time."""
    return hmac.compare_digest(one.encode("utf-8", "replace"), other.encode("utf-8", "replace"))
