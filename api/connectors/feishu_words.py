"""The content of a Feishu message in, its plain text and the files it names out.

`content` is a JSON text whose shape depends on the message's type. Cards, stickers and shares hold nothing a customer
said; they give an empty text.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from pydantic import JsonValue

TEXT_CHARS = 20_000
FILES = 10
"""Of one message; a rich text may hold any number of images."""


@dataclass(frozen=True, slots=True)
class NamedFile:
    """A file of a message: `kind` is what the resource call wants to hear."""

    key: str
    kind: str
    name: str


@dataclass(frozen=True, slots=True)
class Said:
    """What a message says."""

    text: str
    files: tuple[NamedFile, ...] = ()


def read_content(message_type: str, content: str, *, mentions: Sequence[str] = ()) -> Said:
    """Return what a message says; `mentions` are the keys that stand for people in its text.

    >>> read_content("text", '{"text": "@_user_1 屏幕不亮"}', mentions=["@_user_1"])
    Said(text='屏幕不亮', files=())
    >>> read_content("image", '{"image_key": "img_v2_1"}').files
    (NamedFile(key='img_v2_1', kind='image', name='img_v2_1.jpg'),)
    """
    try:
        parsed: JsonValue = json.loads(content)
    except (ValueError, RecursionError):
        return Said("")
    if not isinstance(parsed, dict):
        return Said("")
    text = _string(parsed, "text") if message_type == "text" else ""
    files = tuple(_files_of(message_type, parsed))
    if message_type == "post":
        text, files = _rich_text(parsed)
    for key in mentions:
        text = text.replace(key, "") if key else text
    return Said(text.strip()[:TEXT_CHARS], files[:FILES])


def _string(parsed: Mapping[str, JsonValue], name: str) -> str:
    value = parsed.get(name)
    return value if isinstance(value, str) else ""


def _files_of(message_type: str, parsed: Mapping[str, JsonValue]) -> Iterator[NamedFile]:
    if message_type == "image" and (key := _string(parsed, "image_key")):
        yield NamedFile(key, "image", f"{key}.jpg")
    if message_type in ("audio", "file", "media") and (key := _string(parsed, "file_key")):
        usual = {"audio": f"{key}.ogg", "media": f"{key}.mp4"}.get(message_type, key)
        yield NamedFile(key, "file", _string(parsed, "file_name") or usual)


def _rich_text(parsed: Mapping[str, JsonValue]) -> tuple[str, tuple[NamedFile, ...]]:
    """Return title and paragraphs; a post that is kept by language gives its first one."""
    if "content" not in parsed:
        parsed = next((one for one in parsed.values() if isinstance(one, dict)), {})
    lines = [_string(parsed, "title")]
    files: list[NamedFile] = []
    paragraphs = parsed.get("content")
    for paragraph in paragraphs if isinstance(paragraphs, list) else []:
        elements = [one for one in (paragraph if isinstance(paragraph, list) else []) if isinstance(one, dict)]
        lines.append("".join(_string(one, "text") for one in elements if one.get("tag") != "at"))
        files += [found for one in elements if one.get("tag") == "img" for found in _files_of("image", one)]
    return "\n".join(line for line in lines if line.strip()), tuple(files)
