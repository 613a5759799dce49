"""What is logged, and about whom: JSON lines on stderr (coloured lines on a terminal), each with the request, trace,
tenant and job it belongs to, and without secrets.

    structlog and logging -> context of the request or job -> redaction -> one line

The context travels with contextvars into the threads that work for a request. Knows no HTTP: api/routes/tracing.py
opens a context for each request, api/jobs for each job. Time and chance come from outside the logic: ids are given.
"""

from __future__ import annotations

import io
import logging
import re
import secrets
import sys
from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TextIO, cast

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from api.redaction import redacted_value

REQUEST_ID = re.compile(r"[A-Za-z0-9._:\-]{1,128}")
_TRACEPARENT = re.compile(r"([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?")
TRACESTATE_CHARS = 512
"""W3C Trace Context 3.3.1.5: a vendor passes on at least 512 characters."""
QUIET = (
    "httpx",
    "httpx2",
    "httpcore",
    "alembic",
    "dbos",
    "multipart",
    "python_multipart",
    "PIL",
    "faster_whisper",
    "markdown_it",
)
"""Libraries whose lines below a warning are not ours to keep: httpx logs whole addresses."""


@dataclass(frozen=True, slots=True)
class Trace:
    """Where a piece of work stands in a distributed trace; W3C Trace Context, level 1."""

    trace_id: str
    span_id: str
    parent_id: str = ""
    flags: str = "00"
    state: str = ""

    @property
    def traceparent(self) -> str:
        """Return the header that a call made during this work carries.

        >>> Trace("0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331", flags="01").traceparent
        '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'
        """
        return f"00-{self.trace_id}-{self.span_id}-{self.flags}"


@dataclass(slots=True)
class Context:
    """What the lines of one request or job bear. Shared by every thread that works for it, so what becomes known on
    the way (who asks) is on every later line."""

    request_id: str
    trace: Trace
    tenant: str = ""
    key_prefix: str = ""
    job_id: str = ""


_CURRENT: ContextVar[Context | None] = ContextVar("beforehand_context", default=None)


def read_traceparent(header: str, *, state: str = "", span_id: str) -> Trace | None:
    """Return the trace that a caller is in, with a span of ours; None where the header is none.

    >>> trace = read_traceparent("00-" + "a" * 32 + "-" + "b" * 16 + "-01", span_id="c" * 16)
    >>> trace.traceparent == "00-" + "a" * 32 + "-" + "c" * 16 + "-01", trace.parent_id == "b" * 16
    (True, True)
    >>> read_traceparent("00-" + "0" * 32 + "-" + "b" * 16 + "-01", span_id="c" * 16) is None
    True
    """
    match = _TRACEPARENT.fullmatch(header.strip())
    if match is None:
        return None
    version, trace_id, parent_id, flags, more = match.groups()
    if version == "ff" or (version == "00" and more) or not trace_id.strip("0") or not parent_id.strip("0"):
        return None
    kept = state if len(state) <= TRACESTATE_CHARS and state.isascii() and state.isprintable() else ""
    return Trace(trace_id, span_id, parent_id, "01" if int(flags, 16) & 1 else "00", kept)


def new_context(*, request_id: str = "", traceparent: str = "", tracestate: str = "") -> Context:
    """Return a context: the caller's ids where they are usable, fresh random ones otherwise."""
    span_id = secrets.token_hex(8)
    trace = read_traceparent(traceparent, state=tracestate, span_id=span_id) or Trace(secrets.token_hex(16), span_id)
    usable = REQUEST_ID.fullmatch(request_id) is not None
    return Context(request_id if usable else secrets.token_hex(12), trace)


@contextmanager
def in_context(context: Context) -> Iterator[Context]:
    """Let every line within bear a context."""
    token = _CURRENT.set(context)
    try:
        yield context
    finally:
        _CURRENT.reset(token)


def current_context() -> Context | None:
    """Return the context of the request or job that is worked on; None between them."""
    return _CURRENT.get()


def note_caller(*, tenant: str, key_prefix: str = "") -> None:
    """Say who asks, once it is known."""
    context = _CURRENT.get()
    if context is not None:
        context.tenant, context.key_prefix = tenant, key_prefix


def trace_headers() -> dict[str, str]:
    """Return what an outgoing call carries so that the other side can join the trace; nothing outside a context."""
    context = _CURRENT.get()
    if context is None:
        return {}
    state = {"tracestate": context.trace.state} if context.trace.state else {}
    return {"traceparent": context.trace.traceparent, **state}


class Stderr(io.TextIOBase):
    """Wherever stderr leads when a line is written: it may have been another one when logs were configured."""

    def write(self, text: str) -> int:
        return sys.stderr.write(text)

    def flush(self) -> None:
        sys.stderr.flush()

    def isatty(self) -> bool:
        return sys.stderr.isatty()


def configure_logs(level: int = logging.WARNING, *, stream: TextIO | None = None, is_personal: bool = True) -> None:
    """Send structlog and logging to one stream in one form."""
    out = stream or cast(TextIO, Stderr())
    shared: list[Processor] = [
        _with_context,
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
        structlog.processors.format_exc_info,
        _redaction(is_personal),
    ]
    renderer: Processor = (
        structlog.dev.ConsoleRenderer()
        if out.isatty()
        else structlog.processors.JSONRenderer(ensure_ascii=False, default=str)
    )
    structlog.configure(
        processors=[*shared, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.WriteLoggerFactory(out),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(out)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.add_logger_name, *shared],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for name in QUIET:
        logging.getLogger(name).setLevel(max(level, logging.WARNING))


def _with_context(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    context = _CURRENT.get()
    if context is None:
        return event
    known = {
        "request_id": context.request_id,
        "trace_id": context.trace.trace_id,
        "span_id": context.trace.span_id,
        "tenant": context.tenant,
        "key_prefix": context.key_prefix,
        "job_id": context.job_id,
    }
    for name, value in known.items():
        if value:
            event.setdefault(name, value)
    return event


def _redaction(is_personal: bool) -> Processor:
    """Return the step that looks at every value of a line, the message included."""

    def redact(_: WrappedLogger, __: str, event: EventDict) -> MutableMapping[str, object]:
        kept = ("timestamp", "level", "request_id", "trace_id", "span_id", "job_id", "key_prefix")
        return {
            name: value
            if name in kept or name.startswith("_")
            else redacted_value(name, value, is_personal=is_personal)
            for name, value in event.items()
        }

    return redact
