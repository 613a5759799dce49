"""A key and a request in; the first time the work is done, later times its answer is sent again.

What the work keeps goes by an id that key and request give: where the process ended between keeping it and keeping the
answer, the repeated request finds it instead of making a second one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import datetime

from fastapi.responses import Response
from pydantic import BaseModel

from api.errors import Problem, say
from api.security import make_id
from api.store import Store
from api.store.replies import RUNNING, Reply

JSON = "application/json"
ID_CHARS = 24
"""As many as of a random id."""


def digest_of_parts(*parts: bytes) -> str:
    """Return one digest of a request's parts; where one ends and the next begins counts."""
    whole = hashlib.sha256()
    for part in parts:
        whole.update(hashlib.sha256(part).digest())
    return whole.hexdigest()


def answer_once(
    produce: Callable[[str], BaseModel],
    *,
    key: str | None,
    owner: str,
    digest: str,
    store: Store,
    at: datetime,
    status: int = 200,
) -> Response:
    """Return the answer, from the first request with this key where there was one; `produce` is given the id that
    what it keeps goes by.

    Raises:
        Problem: the key was used for another request, or its first request still runs.
    """
    if key is None:
        return _response(_reply_of(produce(make_id()), digest=digest, status=status))
    known = store.replies.claim(owner, key, digest=digest, at=at)
    if known is not None:
        return _repeated(known, key=key, digest=digest)
    try:
        reply = _reply_of(produce(id_of(owner, key, digest=digest)), digest=digest, status=status)
        store.replies.keep(owner, key, reply)
    except BaseException:
        store.replies.release(owner, key)
        raise
    return _response(reply)


def id_of(owner: str, key: str, *, digest: str) -> str:
    """Return the id of what a request with a key keeps: the same for the same request, and nobody can guess another's
    without its API key's id.

    >>> id_of("k1", "once", digest="d") == id_of("k1", "once", digest="d") != id_of("k2", "once", digest="d")
    True
    """
    return digest_of_parts(owner.encode(), key.encode("utf-8", "surrogatepass"), digest.encode())[:ID_CHARS]


def _repeated(known: Reply, *, key: str, digest: str) -> Response:
    if known.digest != digest:
        raise Problem("idempotency_conflict", say("detail.key_reused", key=repr(key[:50])))
    if known.status == RUNNING:
        raise Problem(
            "idempotency_in_progress", say("detail.key_running", key=repr(key[:50])), headers={"Retry-After": "2"}
        )
    return _response(known)


def _reply_of(body: BaseModel, *, digest: str, status: int) -> Reply:
    return Reply(digest, status, JSON, body.model_dump_json(by_alias=True).encode())


def _response(reply: Reply) -> Response:
    return Response(reply.body, status_code=reply.status, media_type=reply.content_type)
