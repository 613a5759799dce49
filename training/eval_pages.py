"""Measure what is read from pages rendered here: nameplates, order screenshots, error displays, e-invoices.

    python -m training.eval_pages [--kinds nameplate,screenshot] [--seeds 10000-10200] [--limit N] [--keep FOLDER]

In: renderers and seeds. Out: fields right, wrong values that would be filled in unasked, by field, language, layout and
wear, with the CPU time a picture. `--keep` stores what was read by picture, so that rules can be tried again in
seconds; `--show` lists what is not right. What this does not know: real photographs; every picture here is rendered.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import shlex
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from nlp.extraction.calibrate import DEFAULT_PROMISE
from training.page_scores import Outcome, outcomes_of, tally
from training.render_displays import render_display
from training.render_invoices import render_invoice
from training.render_nameplates import render_nameplate
from training.render_screenshots import render_screenshot
from training.rendered_pages import RenderedPage, seeds_of
from vision import Box, Code, Flaw, Line, Page, Reader, build_reader, page_fields, read_images, read_page

RENDERERS: dict[str, Callable[[int], RenderedPage]] = {
    "nameplate": render_nameplate,
    "screenshot": render_screenshot,
    "display": render_display,
    "invoice": render_invoice,
}
SCORED = {
    "nameplate": (
        "brand",
        "model",
        "serial_number",
        "voltage",
        "frequency",
        "power",
        "manufacture_date",
        "refrigerant",
    ),
    "screenshot": ("order_number", "shop", "amount", "order_time", "tracking_number", "item_"),
    "display": ("error_code", "error_message"),
    "invoice": (
        "invoice_code",
        "invoice_number",
        "date",
        "check_code",
        "amount",
        "tax",
        "total",
        "buyer_name",
        "buyer_tax_id",
        "seller_name",
        "seller_tax_id",
    ),
}
"""Fields of a kind that may not be found where a page does not show them."""


@dataclass(slots=True)
class Score:
    """What was measured on one kind of page."""

    outcomes: list[Outcome]
    kinds_right: int = 0
    pages: int = 0
    turned: int = 0
    righted: int = 0
    retakes: int = 0
    read_s: float = 0.0
    fields_s: float = 0.0
    fresh: int = 0


def score_pages(kind: str, seeds: Sequence[int], *, reader: Reader, keep: Path | None) -> Score:
    """Render, read and score the pages of seeds."""
    score = Score([])
    for seed in seeds:
        rendered = RENDERERS[kind](seed)
        page, read_s = _read(rendered, reader, keep)
        started = time.process_time()
        report = page_fields(page)
        score.fields_s += time.process_time() - started
        score.read_s += read_s
        score.fresh += read_s > 0
        score.pages += 1
        score.kinds_right += report.kind == rendered.kind
        score.turned += rendered.turn != 0
        score.righted += rendered.turn != 0 and (page.rotation + rendered.turn) % 360 == 0
        score.retakes += bool(page.flaws)
        score.outcomes += outcomes_of(
            rendered.fields,
            report.fields,
            page=rendered.name,
            language=rendered.language,
            layout=rendered.layout,
            wear=(*rendered.wear, *(["turned"] if rendered.turn else [])),
            scored=SCORED[kind],
        )
    return score


def _read(rendered: RenderedPage, reader: Reader, keep: Path | None) -> tuple[Page, float]:
    """Read a picture, or take what an earlier run read of the same bytes; then it took no time."""
    kept = keep / f"{hashlib.sha256(rendered.content).hexdigest()[:24]}.json" if keep else None
    if kept is not None and kept.is_file():
        return _page_of(json.loads(kept.read_text(encoding="utf-8"))), 0.0
    started = time.process_time()
    page = read_page(read_images(rendered.content, name=rendered.name)[0], reader=reader)
    read_s = time.process_time() - started
    if kept is not None:
        kept.parent.mkdir(parents=True, exist_ok=True)
        kept.write_text(json.dumps(_kept(page), ensure_ascii=False), encoding="utf-8")
    return page, read_s


def _kept(page: Page) -> dict[str, Any]:
    """Return what fields are read from."""
    return {
        "page": [page.name, page.page, page.width_px, page.height_px, page.rotation],
        "lines": [[line.text, line.box, line.confidence] for line in page.lines],
        "codes": [[code.symbology, code.text, code.box, code.gs1, code.kind, code.values] for code in page.codes],
        "engine": page.engine,
        "flaws": [[flaw.word, flaw.box, flaw.field] for flaw in page.flaws],
    }


def _page_of(kept: dict[str, Any]) -> Page:
    lines = tuple(Line(text, _box(box), confidence) for text, box, confidence in kept["lines"])
    codes = tuple(Code(symbology, text, _box(box), *rest) for symbology, text, box, *rest in kept["codes"])
    flaws = tuple(Flaw(word, box and _box(box), field) for word, box, field in kept["flaws"])
    name, number, width_px, height_px, rotation = kept["page"]
    return Page(name, number, width_px, height_px, rotation, lines, codes, kept["engine"], flaws=flaws)


def _box(corners: list[list[float]]) -> Box:
    first, second, third, fourth = ((x, y) for x, y in corners)
    return (first, second, third, fourth)


def _groups(outcomes: Sequence[Outcome]) -> Iterator[tuple[str, str, list[Outcome]]]:
    yield "all", "", list(outcomes)
    keys: tuple[tuple[str, Callable[[Outcome], Sequence[str]]], ...] = (
        ("field", lambda one: [_base(one.field)]),
        ("language", lambda one: [one.language]),
        ("layout", lambda one: [one.layout]),
        ("wear", lambda one: one.wear or ["none"]),
    )
    for name, key in keys:
        for value in sorted({value for one in outcomes for value in key(one)}):
            yield name, value, [one for one in outcomes if value in key(one)]


def _base(field: str) -> str:
    """Put the items of an order together: item_2_price counts as item_price."""
    return "".join(part for part in field if not part.isdigit()).replace("__", "_").rstrip("_")


def table_of(kind: str, score: Score, *, threshold: float, title: str) -> Table:
    table = Table("by", "", "fields", "right", "missing", "wrong", "auto", "wrong autos", title=title)
    for by, value, outcomes in _groups(score.outcomes):
        counts = tally(outcomes, threshold=threshold)
        table.add_row(
            by,
            value,
            str(counts.expected),
            f"{counts.share_right:.4f}",
            str(counts.missing),
            str(counts.wrong),
            f"{counts.autos / max(1, counts.expected):.3f}",
            f"{counts.wrong_autos} ({counts.share_wrong_auto:.2%})",
        )
    table.add_row("kind", kind, str(score.pages), f"{score.kinds_right / max(1, score.pages):.4f}", "", "", "", "")
    table.add_row("turned", "righted", str(score.turned), f"{score.righted / max(1, score.turned):.4f}", "", "", "", "")
    table.add_row("retake", "asked of", f"{score.retakes} of {score.pages}", "", "", "", "", "")
    cpu = f"{score.read_s / score.fresh:.2f} s reading" if score.fresh else "kept pages"
    table.add_row(
        "CPU", "a picture", str(score.fresh), cpu, f"{score.fields_s / max(1, score.pages):.4f} s fields", "", "", ""
    )
    return table


def main() -> None:
    """Score the kinds asked for and print a table each."""
    parser = argparse.ArgumentParser(prog="python -m training.eval_pages", description=__doc__)
    parser.add_argument("--kinds", default=",".join(RENDERERS), help="comma-separated: " + ", ".join(RENDERERS))
    parser.add_argument(
        "--seeds", type=seeds_of, default=seeds_of("10000-10200"), help="A-B; 10000 up is the test split"
    )
    parser.add_argument("--limit", type=int, default=0, help="at most this many pages of each kind; 0 is all")
    parser.add_argument(
        "--auto", type=float, default=DEFAULT_PROMISE, help="confidence from which a value is filled in"
    )
    parser.add_argument("--keep", type=Path, default=None, help="folder for what was read, taken again by the next run")
    parser.add_argument("--show", action="store_true", help="list what is not right")
    parser.add_argument("--models-dir", type=Path, default=None)
    options = parser.parse_args()
    reader = build_reader("ppocr", threads=1, models_dir=options.models_dir)
    command = shlex.join(["python", "-m", "training.eval_pages", *sys.argv[1:]])
    console = Console(width=160 if not sys.stdout.isatty() else None)
    for kind in options.kinds.split(","):
        score = score_pages(kind, options.seeds[: options.limit or None], reader=reader, keep=options.keep)
        title = f"{datetime.now(UTC):%Y-%m-%d} {command}: {kind}s rendered here"
        if options.show:
            for one in score.outcomes:
                if not one.is_right:
                    console.print(
                        f"{one.page} {one.layout} {'+'.join(one.wear)} {one.field}: {one.expected!r} "
                        f"found {one.found!r} {one.confidence:.3f}", markup=False, highlight=False, soft_wrap=True,
                    )  # fmt: skip
        console.print(table_of(kind, score, threshold=options.auto, title=title))


if __name__ == "__main__":
    main()
