"""Measure what people are asked to photograph again: whole pictures left alone, spoilt ones named, with the field.

    python -m training.eval_retakes [--data FOLDER] [--seeds 10000-10040] [--limit N] [--only sound,spoilt] [--show]

In: plates and order pages rendered here, and the real receipts of a folder such as data/vision. Out: flaws named on
pictures that are sound (none should be); and of those that are photographs, darkened, blurred, under a reflection or
cut through a number here, how often the flaw is named, how often with its field, and how often the value would still be
filled in although it is no longer right. What this does not know: how real glare looks; all damage is done here.
"""

from __future__ import annotations

import argparse
import json
import shlex
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import cv2
import numpy as np
from rich.console import Console
from rich.table import Table

from nlp.extraction.calibrate import DEFAULT_PROMISE
from training.page_scores import is_same
from training.render_nameplates import render_nameplate
from training.render_screenshots import render_screenshot
from training.rendered_pages import RenderedPage, seeds_of
from vision import Box, Image, Page, PageField, Reader, build_reader, page_fields, read_images, read_page
from vision.records import Pixels

DARK = 0.1
"""Of the light: a photograph in a cellar."""
BLUR_SHARE = 0.45
"""Of the print's height, as the spread of a lens out of focus."""
LIGHT = 420.0
SPOILING = ("too_dark", "blurred", "glare", "cut_off")
FIELDS = {"nameplate": ("serial_number", "serial_number"), "screenshot": ("order_number", "order_number")}
"""The field that is hidden on a page of a kind, and what a flaw calls it."""


@dataclass(slots=True)
class Spoilt:
    """What became of pictures spoilt in one way."""

    pictures: int = 0
    lost: int = 0
    named: int = 0
    named_where_lost: int = 0
    with_field: int = 0
    wrong_autos: int = 0


def main() -> None:
    """Score sound and spoilt pictures and print a table each."""
    parser = argparse.ArgumentParser(prog="python -m training.eval_retakes", description=__doc__)
    parser.add_argument("--data", type=Path, default=None, help="folder that holds sroie/")
    parser.add_argument("--seeds", type=seeds_of, default=seeds_of("10000-10040"))
    parser.add_argument("--limit", type=int, default=0, help="at most this many pictures of each source; 0 is all")
    parser.add_argument("--only", default="sound,spoilt")
    parser.add_argument("--show", action="store_true", help="list flaws of sound pictures and spoilt ones not named")
    options = parser.parse_args()
    reader = build_reader("ppocr", threads=1)
    console = Console(width=140 if not sys.stdout.isatty() else None)
    title = f"{datetime.now(UTC):%Y-%m-%d} {shlex.join(['python', '-m', 'training.eval_retakes', *sys.argv[1:]])}"
    pages = list(_rendered(options.seeds))
    show = console if options.show else None
    if "sound" in options.only:
        console.print(sound_table(pages, _receipts(options.data), reader, limit=options.limit, title=title, show=show))
    if "spoilt" in options.only:
        photos = [page for page in pages if page.kind == "nameplate" or "photographed" in page.wear]
        scores = spoilt_scores(photos[: options.limit or None], reader, show=show)
        console.print(spoilt_table(scores, title=f"{title}: rendered and spoilt here"))


def _rendered(seeds: Sequence[int]) -> Iterator[RenderedPage]:
    for render in (render_nameplate, render_screenshot):
        yield from (render(seed) for seed in seeds)


def _receipts(data: Path | None) -> list[Path]:
    return [] if data is None else sorted((data / "sroie" / "img").glob("*.jpg"))


def sound_table(
    pages: Sequence[RenderedPage], receipts: Sequence[Path], reader: Reader, *, limit: int, title: str,
    show: Console | None,
) -> Table:  # fmt: skip
    """Count pictures nobody spoilt of which a retake is asked."""
    table = Table("pictures", "count", "asked to retake", "why", title=title)
    worn = [page for page in pages if set(page.wear) - {"photographed"}]
    sources = {
        "rendered, without wear": [(page.name, page.content) for page in pages if page not in worn],
        "rendered, worn": [(page.name, page.content) for page in worn],
        "real receipts": [(path.name, path.read_bytes()) for path in receipts],
    }
    for source, pictures in sources.items():
        why: Counter[str] = Counter()
        asked = 0
        for name, content in pictures[: limit or None]:
            read = read_page(read_images(content, name=name)[0], reader=reader)
            asked += bool(read.flaws)
            why.update(read.quality)
            if show is not None and read.flaws:
                show.print(name, [(flaw.word, flaw.field, flaw.box) for flaw in read.flaws], soft_wrap=True)
        table.add_row(source, str(len(pictures[: limit or None])), str(asked), json.dumps(why))
    return table


def spoilt_scores(pages: Sequence[RenderedPage], reader: Reader, *, show: Console | None) -> dict[str, Spoilt]:
    """Spoil each picture in each way around the number it is kept for, and read it again."""
    scores = {word: Spoilt() for word in SPOILING}
    for rendered in pages:
        name, called = FIELDS[rendered.kind]
        image = read_images(rendered.content, name=rendered.name)[0]
        sound = read_page(image, reader=reader)
        field = page_fields(sound).fields.get(name)
        if field is None or name not in rendered.fields or sound.rotation:
            continue
        for word, pixels in _spoilt(image.pixels, field.box).items():
            page = read_page(Image(image.name, 0, np.ascontiguousarray(pixels)), reader=reader)
            found = page_fields(page).fields.get(name)
            _count(scores[word], word, page, called=called, found=found, name=name, truth=rendered.fields[name])
            if show is not None and word not in page.quality:
                show.print(rendered.name, word, page.quality, found and found.value, soft_wrap=True)
    return scores


def _count(
    score: Spoilt, word: str, page: Page, *, called: str, found: PageField | None, name: str, truth: str
) -> None:
    is_right = found is not None and is_same(name, found.value, truth)
    is_named = word in page.quality
    score.pictures += 1
    score.lost += not is_right
    score.named += is_named
    score.named_where_lost += is_named and not is_right
    score.with_field += any(flaw.word == word and flaw.field == called for flaw in page.flaws)
    score.wrong_autos += found is not None and not is_right and found.confidence >= DEFAULT_PROMISE


def _spoilt(pixels: Pixels, box: Box) -> dict[str, Pixels]:
    """Darken, blur, light and cut a picture; light and edge fall on the middle of a box."""
    xs, ys = [x for x, _ in box], [y for _, y in box]
    middle, height = (min(xs) + max(xs)) / 2, max(8.0, max(ys) - min(ys))
    levels = pixels.astype(np.float32)
    rows, columns = np.mgrid[: pixels.shape[0], : pixels.shape[1]].astype(np.float32)
    right = max(xs) - (max(xs) - min(xs)) / 4
    far = ((columns - right) / (1.6 * height)) ** 2 + ((rows - (min(ys) + max(ys)) / 2) / (1.2 * height)) ** 2
    lit = levels + LIGHT * np.exp(-far / 2)[:, :, None]
    return {
        "too_dark": (levels * DARK).astype(np.uint8),
        "blurred": np.asarray(cv2.GaussianBlur(pixels, (0, 0), BLUR_SHARE * height), np.uint8),
        "glare": np.clip(lit, 0, 255).astype(np.uint8),
        "cut_off": pixels[:, : round(middle)],
    }


def spoilt_table(scores: dict[str, Spoilt], *, title: str) -> Table:
    columns = ("spoilt", "pictures", "value lost", "named", "named where lost", "with its field", "wrong autos")
    table = Table(*columns, title=title)
    for word, score in scores.items():
        counts = (score.pictures, score.lost, score.named, score.named_where_lost, score.with_field, score.wrong_autos)
        table.add_row(word, *map(str, counts))
    return table


if __name__ == "__main__":
    main()
