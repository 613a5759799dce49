"""Secrets as values: keys made and digested, claims signed, the server's own secret. Knows no table and no HTTP."""

from api.security.claims import read_claim, read_session, sign_claim, sign_session
from api.security.keys import (
    KEY_MARK,
    PREFIX_LENGTH,
    SCOPES,
    KeyDigests,
    NewKey,
    is_same_digest,
    make_id,
    make_key,
    make_secret,
    prefix_of,
)
from api.security.server_secret import MIN_SECRET_CHARS, SecretUnusable, derive, read_server_secret

__all__ = [
    "KEY_MARK",
    "MIN_SECRET_CHARS",
    "PREFIX_LENGTH",
    "SCOPES",
    "KeyDigests",
    "NewKey",
    "SecretUnusable",
    "derive",
    "is_same_digest",
    "make_id",
    "make_key",
    "make_secret",
    "prefix_of",
    "read_claim",
    "read_server_secret",
    "read_session",
    "sign_claim",
    "sign_session",
]
