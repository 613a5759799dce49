"""Durable work: what is submitted is worked, whatever happens to the process. DBOS stays inside."""

from api.jobs.jobs import Jobs, Work, jobs_url
from api.jobs.records import DONE_STATES, Job, JobFailure, JobState, JsonValue, Progress
from api.jobs.task import Task, TryLater

__all__ = [
    "DONE_STATES",
    "Job",
    "JobFailure",
    "JobState",
    "Jobs",
    "JsonValue",
    "Progress",
    "Task",
    "TryLater",
    "Work",
    "jobs_url",
]
