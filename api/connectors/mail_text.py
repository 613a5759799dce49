"""A mail as bytes in, what its sender wrote out: words without quotes, files, whose thread it belongs to, whether a
machine sent it.

Mails are hostile: headers, parts and nesting are bounded and every scan here is linear. Character sets are read as
people use them (GB2312 is GB18030, ISO-8859-1 is Windows-1252). Knows no server and no ticket.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.errors import HeaderParseError
from email.header import decode_header
from email.message import Message
from email.utils import parseaddr, parsedate_to_datetime

from api.connectors.records import Attached

HEADER_CHARS = 2_000
TEXT_CHARS = 100_000
HTML_CHARS = 2_000_000
PARTS = 100
BOUNDARIES = 50
"""Levels and lists of parts; a mail forwarded ten times over has about 20. Parsing costs lines times levels."""
ATTACHMENTS = 20
FILE_BYTES = 50 * 1024 * 1024
REFERENCES = 50
CHARSETS = {"gb2312": "gb18030", "gbk": "gb18030", "x-gbk": "gb18030", "hz": "hz", "iso-8859-1": "cp1252"}
"""What a label means in practice: mail programs write gb2312 for every mainland character set."""
_TAG = re.compile(r"<(/?)([a-zA-Z!][a-zA-Z0-9]*+)[^<>]*+>")
_HIDDEN = ("style", "script", "head", "title")
_BREAKS = frozenset(("br", "p", "div", "tr", "li", "h1", "h2", "h3", "table", "blockquote", "ul", "ol"))
_ID = re.compile(r"<([^<>\s]{1,250})>")
_QUOTE_HEADS = ("-----original message-----", "-----原始邮件-----", "------------------ 原始邮件", "-----原邮件-----")
_HEADS = ("from:", "sent:", "date:", "to:", "subject:", "发件人", "发送时间", "发送日期", "收件人", "主题", "日期")
"""The lines by which Outlook, QQ Mail and NetEase open a quoted mail: the sender, then another of them."""


class MailUnreadable(Exception):
    """A mail that is not read; the message says why."""


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail read. Ids are without angle brackets; `root` is the thread's first, as far as the mail tells."""

    id: str
    root: str
    subject: str
    sender: str
    sender_name: str
    at: datetime | None
    text: str
    attachments: tuple[Attached, ...]
    is_automatic: bool


def read_mail(content: bytes) -> Mail:
    """Return what a mail says.

    Raises:
        MailUnreadable: no id, or nested beyond sense.
    """
    if content.lower().count(b"boundary=") > BOUNDARIES:
        raise MailUnreadable(f"more than {BOUNDARIES} lists of parts")
    try:
        message = message_from_bytes(content, policy=policy.compat32)
        parts = _leaves(message)
    except RecursionError as error:
        raise MailUnreadable("nested beyond sense") from error
    own = _first_id(_raw(message, "Message-ID"))
    if not own:
        raise MailUnreadable("no Message-ID")
    threads = _ID.findall(_raw(message, "References", REFERENCES * 250))
    name, address = parseaddr(header_text(_raw(message, "From")))
    return Mail(
        id=own,
        root=(threads or _ID.findall(_raw(message, "In-Reply-To")) or [own])[0],
        subject=header_text(_raw(message, "Subject")),
        sender=address.lower(),
        sender_name=name,
        at=_moment(_raw(message, "Date")),
        text=without_quotes(_words(parts)),
        attachments=_attachments(parts),
        is_automatic=_is_automatic(message),
    )


def header_text(value: str) -> str:
    """Return a header's words, in whatever character sets they were written.

    >>> header_text("=?gb2312?B?xsHEu7K7wcE=?= E5")
    '屏幕不亮 E5'
    """
    try:
        pieces = decode_header(value[:HEADER_CHARS])
    except (HeaderParseError, ValueError):
        return _clean(value)
    words = [piece if isinstance(piece, str) else decoded(piece, charset or "") for piece, charset in pieces]
    return _clean("".join(words)) or _clean(value)


def decoded(content: bytes, charset: str) -> str:
    """Return bytes as text; what the label does not fit is tried as UTF-8 and GB18030 before anything is lost."""
    label = CHARSETS.get(charset.lower().strip("\"' "), charset.lower()) or "utf-8"
    for one in (label, "utf-8", "gb18030"):
        try:
            return content.decode(one)
        except (LookupError, UnicodeError, ValueError):
            continue
    return content.decode("utf-8", "replace")


def text_of_html(page: str) -> str:
    """Return the words of a page, a line for each block.

    >>> text_of_html("<style>p{}</style><p>你好 &amp; hello<br>world</p>")
    '你好 & hello\\nworld'
    """
    pieces: list[str] = []
    hidden, start = "", 0
    page = page[:HTML_CHARS]
    for tag in _TAG.finditer(page):
        name = tag[2].lower()
        if not hidden:
            pieces.append(" ".join(page[start : tag.start()].split("\n")))
            pieces.append("\n" if name in _BREAKS else "")
        if not hidden and not tag[1] and name in _HIDDEN:
            hidden = name
        elif tag[1] and name == hidden:
            hidden = ""
        start = tag.end()
    pieces.append("" if hidden else page[start:])
    lines = (" ".join(line.split()) for line in html.unescape("".join(pieces)).split("\n"))
    return "\n".join(line for line in lines if line)


def without_quotes(text: str) -> str:
    """Return what the sender added: quoted lines, the mail that is answered and the signature left out.

    Whoever answers only inside the quote keeps everything.

    >>> without_quotes("还是不亮\\n\\n在 2026年11月20日，客服 写道：\\n> 请重启")
    '还是不亮'
    """
    lines = text[:TEXT_CHARS].replace("\r\n", "\n").split("\n")
    kept: list[str] = []
    for number, line in enumerate(lines):
        if _opens_quote(lines, number) or line.rstrip("\r") == "-- ":
            break
        if not line.startswith(">"):
            kept.append(line.rstrip())
    return "\n".join(kept).strip() or "\n".join(lines).strip()


def _opens_quote(lines: list[str], number: int) -> bool:
    line = lines[number].strip().lower().replace("*", "")[:500]
    if line.startswith(_QUOTE_HEADS):
        return True
    if line.startswith(("from:", "发件人")):
        following = [one.strip().lower().replace("*", "")[:50] for one in lines[number + 1 : number + 3]]
        return any(one.startswith(_HEADS) for one in following)
    joined = f"{line} {lines[number + 1].strip().lower()[:500]}" if number + 1 < len(lines) else line
    return any(
        one.endswith(end) and one.startswith(start)
        for one in (line, joined)
        for start, end in (("on ", "wrote:"), ("在", "写道："), ("在", "写道:"), ("于", "写道："), ("", "> 写道："))
    )


def _leaves(message: Message) -> list[Message]:
    leaves: list[Message] = []
    for number, part in enumerate(message.walk()):
        if number >= PARTS:
            break
        if not part.is_multipart():
            leaves.append(part)
    return leaves


def _words(parts: list[Message]) -> str:
    """Return the plain text; the HTML's words where there is none."""
    plain = [_text(part) for part in parts if part.get_content_type() == "text/plain" and not _is_file(part)]
    if any(one.strip() for one in plain):
        return "\n".join(plain)
    return "\n".join(
        text_of_html(_text(part)) for part in parts if part.get_content_type() == "text/html" and not _is_file(part)
    )


def _text(part: Message) -> str:
    charset = part.get_param("charset")
    label = charset if isinstance(charset, str) else ""
    return _clean_lines(decoded(_payload(part)[: 4 * HTML_CHARS], label))


def _payload(part: Message) -> bytes:
    payload = part.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""


def _is_file(part: Message) -> bool:
    return part.get_content_disposition() == "attachment" or bool(part.get_filename())


def _attachments(parts: list[Message]) -> tuple[Attached, ...]:
    found: list[Attached] = []
    room = FILE_BYTES
    for number, part in enumerate(parts):
        is_words = part.get_content_maintype() == "text" and not _is_file(part)
        content = b"" if is_words else _payload(part)
        if content and len(content) <= room and len(found) < ATTACHMENTS:
            room -= len(content)
            found.append(Attached(_file_name(part, number), content, part.get_content_type()))
    return tuple(found)


def _file_name(part: Message, number: int) -> str:
    """Return the name without any folder; a number and the type where it has none."""
    name = header_text(part.get_filename() or "").replace("\\", "/").rpartition("/")[2]
    return name[-150:] or f"part{number}.{part.get_content_subtype()[:20]}"


def _is_automatic(message: Message) -> bool:
    """Whether a machine sent it: RFC 3834, lists, bounces and the habits of older programs."""
    said = _raw(message, "Auto-Submitted").strip().lower()
    precedence = _raw(message, "Precedence").strip().lower()
    return (
        (bool(said) and not said.startswith("no"))
        or precedence in ("bulk", "junk", "list", "auto_reply")
        or any(name in message for name in ("X-Autoreply", "X-Autorespond", "List-Id"))
        or _raw(message, "Return-Path").strip() == "<>"
        or message.get_content_type() == "multipart/report"
    )


def _raw(message: Message, name: str, limit: int = HEADER_CHARS) -> str:
    """Return a header as it was sent; bytes that are no ASCII are read as UTF-8 or GB18030."""
    value = next((value for key, value in message.raw_items() if key.lower() == name.lower()), "")
    return decoded(str(value)[:limit].encode("ascii", "surrogateescape"), "utf-8")


def _first_id(value: str) -> str:
    return next(iter(_ID.findall(value)), "")


def _moment(value: str) -> datetime | None:
    try:
        at = parsedate_to_datetime(value)
    except (TypeError, ValueError, IndexError, OverflowError):
        return None
    return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)


def _clean(text: str) -> str:
    return " ".join(_clean_lines(text).split())[:HEADER_CHARS]


def _clean_lines(text: str) -> str:
    """Return text without what no database takes: NUL and unpaired surrogates."""
    return text.replace("\x00", "").encode("utf-8", "replace").decode("utf-8")
