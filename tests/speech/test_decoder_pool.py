"""Decoders are lent to one at a time, loaded when needed, and those who wait are served."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from itertools import count

import pytest

from speech.recognisers.decoder_pool import DecoderPool


def numbered(most: int = 3) -> DecoderPool[int]:
    numbers = count(1)
    return DecoderPool(lambda: next(numbers), most=most)


def test_one_decoder_serves_calls_that_come_after_each_other() -> None:
    pool = numbered()
    lent = []
    for _ in range(3):
        with pool.lent() as decoder:
            lent.append(decoder)
    assert lent == [1, 1, 1]


def test_further_one_is_loaded_while_the_first_is_lent() -> None:
    pool = numbered()
    with pool.lent() as first, pool.lent() as second:
        assert {first, second} == {1, 2}


def test_taking_leaves_one_for_those_who_wait() -> None:
    pool = numbered(most=3)
    taken = [pool.take() for _ in range(3)]
    assert taken == [1, 2, None]
    with pool.lent() as decoder:
        assert decoder == 3
    pool.give_back(1)
    assert pool.take() in (1, 3)


def test_who_waits_is_served_when_one_is_given_back() -> None:
    pool = numbered(most=1)
    with ThreadPoolExecutor(4) as threads:
        found = list(threads.map(lambda _: _borrowed(pool), range(8)))
    assert found == [1] * 8


def test_failed_load_takes_no_place() -> None:
    pool: DecoderPool[int] = DecoderPool(_broken, most=1)
    for _ in range(2):
        with pytest.raises(OSError, match="no weights"), pool.lent():
            pass


def test_decoder_that_failed_is_not_lent_again() -> None:
    pool = numbered(most=1)
    with pytest.raises(OSError, match="it ended"), pool.lent():
        raise OSError("it ended")
    with pool.lent() as decoder:
        assert decoder == 2


def _borrowed(pool: DecoderPool[int]) -> int:
    with pool.lent() as decoder:
        return decoder


def _broken() -> int:
    raise OSError("no weights")
