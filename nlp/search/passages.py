"""An article's body in, passages out: stretches short enough to read at a glance, cut where a reader would cut.

A passage stays under one heading; code fences and tables are kept together while they fit; long prose is cut at
sentence ends, Chinese or English; whatever is still too long is cut at lines, then at the limit. A table that is cut
says its header row again with each cut: in the heading, because spans are exact: body[start:end] == text. It knows
Markdown's headings, fences and pipe tables, and no other markup.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from nlp.records import Article, Passage

# About what an agent reads in one glance: 500 Han characters or 1500 Latin letters. A Han character weighs as three
# letters (an English translation of Chinese text has about three times as many characters: 2,297 aligned manual
# sections in docs_zh / docs_en, medians 314 and 622, without their shared code 1:3).
MAX_WEIGHT = 1500
_HAN_WEIGHT = 3
# A first line longer than this is a paragraph, not a title.
MAX_LEAD = 150

# Of a header row that is said again; a wider table's cells say less each.
MAX_HEADER = 200

_HEADING = re.compile(r"[ ]{0,3}(#{1,6})[ \t]+(.*)")
_FENCE = re.compile(r"[ ]{0,3}(```+|~~~+)")
_SENTENCE_END = re.compile(r"[。！？…!?]+[”’」』）】)\"']*|\.[”’)\"']*(?=\s|$)|\n+")
# A line this long that goes on in a small letter was wrapped by an editor or a printer; shorter ones are commands.
_MIN_WRAPPED = 40
# An English full stop after these does not end the sentence.
_ABBREVIATIONS = ("e.g", "i.e", "etc", "vs", "mr", "mrs", "ms", "dr", "no", "fig", "approx", "st", "inc", "ltd")
_HAN = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff]")


@dataclass(frozen=True, slots=True)
class Span:
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _Block:
    """Consecutive lines that belong together; `is_verbatim` ones (code, table) are cut at lines, never in sentences."""

    start: int
    end: int
    heading: str
    is_verbatim: bool


def title_of(article: Article) -> str:
    r"""Return the title; of an article without one, its first line, if it is short and more follows.

    >>> title_of(Article("1", "", "How do I reset it?\nHold the button for 5 s."))
    'How do I reset it?'
    """
    if article.title.strip():
        return article.title.strip()
    line, _, rest = article.body.strip().partition("\n")
    line = line.strip().lstrip("#").strip()
    return line if rest.strip() and len(line) <= MAX_LEAD else ""


def split_passages(article: Article) -> tuple[Passage, ...]:
    """Cut an article into passages; at least one, unless the body is blank."""
    body = article.body
    title = title_of(article)
    spans = [(heading, span) for heading, span in _packed(body, _blocks(body)) if body[span.start : span.end].strip()]
    if not spans and body.strip():  # headings only
        spans = [("", trimmed(body, piece)) for piece in _pieces(body, _Block(0, len(body), "", is_verbatim=True))]
    return tuple(
        Passage(article.id, title, heading, body[span.start : span.end], span.start, span.end)
        for heading, span in spans
    )


def split_sentences(text: str, *, start: int = 0, end: int | None = None) -> tuple[Span, ...]:
    """Return the spans of the sentences of text[start:end]; a line break ends one, too, unless it only wraps a line.

    >>> text = "请断电。E4 means a sensor fault. Call us!"
    >>> [text[span.start:span.end] for span in split_sentences(text)]
    ['请断电。', 'E4 means a sensor fault.', 'Call us!']
    """
    end = len(text) if end is None else end
    spans: list[Span] = []
    begin = start
    for match in _SENTENCE_END.finditer(text, start, end):
        if _is_abbreviation(text, begin, match) or _is_wrap(text, match):
            continue
        spans.append(trimmed(text, Span(begin, match.end())))
        begin = match.end()
    spans.append(trimmed(text, Span(begin, end)))
    return tuple(span for span in spans if span.start < span.end)


def _is_abbreviation(text: str, begin: int, match: re.Match[str]) -> bool:
    if text[match.start()] != ".":
        return False
    word = text[max(begin, match.start() - 8) : match.start()].rsplit(None, 1)[-1:]
    return bool(word) and word[0].lower().lstrip("(") in _ABBREVIATIONS


def _is_wrap(text: str, match: re.Match[str]) -> bool:
    """Say whether this line break stands inside a sentence that was printed over several lines."""
    if match[0] != "\n" or not text[match.end() : match.end() + 1].islower():
        return False
    line = text.rfind("\n", 0, match.start()) + 1
    return match.start() - line >= _MIN_WRAPPED


def trimmed(text: str, span: Span) -> Span:
    """Return the span without the white space at its ends."""
    piece = text[span.start : span.end]
    start = span.start + len(piece) - len(piece.lstrip())
    return Span(start, max(start, span.start + len(piece.rstrip())))


def _weight(text: str) -> int:
    return len(text) + (_HAN_WEIGHT - 1) * len(_HAN.findall(text))


def _lines(body: str) -> Iterator[Span]:
    start = 0
    while start < len(body):
        end = body.find("\n", start) + 1 or len(body)
        yield Span(start, end)
        start = end


def _blocks(body: str) -> Iterator[_Block]:
    """Yield blocks in order: a paragraph, a fence with its code, a table. Heading lines only set the heading."""
    path: list[tuple[int, str]] = []
    fence = ""
    start, kind = 0, "blank"
    for line in _lines(body):
        text = body[line.start : line.end].rstrip("\r\n")
        mark = _FENCE.match(text)
        heading = None if fence else _HEADING.match(text)
        was, kind = kind, _line_kind(text, is_inside_fence=bool(fence), is_heading=heading is not None)
        if was != "blank" and kind != was:
            yield _Block(start, line.start, _joined(path), was in ("code", "table"))
        if kind != was:
            start = line.start
        if heading:
            path = [(level, title) for level, title in path if level < len(heading[1])]
            path.append((len(heading[1]), heading[2].strip().rstrip("#").strip()))
            kind = "blank"
        fence = _fence_after(fence, mark, text)
        if was == "code" and not fence and mark:  # the closing fence belongs to its code
            yield _Block(start, line.end, _joined(path), is_verbatim=True)
            start, kind = line.end, "blank"
    if kind != "blank":
        yield _Block(start, len(body), _joined(path), kind in ("code", "table"))


def _line_kind(text: str, *, is_inside_fence: bool, is_heading: bool) -> str:
    if is_inside_fence or _FENCE.match(text):
        return "code"
    if is_heading:
        return "heading"
    stripped = text.strip()
    if not stripped:
        return "blank"
    return "table" if stripped.startswith("|") else "prose"


def _fence_after(fence: str, mark: re.Match[str] | None, text: str) -> str:
    """Return the fence that is open after this line: "" when none."""
    if not mark:
        return fence
    if not fence:
        return mark[1]
    closes = mark[1].startswith(fence) and not text.strip().strip(fence[0])
    return "" if closes else fence


def _joined(path: list[tuple[int, str]]) -> str:
    return " > ".join(title for _, title in path if title)


def _packed(body: str, blocks: Iterator[_Block]) -> Iterator[tuple[str, Span]]:
    """Join neighbouring blocks under one heading while they fit; cut those that alone do not."""
    heading, start, end, weight = "", 0, 0, 0
    for block in blocks:
        header = _header_row(body, block)
        for piece in _pieces(body, block):
            added = _weight(body[piece.start : piece.end])
            named = f"{block.heading} > {header}".removeprefix(" > ") if header and piece.start > block.start else ""
            is_apart = block.heading != heading and not (named and named == heading)
            if weight and (is_apart or weight + added > MAX_WEIGHT):
                yield heading, trimmed(body, Span(start, end))
                weight = 0
            if not weight:
                heading, start = named or block.heading, piece.start
            end, weight = piece.end, weight + added
    if weight:
        yield heading, trimmed(body, Span(start, end))


def _header_row(body: str, block: _Block) -> str:
    """Return the cells of the header row of a table that will be cut; "" where there is none."""
    lines = body[block.start : block.end].split("\n", 2) if block.is_verbatim else []
    is_ruled = len(lines) > 1 and "-" in lines[1] and set(lines[1]) <= set("|-: \t")
    if not is_ruled or _weight(body[block.start : block.end]) <= MAX_WEIGHT:
        return ""
    return " | ".join(cell.strip() for cell in lines[0].strip().strip("|").split("|"))[:MAX_HEADER]


def _pieces(body: str, block: _Block) -> Iterator[Span]:
    """Yield the block whole if it fits, else its sentences or lines, else stretches at the limit."""
    if _weight(body[block.start : block.end]) <= MAX_WEIGHT:
        yield Span(block.start, block.end)
        return
    for part in _parts(body, block):
        if _weight(body[part.start : part.end]) <= MAX_WEIGHT:
            yield part
            continue
        step = MAX_WEIGHT // _HAN_WEIGHT
        for start in range(part.start, part.end, step):
            yield Span(start, min(start + step, part.end))


def _parts(body: str, block: _Block) -> Iterator[Span]:
    if not block.is_verbatim:
        yield from split_sentences(body, start=block.start, end=block.end)
        return
    for line in _lines(body[block.start : block.end]):
        yield Span(block.start + line.start, block.start + line.end)
