"""What this process knows of its jobs beside the book: progress, cancellation, that something changed. Bounded."""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import replace

from api.jobs.records import Job, Progress

PROGRESS_KEPT = 1_000
"""Jobs remembered; a progress is read while its job runs, and a handful run at once."""


class Marks:
    """One lock; the oldest is forgotten."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._revisions: OrderedDict[str, int] = OrderedDict()
        self._progress: OrderedDict[str, Progress] = OrderedDict()
        self._cancelled: OrderedDict[str, None] = OrderedDict()

    def touch(self, job_id: str) -> None:
        with self._lock:
            self._revisions[job_id] = self._revisions.pop(job_id, 0) + 1
            _bound(self._revisions)

    def note(self, job_id: str, progress: Progress) -> None:
        with self._lock:
            self._progress[job_id] = progress
            _bound(self._progress)
        self.touch(job_id)

    def cancelled(self, job_id: str) -> None:
        with self._lock:
            self._cancelled[job_id] = None
            _bound(self._cancelled)
        self.touch(job_id)

    def retried(self, job_id: str) -> None:
        with self._lock:
            self._cancelled.pop(job_id, None)
            self._progress.pop(job_id, None)
        self.touch(job_id)

    def is_cancelled(self, job_id: str) -> bool:
        return job_id in self._cancelled

    def revision(self, job_id: str) -> int:
        return self._revisions.get(job_id, 0)

    def with_progress(self, job: Job) -> Job:
        progress = self._progress.get(job.id)
        return job if progress is None else replace(job, progress=progress)


def _bound(kept: OrderedDict[str, int] | OrderedDict[str, Progress] | OrderedDict[str, None]) -> None:
    while len(kept) > PROGRESS_KEPT:
        kept.popitem(last=False)
