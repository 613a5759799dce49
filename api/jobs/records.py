"""The nouns of durable work. Values only; where they are kept is the book's affair."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from pydantic import JsonValue

from api.errors import Language

__all__ = ["DONE_STATES", "Job", "JobFailure", "JobState", "JsonValue", "Progress", "job_id_of", "kind_of"]

JobState = Literal["queued", "running", "waiting", "done", "failed", "cancelled"]
"""waiting: for its next attempt or the time it was put off to. failed: a dead letter, until somebody retries it."""

DONE_STATES: tuple[JobState, ...] = ("done", "failed", "cancelled")
KIND = re.compile(r"[a-z][a-z_]{0,30}\Z")
JOB_ID = re.compile(r"(?P<kind>[a-z][a-z_]{0,30})-[0-9a-f]{32}\Z")


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a running job is; known while the process that runs it lives."""

    done: int
    total: int
    note: str = ""


@dataclass(frozen=True, slots=True)
class JobFailure:
    """Why a job failed, as a problem says it: its name, and the words in each language."""

    name: str
    details: Mapping[Language, str] = field(default_factory=dict)

    def detail_in(self, language: Language) -> str:
        return self.details.get(language) or self.details.get("en", self.name)

    def __str__(self) -> str:
        return self.detail_in("en")


@dataclass(frozen=True, slots=True)
class Job:
    """A piece of work as it stands; `result` is there when done, `error` when failed or waiting after a failure."""

    id: str
    kind: str
    tenant: str
    state: JobState
    attempts: int
    created_at: datetime
    updated_at: datetime
    progress: Progress | None = None
    result: JsonValue = None
    error: JobFailure | None = None
    payload: Mapping[str, JsonValue] = field(default_factory=dict)

    @property
    def is_over(self) -> bool:
        return self.state in DONE_STATES


def job_id_of(kind: str, *, tenant: str, key: str) -> str:
    """Return the id of the job with that key: the same for the same, safe in an address.

    >>> job_id_of("prefill", tenant="default", key="订单 1") == job_id_of("prefill", tenant="default", key="订单 1")
    True
    >>> job_id_of("prefill", tenant="default", key="1") == job_id_of("prefill", tenant="other", key="1")
    False
    """
    digest = hashlib.sha256("\0".join((tenant, kind, key)).encode("utf-8", "surrogatepass")).hexdigest()
    return f"{kind}-{digest[:32]}"


def kind_of(job_id: str) -> str | None:
    """Return the kind that an id names; None where it is no job's id.

    >>> kind_of("prefill-" + "0" * 32), kind_of("../etc")
    ('prefill', None)
    """
    found = JOB_ID.match(job_id)
    return found["kind"] if found else None
