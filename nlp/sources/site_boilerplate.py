"""The pages of one website in, the lines that most of them repeat out: menus, footers, "was this helpful".

One page does not tell what is its own; many do. A sample of a site's pages is read, chosen by their names' digests, so
that a page more or less hardly changes it. A line counts that stands on most of them, is no heading, table or code (a
manual's pages share those by their form) and says something. What is taken out is taken out of every page of the site.
It reads pages by their loader and changes no file.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from nlp.records import Article
from nlp.sources.source import SourceFile
from nlp.sources.website_copy import suffix_of

PAGE_SUFFIXES = (".html", ".htm")
SAMPLE = 30
"""Pages that are read to learn the lines: a third of a second."""
FEWEST = 8
"""Pages of a site, below which nothing is taken for repeated: of five articles on one matter three may share a line."""
MOST_PAGES = 0.6
"""Share of the sampled pages that hold a line."""
LONGEST = 400
"""Code points of a line; whole paragraphs that most pages repeat are legal notes, which are cut into such."""
_TABLE_RULE = re.compile(r"\|(?:[ :-]{1,100}\|){1,50}")


@dataclass(frozen=True, slots=True)
class Boilerplate:
    """The repeated lines of each site among a source's files, by the site's name."""

    lines: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def lines_of(self, file: SourceFile) -> frozenset[str]:
        """Return what is taken out of a file's articles."""
        return self.lines.get(site_of(file), frozenset()) if is_page(file) else frozenset()

    def digest_of(self, file: SourceFile) -> str:
        """Return what stays the same while the same is taken out of a file's articles; "" for nothing."""
        lines = self.lines_of(file)
        return hashlib.sha256("\n".join(sorted(lines)).encode("utf-8", "surrogatepass")).hexdigest() if lines else ""


NONE = Boilerplate()


def find_boilerplate(files: Sequence[SourceFile], bodies_of: Callable[[SourceFile], Iterable[str]]) -> Boilerplate:
    """Return what the pages among the files repeat; `bodies_of` reads a page."""
    sites: dict[str, list[SourceFile]] = {}
    for file in files:
        if is_page(file):
            sites.setdefault(site_of(file), []).append(file)
    found = {
        site: repeated_lines(body for file in _sample(pages) for body in bodies_of(file))
        for site, pages in sites.items()
        if len(pages) >= FEWEST
    }
    return Boilerplate({site: lines for site, lines in found.items() if lines})


def repeated_lines(bodies: Iterable[str]) -> frozenset[str]:
    """Return the lines that stand in most bodies; none where there are too few."""
    pages = 0
    counts: Counter[str] = Counter()
    for body in bodies:
        pages += 1
        counts.update({line.strip() for line in _prose_lines(body)})
    if pages < FEWEST:
        return frozenset()
    return frozenset(line for line, count in counts.items() if count >= MOST_PAGES * pages)


def without_lines(article: Article, lines: frozenset[str]) -> str:
    """Return an article's body without these lines; whole where nothing else is in it.

    >>> without_lines(Article("1", "", "Wash it.\\n\\nWas this helpful?"), frozenset({"Was this helpful?"}))
    'Wash it.'
    """
    kept: list[str] = []
    was_row = False
    for line in article.body.splitlines(keepends=True):
        bare = line.strip()
        if bare in lines:
            was_row = bare.startswith("|")
        elif not (was_row and _TABLE_RULE.fullmatch(bare)):  # of a table whose one row is gone
            kept.append(line)
            was_row = False
    body = "".join(kept).strip()
    return body if any(map(str.isalnum, body)) else article.body


def is_page(file: SourceFile) -> bool:
    """Say whether a file is a web page."""
    return suffix_of(file.name) in PAGE_SUFFIXES


def site_of(file: SourceFile) -> str:
    """Return the host that a page is from; "" where that is not known: then all such pages are one site."""
    return urlsplit(file.url).netloc if file.url.startswith(("http://", "https://")) else ""


def _sample(pages: Sequence[SourceFile]) -> Sequence[SourceFile]:
    return sorted(pages, key=lambda page: hashlib.sha256(page.name.encode("utf-8", "surrogatepass")).digest())[:SAMPLE]


def _prose_lines(body: str) -> Iterator[str]:
    """Yield the lines that may be boilerplate: no headings, tables, code, nor lines without a letter."""
    is_fenced = False
    for line in body.splitlines():
        bare = line.strip()
        if bare.startswith(("```", "~~~")):
            is_fenced = not is_fenced
        elif not is_fenced and _may_repeat(bare):
            yield bare


def _may_repeat(bare: str) -> bool:
    """Say whether a line is prose; a row of one cell is what old layouts put a footer into."""
    is_form = bare.startswith("#") or (bare.startswith("|") and bare.count("|") > 2)
    return not is_form and len(bare) <= LONGEST and any(map(str.isalpha, bare))
