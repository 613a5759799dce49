"""What a piece of work is given: its payload, steps that are done once, a place to report, a way to be tried later.

Knows no queue and no database: the runner says how a step is recorded and whether work must stop.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from api.jobs.records import JsonValue, Progress


class TryLater(Exception):
    """Raised by work that cannot be done now: a new attempt follows after `after_s`, or after the kind's back-off."""

    def __init__(self, reason: str, after_s: float | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.after_s = after_s


class Interrupted(BaseException):
    """The process stops: the job is taken up at the next start. No `except Exception` may eat it."""


class Cancelled(Exception):
    """The job was cancelled while it ran."""


class Surroundings(Protocol):
    """What a task asks of whoever runs it."""

    def record(self, name: str, work: Callable[[], JsonValue]) -> JsonValue:
        """Return what the step gave, now or before a crash."""

    def check(self, job_id: str) -> None:
        """Raise Interrupted or Cancelled where work must stop."""

    def note(self, job_id: str, progress: Progress) -> None:
        """Keep how far a job is."""


@dataclass(slots=True)
class Task:
    """One attempt at a job."""

    tenant: str
    job_id: str
    payload: Mapping[str, JsonValue]
    attempt: int
    surroundings: Surroundings
    taken: dict[str, JsonValue] = field(default_factory=dict)  # by step, what earlier attempts already have
    _names: set[str] = field(default_factory=set)

    def step(self, name: str, work: Callable[[], JsonValue]) -> JsonValue:
        """Do a step once: after a crash, or in a later attempt, return what it gave.

        A step that raises is not recorded. A name stands for one step of a job.
        """
        if name in self._names:
            raise ValueError(f"the step {name!r} of job {self.job_id} was already taken; give each step its own name")
        self._names.add(name)
        if name not in self.taken:
            self.surroundings.check(self.job_id)
            self.taken[name] = self.surroundings.record(name, work)
        return self.taken[name]

    def report(self, done: int, total: int, note: str = "") -> None:
        """Say how far the work is; stop here where it was cancelled."""
        self.surroundings.check(self.job_id)
        self.surroundings.note(self.job_id, Progress(done, total, note))

    def text(self, name: str) -> str:
        """Return a text of the payload."""
        value = self.payload[name]
        if not isinstance(value, str):
            raise TypeError(f"payload[{name!r}] of job {self.job_id} is {type(value).__name__}, not text")
        return value
