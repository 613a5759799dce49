"""One system's HTTP in one place: a call in; JSON, bytes or a ConnectorError out.

    no answer, a time-out, 408, 425, 429, 5xx    ConnectorDown, with the seconds of Retry-After where it was sent
    3xx, other 4xx, no JSON, too large           CallRefused (a ConnectorRefused with the status)

Messages name the connector, the method and the path; never a query, a header or a secret. A redirect is not followed,
except for files, and then to the system's own host or one that the connector names; only its own host is given the
credentials. It does not try again: whoever works the event does.
"""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Annotated, TypeVar
from urllib.parse import quote, urljoin, urlsplit

import httpx
from pydantic import BaseModel, BeforeValidator, ConfigDict, JsonValue, TypeAdapter, ValidationError

from api.connectors.options import ConnectorOptions
from api.connectors.system import ConnectorDown, ConnectorRefused, OptionsInvalid

JSON_BYTES = 16 * 1024 * 1024
"""A page of 100 tickets with their articles; the largest such page of a system's documentation is below 1 MiB."""
FILE_BYTES = 50 * 1024 * 1024
"""Of one attachment; what prefill takes of a file is bounded there."""
SLOW_FACTOR = 6
"""A whole answer may take this many times the time-out of one read: a far side that drips bytes holds no thread."""
SAID_CHARS = 200
AFTER_S_MAX = 24 * 3600.0
REDIRECTS = 3
TRY_AGAIN = frozenset((408, 425, 429))

Shape = TypeVar("Shape")


class CallRefused(ConnectorRefused):
    """The system answered a call with a status that says no."""

    def __init__(self, message: str, *, status: int = 0) -> None:
        super().__init__(message)
        self.status = status


def _blank(value: object) -> object:
    return "" if value is None else value


Text = Annotated[str, BeforeValidator(_blank)]
"""A string of an answer; null is empty and numbers are taken as they are written."""


class Answer(BaseModel):
    """The part of a system's JSON that is read; what else it holds is left alone."""

    model_config = ConfigDict(extra="ignore", frozen=True, coerce_numbers_to_str=True)


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer of 2xx, whole."""

    status: int
    headers: Mapping[str, str]
    content: bytes


def path_part(value: str) -> str:
    """Return an id quoted for a path.

    >>> path_part("12"), path_part("a/b")
    ('12', 'a%2Fb')
    """
    if not value.strip(".") or len(value) > 200:
        raise ConnectorRefused(f"{value[:50]!r} is no id")
    return quote(value, safe="")


def retry_after_s(headers: Mapping[str, str]) -> float | None:
    """Return the seconds of Retry-After: a number, or a date held against the answer's own Date.

    >>> retry_after_s({"retry-after": "7"}), retry_after_s({})
    (7.0, None)
    """
    said = headers.get("retry-after", "").strip()
    if said.isascii() and said.isdigit():
        return min(float(said[:9]), AFTER_S_MAX)
    try:
        wait = parsedate_to_datetime(said) - parsedate_to_datetime(headers.get("date", ""))
    except (TypeError, ValueError):
        return None
    return min(max(wait.total_seconds(), 0.0), AFTER_S_MAX)


class HttpCalls:
    """The calls of one connector; opens nothing until the first is made. Safe to share between threads."""

    def __init__(
        self,
        options: ConnectorOptions,
        *,
        client: httpx.Client,
        headers: Mapping[str, str] | None = None,
        login: tuple[str, str] | None = None,
        base: str = "",
    ) -> None:
        """`login` is sent as basic authentication; `base` stands for the options' url where that is not the API's."""
        self.name = options.name
        self.base = (base or options.url).rstrip("/")
        parts = urlsplit(self.base)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise OptionsInvalid(f"connector {options.name}: url: {self.base[:100]!r} is no http(s) address")
        self._origin = (parts.scheme, parts.netloc.lower())
        self._client = client
        self._headers = dict(headers or {})
        self._auth = httpx.BasicAuth(*login) if login else None
        self._timeout_s = options.timeout_s
        held = [one.get_secret_value() for one in (options.password, options.token, options.secret)]
        basic = base64.b64encode(":".join(login).encode()).decode() if login else ""
        self._secrets = [one for one in (*held, basic) if one]

    def json(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, str | int] | None = None,
        body: JsonValue = None,
        content: bytes = b"",
        headers: Mapping[str, str] | None = None,
        limit: int = JSON_BYTES,
    ) -> JsonValue:
        """Return what the system answers; None where it answers nothing. `body` is sent as JSON, `content` as it is."""
        if body is not None:
            content = json.dumps(body, ensure_ascii=False).encode("utf-8", "replace")
        kind = {"Content-Type": "application/json"} if content else {}
        own = {"Accept": "application/json", **kind, **(headers or {})}
        reply = self.send(method, path, params=params, content=content, headers=own, limit=limit)
        if not reply.content.strip():
            return None
        try:
            value: JsonValue = json.loads(reply.content)
        except (ValueError, RecursionError) as error:
            raise CallRefused(f"{self._named(method, path)}: answered without JSON; check the url") from error
        return value

    def send(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, str | int] | None = None,
        content: bytes = b"",
        headers: Mapping[str, str] | None = None,
        limit: int = JSON_BYTES,
    ) -> Reply:
        """Return the answer to a call on a path under the base, or on a whole address of the same host."""
        url = path if "://" in path else f"{self.base}/{path.lstrip('/')}" if path else self.base
        self._check_own(url)
        request = self._client.build_request(
            method, url, params=params, content=content or None, headers={**self._headers, **(headers or {})}
        )
        return self._accepted(self._sent(request, self._auth, limit), f"{method} {urlsplit(url).path}")

    def file(self, url: str, *, hosts: Sequence[str] = (), limit: int = FILE_BYTES) -> bytes:
        """Return a file of the system. `hosts` may hand it out too (".example.com": with what is below it)."""
        url = urljoin(f"{self.base}/", url)
        for _ in range(REDIRECTS + 1):
            is_own = self._is_own(url)
            if not is_own and not _is_among(url, hosts):
                raise CallRefused(
                    f"connector {self.name}: a file is at {urlsplit(url).hostname}, not the system's host"
                )
            headers = self._headers if is_own else {}
            request = self._client.build_request("GET", url, headers=headers)
            reply = self._sent(request, self._auth if is_own else None, limit)
            if not 300 <= reply.status < 400:
                return self._accepted(reply, f"GET {urlsplit(url).path}").content
            url = urljoin(url, reply.headers.get("location", ""))
        raise CallRefused(f"connector {self.name}: a file is redirected more than {REDIRECTS} times")

    def fit(self, value: JsonValue, shape: type[Shape], what: str) -> Shape:
        """Return an answer as its shape."""
        try:
            return TypeAdapter(shape).validate_python(value)
        except ValidationError as error:
            first = error.errors(include_input=False, include_context=False, include_url=False)[0]
            place = ".".join(map(str, first["loc"]))
            raise CallRefused(f"connector {self.name}: {what}: {place or 'it'}: {first['msg']}") from None

    def _sent(self, request: httpx.Request, auth: httpx.Auth | None, limit: int) -> Reply:
        where = self._named(request.method, request.url.path)
        until = time.monotonic() + SLOW_FACTOR * self._timeout_s
        try:
            answer = self._client.send(request, auth=auth, stream=True, follow_redirects=False)
            with closing(answer):
                content = self._read(answer, where, until, limit)
        except httpx.TimeoutException as error:
            raise ConnectorDown(f"{where}: no answer in time") from error
        except httpx.TransportError as error:
            raise ConnectorDown(f"{where}: {self._without_secrets(str(error)) or type(error).__name__}") from error
        except httpx.HTTPError as error:
            raise CallRefused(f"{where}: {type(error).__name__}") from error
        return Reply(answer.status_code, answer.headers, content)

    def _read(self, answer: httpx.Response, where: str, until: float, limit: int) -> bytes:
        pieces: list[bytes] = []
        size = 0
        for piece in answer.iter_bytes():
            size += len(piece)
            if size > limit:
                raise CallRefused(f"{where}: the answer is larger than {limit} bytes")
            if time.monotonic() > until:
                raise ConnectorDown(f"{where}: the answer is not over after {SLOW_FACTOR * self._timeout_s} s")
            pieces.append(piece)
        return b"".join(pieces)

    def _accepted(self, reply: Reply, what: str) -> Reply:
        """Return an answer of 2xx; raise for any other."""
        if 200 <= reply.status < 300:
            return reply
        said = self._without_secrets(" ".join(reply.content[: 8 * SAID_CHARS].decode("utf-8", "replace").split()))
        message = f"connector {self.name}: {what}: {reply.status} {said[:SAID_CHARS]}".rstrip()
        if reply.status in TRY_AGAIN or reply.status >= 500:
            raise ConnectorDown(message, after_s=retry_after_s(reply.headers))
        raise CallRefused(message, status=reply.status)

    def _without_secrets(self, text: str) -> str:
        for secret in self._secrets:
            text = text.replace(secret, "***")
        return text

    def _named(self, method: str, path: str) -> str:
        return f"connector {self.name}: {method} {urlsplit(path).path}"

    def _is_own(self, url: str) -> bool:
        parts = urlsplit(url)
        return (parts.scheme, parts.netloc.lower()) == self._origin

    def _check_own(self, url: str) -> None:
        if not self._is_own(url):
            raise CallRefused(f"connector {self.name}: {urlsplit(url).hostname} is not the system's own host")


def _is_among(url: str, hosts: Sequence[str]) -> bool:
    parts = urlsplit(url)
    host = parts.hostname or ""
    return parts.scheme == "https" and any(
        host == one.lstrip(".") or (one.startswith(".") and host.endswith(one)) for one in hosts
    )
