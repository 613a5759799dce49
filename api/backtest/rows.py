"""One row of an export in, its PastTicket out; what does not fit is a Problem that names the line.

Times are brought to the zone given, those without one are taken in it: "yesterday" and "6月22日0:05" are said where
the customers live. It knows no file.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import datetime, tzinfo

from pydantic import JsonValue

from api.backtest.columns import Columns
from api.backtest.records import Author, PastMessage, PastTicket
from api.errors import Problem, say

VALUE_CHARS = 2_000
NAME_CHARS = 200
MESSAGES = 1_000
AUTHORS: Mapping[str, Author] = {
    **dict.fromkeys(
        ("customer", "user", "client", "requester", "visitor", "end-user", "客户", "用户", "顾客"), "customer"
    ),
    **dict.fromkeys(("agent", "helpdesk", "staff", "support", "operator", "bot", "assistant", "system"), "agent"),
    **dict.fromkeys(("坐席", "客服", "工程师", "机器人", "系统"), "agent"),
}
_CHINESE_TIME = re.compile(
    r"(\d{4})[年/.\-](\d{1,2})[月/.\-](\d{1,2})日?(?:[T\s]*(\d{1,2})[:：时点](\d{1,2})(?:[:：分](\d{1,2}))?)?"
)
_SECONDS_FROM = 10**8
_MILLISECONDS_FROM = 10**11
"""1973 and 5138 in the other unit: a number between is seconds since 1970, one above it milliseconds."""


def ticket_of_row(row: Mapping[str, JsonValue], *, columns: Columns, line: int, zone: tzinfo) -> PastTicket:
    """Return a row's ticket.

    Raises:
        Problem: no id, no time of creation, or nothing that was said.
    """
    nouns: dict[str, JsonValue] = {}
    for name, value in row.items():
        if (noun := columns.ticket_noun(name)) and value not in (None, ""):
            nouns.setdefault(noun, value)
    created = read_time(nouns.get("created_at"), zone=zone)
    if created is None:
        shown = repr(text_of(nouns.get("created_at"))[:50])
        raise _misfit(line, "detail.export_no_time", shown=shown)
    if "id" not in nouns:
        raise _misfit(line, "detail.export_no_id")
    messages = _messages(nouns, line=line, zone=zone)
    if not messages:
        raise _misfit(line, "detail.export_no_text")
    nested, nested_before = row.get("fields"), row.get("fields_at_creation")
    finals = {**_values(row, columns), **(_values(nested, columns) if isinstance(nested, dict) else {})}
    before = {early: text_of(value) for name, value in row.items() if (early := columns.field_at_creation(name))}
    if isinstance(nested_before, dict):
        before |= _values(nested_before, columns)
    says_before = bool(before) or isinstance(nested_before, dict)
    return PastTicket(
        id=text_of(nouns["id"])[:NAME_CHARS],
        line=line,
        created_at=created,
        messages=messages,
        finals=finals,
        at_creation={name: value for name, value in before.items() if value} if says_before else None,
        resolution=text_of(nouns.get("resolution")),
        article_id=text_of(nouns.get("article_id"))[:NAME_CHARS],
        customer_id=text_of(nouns.get("customer_id"))[:NAME_CHARS],
        customer_phone=text_of(nouns.get("customer_phone"))[:NAME_CHARS],
        locale=text_of(nouns.get("locale"))[:20],
        queue=text_of(nouns.get("queue"))[:NAME_CHARS],
        attachments=_attachments(nouns.get("attachments")),
    )


def _attachments(listed: JsonValue) -> tuple[str, ...]:
    """Return the names of files: of a list, of objects with a path or a name, or of one cell with semicolons."""
    if isinstance(listed, str):
        listed = _parsed(listed)
    entries = listed.split(";") if isinstance(listed, str) else listed if isinstance(listed, list) else []
    names = [entry.get("path") or entry.get("name") if isinstance(entry, dict) else entry for entry in entries]
    return tuple(name.strip() for name in names[:MESSAGES] if isinstance(name, str) and name.strip())


def _values(values: Mapping[str, JsonValue], columns: Columns) -> dict[str, str]:
    """Return the final values by our fields; of two columns of one field the first that is filled."""
    found: dict[str, str] = {}
    for name, value in values.items():
        if field := columns.field(name):
            found[field] = found.get(field) or text_of(value)[:VALUE_CHARS]
    return found


def _messages(nouns: Mapping[str, JsonValue], *, line: int, zone: tzinfo) -> tuple[PastMessage, ...]:
    listed = nouns.get("messages")
    if isinstance(listed, str):
        listed = _parsed(listed)
    subject = [PastMessage("customer", text)] if (text := text_of(nouns.get("subject"))) else []
    if isinstance(listed, list):
        told = [_message(entry, line=line, zone=zone) for entry in listed[:MESSAGES]]
        return tuple(message for message in (*subject, *told) if message.text)
    said = text_of(nouns.get("text")) or (listed if isinstance(listed, str) else "")
    return (*subject, *([PastMessage("customer", said)] if said else []))


def _parsed(text: str) -> JsonValue:
    """Return a cell's JSON list of messages; the cell as it is where it holds none."""
    if not text.lstrip().startswith("["):
        return text
    try:
        listed: JsonValue = json.loads(text)
    except (ValueError, RecursionError):
        return text
    return listed


def _message(entry: JsonValue, *, line: int, zone: tzinfo) -> PastMessage:
    if isinstance(entry, str):
        return PastMessage("customer", entry)
    if not isinstance(entry, dict):
        raise _misfit(line, "detail.export_message")
    author = text_of(entry.get("role") or entry.get("author") or entry.get("sender")).strip().lower()
    return PastMessage(
        author=AUTHORS.get(author, "unknown") if author else "customer",
        text=text_of(entry.get("text") or entry.get("content") or entry.get("body")),
        at=read_time(entry.get("at") or entry.get("created_at") or entry.get("time"), zone=zone),
    )


def text_of(value: JsonValue) -> str:
    """Return a cell as text; what is no text, number or truth is nothing.

    >>> text_of(20250618936), text_of(None), text_of(["a"])
    ('20250618936', '', '')
    """
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    return str(value).strip().replace("\x00", "")


def read_time(value: JsonValue, *, zone: tzinfo) -> datetime | None:
    """Return a moment; None where the value is none.

    >>> from datetime import UTC
    >>> [str(read_time(value, zone=UTC)) for value in ("2026-11-22T10:00:00+08:00", "2026年3月8日 6:30", "1774000000")]
    ['2026-11-22 02:00:00+00:00', '2026-03-08 06:30:00+00:00', '2026-03-20 09:46:40+00:00']
    """
    text = text_of(value)
    try:
        if text.replace(".", "", 1).isdigit() and text.isascii() and float(text) >= _SECONDS_FROM:
            number = float(text)
            return datetime.fromtimestamp(number / 1000 if number >= _MILLISECONDS_FROM else number, zone)
        moment = datetime.fromisoformat(text)
    except (ValueError, OverflowError, OSError):
        return _written_time(text, zone)
    return _aware(moment, zone)


def _written_time(text: str, zone: tzinfo) -> datetime | None:
    match = _CHINESE_TIME.match(text)
    if match is None:
        return None
    try:
        return _aware(datetime(*(int(part or 0) for part in match.groups())), zone)  # type: ignore[arg-type]
    except ValueError:
        return None


def _aware(moment: datetime, zone: tzinfo) -> datetime:
    return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(zone)


def _misfit(line: int, key: str, **shown: object) -> Problem:
    return Problem("export_row_refused", say(key, line=line, **shown), where=f"line {line}")
