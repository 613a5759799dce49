"""Measure ingest: what of an article is kept and what around it leaks, encodings told, and the index's speed.

`python -m training.eval_loaders --data FOLDER`: the knowledge base sets in FOLDER/kb are the articles; nothing of them
is kept. CPU times are of this process; a run of the index is measured once: the second finds nothing to read.
"""

from __future__ import annotations

import argparse
import random
import re
import resource
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path

from rich.console import Console
from rich.table import Table

from nlp.loaders.html_kb import text_of_page
from nlp.loaders.trafilatura_page import main_text
from nlp.records import Article
from nlp.search.knowledge_base import KnowledgeBase
from nlp.sources.ingest import bring_up_to_date
from nlp.sources.site_boilerplate import repeated_lines, without_lines
from nlp.sources.source import open_source
from nlp.sources.sources import is_loadable
from nlp.sources.text_encoding import encoding_of
from training.kb_sets import read_kb_set
from training.page_sets import Page, pages, read_articles

_ADDRESS = re.compile(r"\]\(http[^)]*\)")
_SEPARATORS = re.compile(r"[\W_]+")
STRETCHES = 1_000


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--articles", type=int, default=60, help="of each language, each in six layouts")
    parser.add_argument("--files", type=int, default=10_000, help="of the folder that is indexed")
    parser.add_argument("--seed", type=int, default=7)
    options = parser.parse_args()
    console = Console()
    console.print(_extraction(options.data, options.articles, options.seed))
    console.print(_encodings(options.data, options.seed))
    console.print(_speed(options.data, options.files))


def _extraction(data: Path, count: int, seed: int) -> Table:
    ways: dict[str, Callable[[str], str]] = {"body": text_of_page, "main text": lambda markup: main_text(markup)}
    table = Table("language", "layout", "way", "lines kept", "boilerplate leaked", "CPU ms a page", title="web pages")
    for language in ("zh", "en"):
        found: dict[tuple[str, str], list[float]] = defaultdict(lambda: [0.0] * 5)
        sites: dict[str, list[tuple[Page, str]]] = defaultdict(list)

        def judge(page: Page, way: str, text: str, took: float, found: dict[tuple[str, str], list[float]]) -> None:
            held = _squashed(text)
            kept = sum(_squashed(line) in held for line in page.lines)
            leaked = sum(_squashed(line) in held for line in page.boilerplate)
            counts = (float(kept), float(len(page.lines)), float(leaked), float(len(page.boilerplate)), took)
            found[page.template, way] = [a + b for a, b in zip(found[page.template, way], counts, strict=True)]

        for page in pages(read_articles(data / "kb" / f"docs_{language}", count=count, seed=seed), language):
            for way, read in ways.items():
                begun = time.process_time()
                text = read(page.markup)
                judge(page, way, text, time.process_time() - begun, found)
            sites[page.template].append((page, text))
        for site in sites.values():  # what its pages repeat, left out of each, as an index does
            begun = time.process_time()
            repeated = repeated_lines(text for _, text in site)
            took = (time.process_time() - begun) / len(site)
            for page, text in site:
                judge(page, "main text of a site", without_lines(Article("x", "", text), repeated), took, found)
        for (layout, way), sums in sorted(found.items()):
            row = (f"{sums[0] / sums[1]:.3f}", f"{sums[2] / sums[3]:.3f}", f"{sums[4] / count * 1000:.1f}")
            table.add_row(language, layout, way, *row)
    return table


def _squashed(text: str) -> str:
    return _SEPARATORS.sub("", _ADDRESS.sub("]", text))


def _encodings(data: Path, seed: int) -> Table:
    table = Table("set", "encoding", "characters", "told right", title="encodings without a mark")
    for name, encoding, wanted in (("cmrc2018", "gbk", "gb18030"), ("drcd", "big5", "big5hkscs")):
        bodies = [article.body for article in read_kb_set(data / "kb" / name).articles]
        for length in (8, 20, 50, 200):
            draw = random.Random(seed)
            right = total = 0
            for _ in range(STRETCHES):
                body = draw.choice(bodies)
                start = draw.randrange(max(1, len(body) - length))
                stretch = body[start : start + length].encode(encoding, "ignore")
                total += len(stretch) > length
                right += len(stretch) > length and encoding_of(stretch) == wanted
            table.add_row(name, encoding, str(length), f"{right / max(1, total):.4f}")
    return table


def _speed(data: Path, count: int) -> Table:
    articles = [article for name in ("docs_zh", "docs_en") for article in read_kb_set(data / "kb" / name).articles]
    table = Table("run", "files", "CPU s", "files a CPU second", "peak MB of the process", title="a folder of Markdown")
    with tempfile.TemporaryDirectory() as scratch, KnowledgeBase(Path(scratch) / "kb.sqlite3") as base:
        folder = Path(scratch) / "manual"
        for number in range(count):
            article = articles[number % len(articles)]
            path = folder / str(number // 500) / f"{number}.md"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(f"# {article.title} {number}\n\n{article.body}\n", encoding="utf-8")
        for run in ("first", "unchanged", "one edited"):
            if run == "one edited":
                path.write_text("# other\n\nother text\n", encoding="utf-8")
            begun = time.process_time()
            with open_source(folder, wanted=is_loadable) as source:
                report = bring_up_to_date(base, source, on_rejected=print)
            took = time.process_time() - begun
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
            table.add_row(f"{run}: {report.read} read", str(count), f"{took:.2f}", f"{count / took:.0f}", str(peak))
    return table


if __name__ == "__main__":
    main()
