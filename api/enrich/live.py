"""connectors.toml in, connectors ready to be used out; read again when the file changes.

At the start a broken file stops the service with every mistake at once. Later the last good file stays in force and the
log says why: a slip of an editor must not cut a running desk off.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import httpx
import structlog

from api.connectors.options import ConnectorOptions, read_options
from api.connectors.registry import build_connector
from api.connectors.system import Connector, ConnectorError, OptionsInvalid
from api.outgoing import outgoing_client

log = structlog.get_logger(__name__)

FILE_NAME = "connectors.toml"
Stamp = tuple[int, int]
REASON_CHARS = 300


@dataclass(frozen=True, slots=True)
class Answer:
    """How a system answered; `error` is empty where it did what it was asked."""

    at: datetime
    error: str = ""


class Answers:
    """A system's last answer to whatever it was asked for work's sake. Nobody is asked to fill it, so looking at it
    never waits; a refusal stands until the next answer, which comes with the next catch-up at the latest."""

    def __init__(self, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._clock = clock
        self.last: Answer | None = None

    def note(self, error: str = "") -> None:
        self.last = Answer(self._clock(), error[:REASON_CHARS])


@dataclass(frozen=True, slots=True)
class Live:
    """A connector with its options."""

    options: ConnectorOptions
    connector: Connector
    answers: Answers = field(default_factory=Answers)

    @contextmanager
    def heard(self) -> Iterator[None]:
        """Note how the calls within were answered."""
        try:
            yield
        except ConnectorError as error:
            self.answers.note(str(error) or type(error).__name__)
            raise
        if self.connector.system is not None:
            self.answers.note()


def connectors_file(data_dir: Path) -> Path:
    """Return where the connectors are set."""
    return data_dir / FILE_NAME


def client_for(options: ConnectorOptions) -> httpx.Client:
    """Return the one client a connector may use."""
    return outgoing_client(allow_private=options.allow_private, timeout_s=options.timeout_s)


class Connectors:
    """Every tenant's connectors; a name belongs to one tenant. Safe to share between threads."""

    def __init__(self, path: Path, *, client_for: Callable[[ConnectorOptions], httpx.Client] = client_for) -> None:
        """Read the file.

        Raises:
            OptionsInvalid: with every mistake.
        """
        self._path = path
        self._client_for = client_for
        self._lock = threading.Lock()
        self._stamp = _stamp_of(path)
        self._live = self._build(path)

    def get(self, name: str) -> Live | None:
        """Return a connector by its name."""
        return self._current().get(name)

    def of(self, tenant: str) -> tuple[Live, ...]:
        """Return a tenant's connectors."""
        return tuple(live for live in self._current().values() if live.options.tenant == tenant)

    def all(self) -> tuple[Live, ...]:
        """Return every connector."""
        return tuple(self._current().values())

    def reload(self) -> None:
        """Read the file again, whether it looks changed or not (a secret's file may be); keep the old where it is
        broken."""
        with self._lock:
            self._stamp = _stamp_of(self._path)
            self._take()

    def _current(self) -> Mapping[str, Live]:
        stamp = _stamp_of(self._path)
        if stamp != self._stamp:
            with self._lock:
                if stamp != self._stamp:
                    self._stamp = stamp
                    self._take()
        return self._live

    def _take(self) -> None:
        try:
            self._live = self._build(self._path)
        except OptionsInvalid as error:
            log.error("connectors_unreadable", reason=str(error), fix="mend the file; the last good one is in force")
            return
        log.info("connectors_read", names=sorted(self._live))

    def _build(self, path: Path) -> Mapping[str, Live]:
        live: dict[str, Live] = {}
        mistakes: list[str] = []
        for options in read_options(path):
            try:
                live[options.name] = Live(options, build_connector(options, client=self._client_for(options)))
            except OptionsInvalid as error:
                mistakes.append(str(error))
        if mistakes:
            raise OptionsInvalid(f"{path}: " + "; ".join(mistakes))
        return live


def _stamp_of(path: Path) -> Stamp:
    try:
        state = path.stat()
    except OSError:
        return (0, 0)
    return (state.st_mtime_ns, state.st_size)
