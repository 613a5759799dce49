"""Turn an article's Markdown into HTML that is safe to show, with its cited sentences marked.

Markdown and quotes in, Markup out. Raw HTML in the text is shown as text, pictures are not loaded, links keep only
harmless schemes. It does not know which sentence answers.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict
from markupsafe import Markup, escape

OPEN, CLOSE = "\ue000", "\ue001"
"""Private-use characters: they mark the sentence while Markdown is read, and never reach the page."""
LINE_START = re.compile(r"[\s|>#*+-]{0,20}(?:\d{1,9}[.)]\s)?")
LINE_END = re.compile(r"[\s|]{0,20}\Z")
IN_MARK = "is_in_mark"


def prose(text: str, quotes: Sequence[str] = ()) -> Markup:
    """Return the text as HTML.

    >>> print(prose("1. Dry it. <b>Now</b>", ["Dry it."]))
    <ol>
    <li><mark>Dry it.</mark> &lt;b&gt;Now&lt;/b&gt;</li>
    </ol>
    <BLANKLINE>
    """
    plain = text.replace(OPEN, "").replace(CLOSE, "")
    for quote in quotes:
        plain = _marked(plain, quote)
    html = _reader().render(plain, {IN_MARK: False})
    return Markup(html.replace(OPEN, "").replace(CLOSE, ""))


def prose_line(text: str) -> Markup:
    """Return one line as HTML without a paragraph around it.

    >>> print(prose_line("**Filter**: rinse <it>"))
    <strong>Filter</strong>: rinse &lt;it&gt;
    """
    plain = text.replace(OPEN, "").replace(CLOSE, "")
    return Markup(_reader().renderInline(plain, {IN_MARK: False}))


def _marked(text: str, quote: str) -> str:
    """Put the marks inside what Markdown reads as structure: list signs, table bars."""
    at = text.find(quote) if quote else -1
    if at < 0:
        return text
    lines = [_marked_line(line) for line in quote.split("\n")]
    return text[:at] + "\n".join(lines) + text[at + len(quote) :]


def _marked_line(line: str) -> str:
    start = LINE_START.match(line)
    head = start.group() if start else ""
    body = line[len(head) :]
    end = LINE_END.search(body)
    tail = end.group() if end else ""
    core = body[: len(body) - len(tail)]
    # A number alone is a list's sign that was cut off its text: marked, it would be a sign no more.
    return f"{head}{OPEN}{core}{CLOSE}{tail}" if any(map(str.isalpha, core)) else line


@cache
def _reader() -> MarkdownIt:
    reader = MarkdownIt("commonmark", {"html": False, "breaks": True}).enable("table").disable("image")
    reader.add_render_rule("text", _text)
    reader.add_render_rule("code_inline", _code)
    return reader


def _text(self: RendererHTML, tokens: Sequence[Token], index: int, options: OptionsDict, env: EnvType) -> str:
    return _with_marks(tokens[index].content, env)


def _code(self: RendererHTML, tokens: Sequence[Token], index: int, options: OptionsDict, env: EnvType) -> str:
    return f"<code>{_with_marks(tokens[index].content, env)}</code>"


def _with_marks(text: str, env: EnvType) -> str:
    """Escape a run of text; a mark that spans several runs, e.g. cells of a row, is opened anew in each."""
    pieces = []
    for piece in re.split(f"([{OPEN}{CLOSE}])", text):
        if piece in (OPEN, CLOSE):
            env[IN_MARK] = piece == OPEN
        elif piece:
            pieces.append(f"<mark>{escape(piece)}</mark>" if env[IN_MARK] else str(escape(piece)))
    return "".join(pieces)
