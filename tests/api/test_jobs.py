"""Durable work: one job a key, steps taken once, tried again, cancelled, retried, taken up after a stop."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from api.errors import Problem, say
from api.jobs import Job, Jobs, JobState, JsonValue, Task, TryLater
from api.jobs.spool import Spool, SpooledFile
from tests.api.waiting import wait_for

POLL_S = 0.03
T = "default"


class Bench:
    """Work of every temper, and what it did."""

    def __init__(self) -> None:
        self.steps: list[str] = []
        self.failed: list[Job] = []
        self.is_well = False
        self.arrived = threading.Event()
        self.go_on = threading.Event()

    def jobs(self, folder: Path) -> Jobs:
        made = Jobs(f"sqlite:///{folder / 'jobs.sqlite3'}", poll_s=POLL_S, on_failed=self.failed.append)
        made.define("add", self.add)
        made.define("stubborn", self.stubborn, attempts=3, backoff_s=0.01)
        made.define("ill", self.ill, attempts=2, backoff_s=0.01)
        made.define("slow", self.slow, queue="slow")
        made.define("wrong", self.wrong, attempts=3)
        return made

    def _step(self, name: str, value: JsonValue) -> JsonValue:
        self.steps.append(name)
        return value

    def add(self, task: Task) -> JsonValue:
        return {"sum": sum(value for value in task.payload.values() if isinstance(value, int))}

    def stubborn(self, task: Task) -> JsonValue:
        first = task.step("first", lambda: self._step("first", task.attempt))
        if task.attempt < 3:
            raise TryLater("the far side sleeps 对方没有应答")
        return {"first": first, "attempt": task.attempt}

    def ill(self, task: Task) -> JsonValue:
        before = task.step("before", lambda: self._step("before", 1))
        if not self.is_well:
            raise TryLater("ill")
        return before

    def slow(self, task: Task) -> JsonValue:
        task.step("arrive", lambda: self._step("arrive", None))
        task.report(1, 2, "half 一半")
        self.arrived.set()
        assert self.go_on.wait(20)
        task.report(2, 2)
        return task.step("leave", lambda: self._step("leave", "left"))

    def wrong(self, task: Task) -> JsonValue:
        raise Problem("template_unknown", say("detail.unknown", what=say("what.prefill"), name="'x'"))


@pytest.fixture
def bench() -> Bench:
    return Bench()


@pytest.fixture
def jobs(bench: Bench, tmp_path: Path) -> Iterator[Jobs]:
    made = bench.jobs(tmp_path)
    made.start()
    yield made
    bench.go_on.set()
    made.stop()


def reach(jobs: Jobs, job: Job, *states: JobState) -> Job:
    def look() -> Job:
        found = jobs.get(job.id, tenant=job.tenant)
        assert found is not None
        return found

    return wait_for(look, lambda found: found.state in states)


def test_a_submitted_job_is_worked(jobs: Jobs) -> None:
    done = reach(jobs, jobs.submit("add", {"a": 1, "乙": 2}, tenant=T), "done", "failed")
    assert (done.state, done.result, done.attempts, done.error) == ("done", {"sum": 3}, 1, None)


def test_nothing_is_launched_and_no_file_made_before_the_first_job(tmp_path: Path, bench: Bench) -> None:
    jobs = bench.jobs(tmp_path)
    jobs.start()
    assert jobs.list(tenant=T) == ()
    assert jobs.get("add-" + "0" * 32, tenant=T) is None
    jobs.stop()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("key", ["order 1", "订单 1", "../../etc", "a/b#2", "k" * 255])
def test_the_same_key_is_the_same_job(jobs: Jobs, key: str) -> None:
    first = jobs.submit("add", {"a": 1}, tenant=T, key=key)
    again = jobs.submit("add", {"a": 2}, tenant=T, key=key)
    other = jobs.submit("add", {"a": 1}, tenant="acme", key=key)
    assert again.id == first.id
    assert again.payload == {"a": 1}
    assert other.id != first.id
    assert jobs.find("add", tenant=T, key=key) is not None


def test_a_step_is_taken_once_over_all_attempts(jobs: Jobs, bench: Bench) -> None:
    done = reach(jobs, jobs.submit("stubborn", {}, tenant=T), "done", "failed")
    assert done.result == {"first": 1, "attempt": 3}
    assert done.attempts == 3
    assert bench.steps == ["first"]
    assert [job.id for job in jobs.list(tenant=T)] == [done.id]


def test_the_last_attempt_leaves_a_dead_letter_that_a_retry_puts_back(jobs: Jobs, bench: Bench) -> None:
    dead = reach(jobs, jobs.submit("ill", {}, tenant=T), "failed")
    assert dead.error is not None
    assert (dead.error.name, str(dead.error), dead.attempts) == ("try_later", "ill", 2)
    assert [job.id for job in bench.failed] == [dead.id]
    bench.is_well = True
    jobs.retry(dead.id, tenant=T)
    assert reach(jobs, dead, "done", "failed").result == 1
    assert bench.steps == ["before"]


def test_a_problem_of_the_input_fails_at_once_and_says_so_in_both_languages(jobs: Jobs) -> None:
    failed = reach(jobs, jobs.submit("wrong", {}, tenant=T), "failed", "waiting")
    assert (failed.state, failed.attempts) == ("failed", 1)
    assert failed.error is not None
    assert "没有" in failed.error.detail_in("zh")
    assert failed.error.detail_in("en").startswith("No ")


def test_a_cancelled_job_stops_at_its_next_step_and_can_be_put_back(jobs: Jobs, bench: Bench) -> None:
    job = jobs.submit("slow", {}, tenant=T)
    assert bench.arrived.wait(20)
    shown = reach(jobs, job, "running")
    assert shown.progress is not None
    assert (shown.progress.done, shown.progress.total, shown.progress.note) == (1, 2, "half 一半")
    cancelled = jobs.cancel(job.id, tenant=T)
    assert cancelled is not None
    assert cancelled.state == "cancelled"
    bench.go_on.set()
    reach(jobs, jobs.submit("add", {}, tenant=T), "done")
    assert bench.steps == ["arrive"]
    jobs.retry(job.id, tenant=T)
    assert reach(jobs, job, "done").result == "left"
    assert bench.steps == ["arrive", "leave"]


def test_a_waiting_job_is_cancelled_at_once(jobs: Jobs) -> None:
    job = jobs.submit("add", {}, tenant=T, after_s=3600)
    assert job.state == "waiting"
    cancelled = jobs.cancel(job.id, tenant=T)
    assert cancelled is not None
    assert cancelled.state == "cancelled"


def test_an_interrupted_job_is_taken_up_at_the_next_start(tmp_path: Path, bench: Bench) -> None:
    first = bench.jobs(tmp_path)
    first.start()
    job = first.submit("slow", {}, tenant=T)
    assert bench.arrived.wait(20)
    assert first.stop() == 1
    bench.go_on.set()
    second = bench.jobs(tmp_path)
    second.start()
    assert reach(second, job, "done", "failed").result == "left"
    assert bench.steps == ["arrive", "leave"]
    second.stop()


def test_a_running_job_is_given_time_to_end(tmp_path: Path, bench: Bench) -> None:
    jobs = bench.jobs(tmp_path)
    jobs.start()
    job = jobs.submit("slow", {}, tenant=T)
    assert bench.arrived.wait(20)
    threading.Timer(0.2, bench.go_on.set).start()
    assert jobs.stop(10) == 0
    looked = jobs.get(job.id, tenant=T)
    assert looked is not None
    assert looked.state == "done"
    jobs.stop()


def test_a_tenant_sees_and_moves_only_its_own(jobs: Jobs) -> None:
    job = jobs.submit("add", {}, tenant="a_b", after_s=3600)
    for other in ("axb", "a", "a_b2"):  # _ is a wildcard where jobs are kept
        assert jobs.get(job.id, tenant=other) is None
        assert jobs.list(tenant=other) == ()
        assert jobs.cancel(job.id, tenant=other) is None
        assert jobs.retry(job.id, tenant=other) is None
    assert [found.state for found in jobs.list(tenant="a_b")] == ["waiting"]


def test_a_listing_is_by_state_and_kind_newest_first(jobs: Jobs) -> None:
    done = [reach(jobs, jobs.submit("add", {"n": n}, tenant=T), "done").id for n in range(3)]
    failed = reach(jobs, jobs.submit("wrong", {}, tenant=T), "failed").id
    assert {job.id for job in jobs.list(tenant=T)} == {*done, failed}
    assert [job.id for job in jobs.list(tenant=T, states=("failed",))] == [failed]
    assert {job.id for job in jobs.list(tenant=T, kind="add")} == set(done)
    assert len(jobs.list(tenant=T, limit=2)) == 2


def test_what_is_over_is_forgotten_after_its_time(jobs: Jobs) -> None:
    job = reach(jobs, jobs.submit("add", {}, tenant=T), "done")
    waiting = jobs.submit("add", {}, tenant=T, after_s=3600)
    assert jobs.forget_before(datetime.now(UTC) - timedelta(hours=1)) == ()
    assert [gone.id for gone in jobs.forget_before(datetime.now(UTC) + timedelta(hours=1))] == [job.id]
    assert [left.id for left in jobs.list(tenant=T)] == [waiting.id]


def test_a_second_service_in_the_process_is_refused(jobs: Jobs, tmp_path: Path) -> None:
    jobs.submit("add", {}, tenant=T)
    other = Bench().jobs(tmp_path / "other")
    with pytest.raises(RuntimeError, match="stop it first"):
        other.submit("add", {}, tenant=T)
    other.stop()


def test_a_step_name_stands_for_one_step(jobs: Jobs) -> None:
    def twice(task: Task) -> JsonValue:
        task.step("a", lambda: 1)
        return task.step("a", lambda: 2)

    jobs.define("twice", twice)
    failed = reach(jobs, jobs.submit("twice", {}, tenant=T), "failed", "done")
    assert failed.state == "failed"


def test_an_unknown_kind_is_refused(jobs: Jobs) -> None:
    with pytest.raises(ValueError, match="no work is defined for 'nothing'"):
        jobs.submit("nothing", {}, tenant=T)
    with pytest.raises(ValueError, match="lower-case"):
        jobs.define("No/Kind", lambda task: None)


def test_spooled_files_come_back_in_order_with_their_names(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "spool")
    files = (SpooledFile("通话.wav", b"\0\1"), SpooledFile("../x", b""), SpooledFile("通话.wav", b"2"))
    spool_id = spool.put(files)
    assert spool.files(spool_id) == files
    assert spool.put(()) == ""
    assert spool.sweep(lambda: frozenset({spool_id}), older_than_s=-60) == 0
    spool.remove(spool_id)
    assert not list((tmp_path / "spool").iterdir())
    with pytest.raises(ValueError, match="names no spooled files"):
        spool.files("../../etc")
