"""A web page is one article: its main text as Markdown, its title, language and canonical address.

The main text is trafilatura's; where that finds none, and for mails, a scanner of our own takes the whole <body> (or
<main>). The scanner also reads the head: html.parser takes quadratic time on unclosed tags (500 kB of "<a " ran for
minutes).
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from pathlib import Path

from nlp.loaders.trafilatura_page import main_text
from nlp.records import Article, ArticleRejected
from nlp.sources.article_file import decoded, read_bytes, with_plain_line_ends
from nlp.sources.article_row import article_from_row

SUFFIXES = (".html", ".htm")

# As much as a body may hold, with five times as much markup.
MAX_CHARACTERS = 10_000_000

# A tag never crosses the next "<" and every repeat is possessive: linear.
_TAG = re.compile(r"""<(/?)([a-zA-Z][a-zA-Z0-9:-]*+)((?:[^<>"']|"[^"<]*+"|'[^'<]*+')*+)>""")
_ATTRIBUTE = re.compile(r"""([a-z]+)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""", re.IGNORECASE)
_MAX_ATTRIBUTES = 2_000  # characters; those of <html> and <link> are short
_DECLARATION = re.compile(r"<!--|<!\[CDATA\[|<!|<\?")
_CLOSING = {"<!--": "-->", "<![CDATA[": "]]>"}
_CHARSET = re.compile(rb"charset\s{0,9}=\s{0,9}[\"']?([A-Za-z0-9_-]{2,40})", re.IGNORECASE)
_CHARSET_BYTES = 4_096  # a browser looks at the first 1,024 (HTML, 13.2.3.2)
_MIRRORED = re.compile(r"<!-- Mirrored from ([^\s<>]{1,2000}) by HTTrack")
_MIRRORED_CHARACTERS = 20_000
_SKIPPED = frozenset(("script", "style", "noscript", "template", "svg", "nav", "header", "footer", "aside", "form"))
_HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
_PARAGRAPHS = frozenset(("p", "div", "section", "article", "ul", "ol", "table", "blockquote", "dl", "figure", "main"))
_OPENING = {"br": "\n", "li": "\n- ", "dt": "\n", "dd": "\n", "tr": "\n|", "td": " ", "th": " ", "pre": "\n\n```\n"}
_ENDING = {"pre": "\n```\n\n", "td": " |", "th": " |"}
_SPACES = re.compile(r"[ \t\r\n\f\v\xa0]+")
_BLANK_LINES = re.compile(r"\n{3,}")


def load(path: Path) -> Iterator[Article | ArticleRejected]:
    """Yield the page's one article, or why it is none."""
    try:
        yield _article(_text(path), str(path), path.stem)
    except ArticleRejected as rejected:
        yield rejected


def text_of_page(markup: str) -> str:
    """Return the text of HTML from elsewhere, e.g. of a mail; what is beyond MAX_CHARACTERS is left out.

    >>> text_of_page("<div>型号 E5<br>order &amp; date</div><script>x()</script>")
    '型号 E5\\norder & date'
    """
    page = _Page()
    page.read(_without_declarations(markup[:MAX_CHARACTERS]))
    return page.body


def _text(path: Path) -> str:
    content = read_bytes(path)
    charset = _CHARSET.search(content[:_CHARSET_BYTES])
    return with_plain_line_ends(decoded(content, str(path), declared=charset[1].decode("ascii") if charset else ""))


def _article(text: str, where: str, stem: str) -> Article:
    if len(text) > MAX_CHARACTERS:
        raise ArticleRejected(
            f"{where}: longer than {MAX_CHARACTERS} characters; split it",
            zh=f"{where}：超过 {MAX_CHARACTERS} 个字符，请拆分",
            where=where,
        )
    page = _Page()
    page.read(_without_declarations(text))
    mirrored = _MIRRORED.search(text[:_MIRRORED_CHARACTERS])
    url = page.url or (f"https://{mirrored[1]}" if mirrored else "")
    row = {"title": page.title or stem, "body": main_text(text) or page.body, "locale": page.locale, "url": url}
    return article_from_row(row, where=where)


def _without_declarations(text: str) -> str:
    """Leave out comments, <!...> and <?...>; one that never closes ends the page."""
    kept: list[str] = []
    start = 0
    for match in _DECLARATION.finditer(text):
        if match.start() < start:
            continue
        kept.append(text[start : match.start()])
        closing = _CLOSING.get(match[0], ">")
        end = text.find(closing, match.end())
        if end < 0:
            return "".join(kept)
        start = end + len(closing)
    return "".join((*kept, text[start:]))


class _Page:
    """Collects the text of a page as Markdown."""

    def __init__(self) -> None:
        self.locale = ""
        self._canonical = ""
        self._shared = ""  # the address that a page gives to those who share it
        self._title = ""
        self._first_heading = ""
        self._pieces: list[str] = []
        self._inside = ""  # "title", "pre", a heading, or none of these
        self._skipped = ""  # the outermost open element whose text is left out
        self._depth = 0  # of elements of that name
        self._has_main = False

    @property
    def title(self) -> str:
        """Return the title without the site's name, which stands around the heading in it."""
        title, heading = self._title.strip(), self._first_heading.strip()
        return heading if heading and heading in title else title or heading

    @property
    def url(self) -> str:
        """Return the page's own address, if it names one with a host."""
        named = (self._canonical, self._shared)
        return next((url for url in named if url.startswith(("https://", "http://"))), "")

    @property
    def body(self) -> str:
        lines = (line.rstrip() for line in "".join(self._pieces).split("\n"))
        return _BLANK_LINES.sub("\n\n", "\n".join(lines)).strip()

    def read(self, text: str) -> None:
        """Read the whole page: text between tags, and tags."""
        start = 0
        for match in _TAG.finditer(text):
            self._add_text(text[start : match.start()])
            start = match.end()
            tag = match[2].lower()
            if self._skip(tag, is_end=bool(match[1])):
                continue
            if match[1]:
                self._end(tag)
            else:
                self._begin(tag, match[3][:_MAX_ATTRIBUTES])
        self._add_text(text[start:])

    def _skip(self, tag: str, *, is_end: bool) -> bool:
        if not self._skipped and tag in _SKIPPED and not is_end:
            self._skipped, self._depth = tag, 0
        if not self._skipped:
            return False
        if tag == self._skipped:
            self._depth += -1 if is_end else 1
            if not self._depth:
                self._skipped = ""
        return True

    def _begin(self, tag: str, attributes: str) -> None:
        if tag in ("html", "link", "meta"):
            self._remember(tag, attributes)
        if tag == "main" and not self._has_main:
            self._pieces.clear()
            self._has_main = True
        if tag in ("title", "pre") or tag in _HEADINGS:
            self._inside = tag
        if tag in _HEADINGS:
            self._pieces.append("\n\n" + "#" * int(tag[1]) + " ")
        else:
            self._pieces.append("\n\n" if tag in _PARAGRAPHS else _OPENING.get(tag, ""))

    def _end(self, tag: str) -> None:
        if tag == self._inside:
            self._inside = ""
        self._pieces.append("\n\n" if tag in _HEADINGS or tag in _PARAGRAPHS else _ENDING.get(tag, ""))

    def _remember(self, tag: str, attributes: str) -> None:
        values = {m[1].lower(): html.unescape(m[2] or m[3] or m[4] or "") for m in _ATTRIBUTE.finditer(attributes)}
        if tag == "html":
            self.locale = values.get("lang", "")[:35]  # RFC 5646, 4.4.1: longer tags need not be taken
        elif tag == "link" and values.get("rel", "").lower() == "canonical":
            self._canonical = values.get("href", "").strip()
        elif tag == "meta" and values.get("property", "").lower() == "og:url":
            self._shared = values.get("content", "").strip()

    def _add_text(self, raw: str) -> None:
        if self._skipped or not raw:
            return
        text = html.unescape(raw).replace("\0", "")
        if self._inside == "pre":
            self._pieces.append(text)
            return
        text = _SPACES.sub(" ", text)
        if self._inside == "title":
            self._title += text
            return
        if self._inside == "h1" and not self._first_heading.strip():
            self._first_heading = text
        is_line_start = not self._pieces or self._pieces[-1].endswith("\n")
        self._pieces.append(text.lstrip() if is_line_start else text)
