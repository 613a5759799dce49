"""A picture is read once, whatever its name; what is kept stays within its room, for many threads."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import numpy as np

from tests.vision.drawings import image, line
from vision import Image, Line
from vision.readers.remembering import RememberingReader, key_of, weight_of

LINES = (line("订单号 94859303935", 10, 10),)
ROOM = 100_000


@dataclass
class Counting:
    """Counts what it is asked to read."""

    asked: list[str] = field(default_factory=list)
    engine: str = "counting"

    def read(self, picture: Image) -> tuple[Line, ...]:
        self.asked.append(picture.name)
        return LINES


def shade(level: int, name: str = "a.png") -> Image:
    return image(np.full((20, 30, 3), level), name=name)


def test_same_pixels_are_read_once_under_any_name() -> None:
    inner, heard = Counting(), list[bool]()
    reader = RememberingReader(inner, room_bytes=ROOM, note=heard.append)
    assert [reader.read(shade(7)), reader.read(shade(7, "b.png"))] == [LINES, LINES]
    assert inner.asked == ["a.png"]
    assert heard == [False, True]
    assert reader.engine == "counting"


def test_other_pixels_and_other_shapes_are_other_pictures() -> None:
    one = shade(7)
    turned = image(one.pixels.reshape(30, 20, 3))
    assert len({key_of(one), key_of(turned), key_of(shade(8))}) == 3


def test_view_of_pixels_hashes_as_its_copy() -> None:
    wide = np.arange(20 * 60 * 3, dtype=np.uint8).reshape(20, 60, 3)
    assert key_of(image(wide[:, ::2])) == key_of(image(wide[:, ::2].copy()))


def test_picture_not_asked_for_longest_is_forgotten_first() -> None:
    inner = Counting()
    reader = RememberingReader(inner, room_bytes=2 * weight_of(LINES))
    for level in (1, 2, 1, 3, 1, 2):
        reader.read(shade(level))
    assert len(inner.asked) == 4  # 1, 2, 3 and 2 again
    assert reader.kept_pictures == 2
    assert reader.kept_bytes == 2 * weight_of(LINES)


def test_page_larger_than_the_room_is_not_kept() -> None:
    inner = Counting()
    reader = RememberingReader(inner, room_bytes=10)
    assert [reader.read(shade(1)) for _ in range(2)] == [LINES, LINES]
    assert (len(inner.asked), reader.kept_bytes) == (2, 0)


def test_threads_get_the_same_lines_and_the_sum_stays_right() -> None:
    reader = RememberingReader(Counting(), room_bytes=5 * weight_of(LINES))
    with ThreadPoolExecutor(8) as pool:
        read = list(pool.map(lambda level: reader.read(shade(level % 11)), range(300)))
    assert read == [LINES] * 300
    assert reader.kept_bytes == reader.kept_pictures * weight_of(LINES) <= 5 * weight_of(LINES)
