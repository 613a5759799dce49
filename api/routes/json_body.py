"""How deep a JSON body may nest, checked in one pass before any parser recurses."""

from __future__ import annotations

import re

from api.errors import Problem, say

_STRING = re.compile(rb'"(?:[^"\\]|\\.)*+"', re.DOTALL)
_NOT_BRACKET = bytes(byte for byte in range(256) if byte not in b"[]{}")


def check_depth(content: bytes, *, limit: int) -> None:
    """Raise nested_too_deep where brackets outside strings nest deeper than the limit.

    >>> check_depth(b'{"a": "[[[[[["}', limit=2)
    """
    depth = 0
    for byte in _STRING.sub(b"", content).translate(None, _NOT_BRACKET):
        depth += 1 if byte in b"[{" else -1
        if depth > limit:
            raise Problem("nested_too_deep", say("detail.nested_too_deep", limit=limit))
