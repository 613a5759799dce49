"""Many threads in, like-sized batches out: nobody waits alone, nobody suffers for another."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import CancelledError

import pytest

from api.batching import Batched, Batcher, BatchOptions
from api.errors import Problem

WAIT_S = 20.0
"""Longer than any of these takes; only a hang reaches it."""


class Gate:
    """Work that waits until it is let through, and remembers its batches."""

    def __init__(self) -> None:
        self.batches: list[list[str]] = []
        self.entered = threading.Semaphore(0)
        self.passes = threading.Semaphore(0)
        self.poison = "poison"

    def work(self, items: Sequence[str]) -> list[str]:
        self.entered.release()
        assert self.passes.acquire(timeout=WAIT_S)
        self.batches.append(list(items))
        if self.poison in items:
            raise ValueError("cannot be worked")
        return [item.upper() for item in items]

    def let(self, batches: int) -> None:
        self.passes.release(batches)


@pytest.fixture
def gate() -> Gate:
    return Gate()


Made = Callable[..., Batcher[str, str]]


@pytest.fixture
def make_batcher(gate: Gate) -> Iterator[Made]:
    made: list[Batcher[str, str]] = []

    def make(**options: float) -> Batcher[str, str]:
        given: dict[str, float] = {"budget": 100, "padding": 0.5, "waiting": 50, "gather": 0.0, "lanes": 1, **options}
        batch_options = BatchOptions(
            budget=int(given["budget"]),
            padding=given["padding"],
            waiting=int(given["waiting"]),
            gather=given["gather"],
            lanes=int(given["lanes"]),
        )
        batcher: Batcher[str, str] = Batcher(gate.work, size_of=len, options=batch_options)
        batcher.start()
        made.append(batcher)
        return batcher

    yield make
    gate.let(1_000)
    for batcher in made:
        batcher.stop()


def held(batcher: Batcher[str, str], gate: Gate) -> None:
    """Keep the worker busy with one item, so that what comes next gathers."""
    batcher.submit(["first"])
    assert gate.entered.acquire(timeout=WAIT_S)


@pytest.mark.parametrize("text", ["lone question", "空调不制冷"])
def test_a_lone_item_is_worked_at_once(make_batcher: Made, gate: Gate, text: str) -> None:
    gate.let(1)
    assert make_batcher().run([text], timeout_s=WAIT_S) == [text.upper()]
    assert gate.batches == [[text]]


def test_what_gathers_while_a_batch_is_worked_becomes_one(make_batcher: Made, gate: Gate) -> None:
    batcher = make_batcher()
    held(batcher, gate)
    futures = [batcher.submit([text])[0] for text in ("aaaa", "bbbb", "cccc")]
    gate.let(2)
    assert [future.result(WAIT_S) for future in futures] == ["AAAA", "BBBB", "CCCC"]
    assert gate.batches == [["first"], ["aaaa", "bbbb", "cccc"]]


def test_a_batch_keeps_to_its_budget_after_padding(make_batcher: Made, gate: Gate) -> None:
    batcher = make_batcher(budget=20)
    held(batcher, gate)
    futures = batcher.submit(["a" * 6] * 7)
    gate.let(10)
    assert len([future.result(WAIT_S) for future in futures]) == 7
    assert [len(batch) for batch in gate.batches[1:]] == [3, 3, 1]


def test_a_short_text_does_not_ride_with_a_long_one(make_batcher: Made, gate: Gate) -> None:
    batcher = make_batcher(padding=0.3)
    held(batcher, gate)
    futures = batcher.submit(["a" * 30, "b", "c" * 28, "d"])
    gate.let(10)
    assert [len(future.result(WAIT_S)) for future in futures] == [30, 1, 28, 1]
    assert [sorted(map(len, batch)) for batch in gate.batches[1:]] == [[28, 30], [1, 1]]


def test_the_oldest_is_never_passed_over(make_batcher: Made, gate: Gate) -> None:
    batcher = make_batcher(padding=0.0)
    held(batcher, gate)
    batcher.submit(["long" * 5])
    batcher.submit(["a", "b", "c"])
    gate.let(10)
    batcher.stop()
    assert gate.batches[1:] == [["long" * 5], ["a", "b", "c"]]


def test_a_bad_item_fails_alone(make_batcher: Made, gate: Gate) -> None:
    batcher = make_batcher()
    held(batcher, gate)
    good, bad, other = (batcher.submit([text])[0] for text in ("gooood", gate.poison, "others"))
    gate.let(10)
    assert (good.result(WAIT_S), other.result(WAIT_S)) == ("GOOOOD", "OTHERS")
    with pytest.raises(ValueError, match="cannot be worked"):
        bad.result(WAIT_S)


def test_a_full_queue_says_busy_and_takes_none_of_the_request(make_batcher: Made, gate: Gate) -> None:
    batcher = make_batcher(waiting=3)
    held(batcher, gate)
    batcher.submit(["a", "b"])
    with pytest.raises(Problem) as refused:
        batcher.submit(["c", "d"])
    assert (refused.value.name, refused.value.headers) == ("busy", {"Retry-After": "1"})
    assert batcher.waiting == 2


def test_an_item_larger_than_a_batch_is_refused_before_it_waits(make_batcher: Made, gate: Gate) -> None:
    batcher = make_batcher(budget=10)
    with pytest.raises(Problem) as refused:
        batcher.submit(["a", "x" * 11])
    assert refused.value.name == "text_too_long"
    assert batcher.waiting == 0
    gate.let(1)
    assert batcher.run(["after"], timeout_s=WAIT_S) == ["AFTER"]


def test_a_cancelled_item_is_not_worked(make_batcher: Made, gate: Gate) -> None:
    batcher = make_batcher()
    held(batcher, gate)
    (unwanted,) = batcher.submit(["unwanted"])
    (wanted,) = batcher.submit(["wanted"])
    assert unwanted.cancel()
    gate.let(10)
    assert wanted.result(WAIT_S) == "WANTED"
    with pytest.raises(CancelledError):
        unwanted.result(WAIT_S)
    assert gate.batches == [["first"], ["wanted"]]


def test_who_no_longer_waits_leaves_nothing_behind(make_batcher: Made, gate: Gate) -> None:
    batcher = make_batcher()
    held(batcher, gate)
    with pytest.raises(TimeoutError):
        batcher.run(["late"], timeout_s=0.01)
    gate.let(10)
    batcher.stop()
    assert gate.batches == [["first"]]


def test_a_stopped_batcher_finishes_what_waits_and_takes_no_more(make_batcher: Made, gate: Gate) -> None:
    batcher = make_batcher()
    held(batcher, gate)
    (waiting,) = batcher.submit(["waiting"])
    gate.let(10)
    batcher.stop()
    assert waiting.result(WAIT_S) == "WAITING"
    with pytest.raises(Problem):
        batcher.submit(["more"])


def test_no_more_batches_at_once_than_lanes(make_batcher: Made, gate: Gate) -> None:
    batcher = make_batcher(lanes=2, budget=5)
    futures = batcher.submit(["first", "other", "third"])
    assert gate.entered.acquire(timeout=WAIT_S)
    assert gate.entered.acquire(timeout=WAIT_S)
    assert not gate.entered.acquire(timeout=0.05)
    assert batcher.waiting == 1
    gate.let(3)
    assert [future.result(WAIT_S) for future in futures] == ["FIRST", "OTHER", "THIRD"]


def test_each_batch_is_told(gate: Gate) -> None:
    told: list[Batched] = []
    batcher: Batcher[str, str] = Batcher(gate.work, size_of=len, on_batch=told.append)
    batcher.start()
    gate.let(1)
    batcher.run(["four"], timeout_s=WAIT_S)
    batcher.stop()
    assert [(one.items, one.size, one.padded) for one in told] == [(1, 4, 4)]


def test_a_batch_that_comes_back_short_is_worked_again_one_by_one(gate: Gate) -> None:
    def forgetful(items: Sequence[str]) -> Sequence[str]:
        return gate.work(items)[:1]

    batcher: Batcher[str, str] = Batcher(forgetful, size_of=len, options=BatchOptions(padding=0.5))
    batcher.start()
    held(batcher, gate)
    futures = batcher.submit(["aa", "bb"])
    gate.let(10)
    assert [future.result(WAIT_S) for future in futures] == ["AA", "BB"]
    batcher.stop()


def test_hundreds_of_threads_each_get_their_own_answer(gate: Gate) -> None:
    batcher: Batcher[str, str] = Batcher(lambda items: [item[::-1] for item in items], size_of=len)
    batcher.start()
    answers: dict[int, list[str]] = {}

    def ask(number: int) -> None:
        answers[number] = [batcher.run([f"{number}-{turn}"], timeout_s=WAIT_S)[0] for turn in range(20)]

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(100)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    batcher.stop()
    assert all(answers[number] == [f"{number}-{turn}"[::-1] for turn in range(20)] for number in range(100))
