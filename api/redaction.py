"""A text for the log in, the same text without what must not stand there out. Knows no log and no setting.

Secrets (keys of ours, webhook secrets, bearer and basic credentials, passwords in URLs, signed tokens) always go;
what nlp/personal.py finds of people (identity, telephone, card and plate numbers, e-mail, addresses, names) where
`is_personal` says so. Linear patterns, bounded input: a log line is never the reason that something is slow.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import islice
from typing import TypeVar

from nlp import personal

GONE = "***"
TEXT_CHARS = 4_000
"""Of one logged text, half from each end: a stack trace says at its end what happened."""
ITEMS = 50
DEPTH = 4

_SECRET_NAMES = re.compile(
    r"(?i)(?:^|[_\-.])(?:secret|password|passwd|pwd|token|authorization|cookie|api[_\-]?key|credentials?|signature)s?$"
)
_SECRETS: Sequence[tuple[re.Pattern[str], str]] = (
    # The first eight characters of a key may be shown: they are how people tell keys apart.
    (re.compile(r"\b(bh_[0-9a-fA-F]{8})[A-Za-z0-9_\-]{4,}"), rf"\1{GONE}"),
    (re.compile(r"\bwh(?:sec|sk|pk)_[A-Za-z0-9+/=_\-]{4,}"), GONE),
    (re.compile(r"(?i)\b(bearer|basic|digest|token)\s+[A-Za-z0-9+/=._~\-]{8,}"), rf"\1 {GONE}"),
    (re.compile(r"\b([A-Za-z][A-Za-z0-9+.\-]{0,30}://[^\s/:@]{0,200}):[^\s/@]{1,200}@"), rf"\1:{GONE}@"),
    (re.compile(r"\beyJ[A-Za-z0-9_\-]{8,}\.[A-Za-z0-9_\-]{4,}(?:\.[A-Za-z0-9_\-]*)?"), GONE),
    (
        re.compile(
            r"(?i)\b(password|passwd|pwd|secret|api[_\-]?key|access_token|token|claim|sig)(\"?\s{0,3}[=:]\s{0,3}\"?)"
            r"[^\s&\"',;}]{3,}"
        ),
        rf"\1\2{GONE}",
    ),
)
Value = TypeVar("Value")


def redacted(text: str, *, is_personal: bool = True) -> str:
    """Return a text that may stand in a log.

    >>> redacted("key bh_1a2b3c4dSECRETSECRET of postgresql://app:hunter2@db/x")
    'key bh_1a2b3c4d*** of postgresql://app:***@db/x'
    >>> redacted("请回电 13800138000 或 li@example.com"), redacted("回电 13800138000", is_personal=False)
    ('请回电 *** 或 ***', '回电 13800138000')
    """
    kept = text
    if len(text) > TEXT_CHARS:
        kept = f"{text[: TEXT_CHARS // 2]} ... ({len(text)} characters) ... {text[-TEXT_CHARS // 2 :]}"
    for pattern, instead in _SECRETS:
        kept = pattern.sub(instead, kept)
    return personal.redacted(kept, mask=GONE, is_quick=True) if is_personal else kept


def is_secret_name(name: str) -> bool:
    """Return whether a value of this name is a secret, whatever it looks like.

    >>> is_secret_name("webhook_secret"), is_secret_name("Authorization"), is_secret_name("key_prefix")
    (True, True, False)
    """
    return _SECRET_NAMES.search(name) is not None


def redacted_value(name: str, value: object, *, is_personal: bool = True, depth: int = DEPTH) -> object:
    """Return a value that may stand in a log under a name; mappings and sequences are walked, bounded."""
    if value is None or isinstance(value, bool | int | float):
        return value
    if is_secret_name(name):
        return GONE
    if isinstance(value, str):
        return redacted(value, is_personal=is_personal)
    if depth and isinstance(value, Mapping):
        return {
            str(key): redacted_value(str(key), inner, is_personal=is_personal, depth=depth - 1)
            for key, inner in islice(value.items(), ITEMS)
        }
    if depth and isinstance(value, list | tuple | set | frozenset):
        return [redacted_value("", inner, is_personal=is_personal, depth=depth - 1) for inner in islice(value, ITEMS)]
    return redacted(str(value), is_personal=is_personal)
