"""What Request Tracker's REST 2.0 answers, as far as it is read: shapes, and their values in our words.

Measured on RT 5.0.3: ids come as text or number, an unset date is 1970, a cleared custom field holds one null, the
content of an attachment is base64 of UTF-8 or of whatever the mail was written in. It opens no connection.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import html
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated

from pydantic import BeforeValidator, Field

from api.connectors.http_calls import Answer, Text

NEVER = datetime(1970, 1, 2, tzinfo=UTC)
"""RT writes an unset date as 1970-01-01, in any time zone."""
TEXT_BYTES = 1024 * 1024
"""Of one message: a prefill takes 200,000 characters of all of them."""
INACTIVE = frozenset({"resolved", "rejected", "deleted"})
"""Of RT's default life cycle."""
TAGS = re.compile(r"<[^<>]{0,2000}>")
BREAKS = re.compile(r"<(?:br|/p|/div|/tr|/li)\b[^<>]{0,200}>", re.IGNORECASE)


def _values(value: object) -> object:
    return [one for one in value if one is not None] if isinstance(value, list) else value


class Reference(Answer):
    """Another record, named."""

    id: Text = ""
    name: Text = Field(default="", alias="Name")


class CustomFieldBody(Answer):
    name: Text = ""
    values: Annotated[tuple[Text, ...], BeforeValidator(_values)] = ()


class TicketBody(Answer):
    id: Text
    subject: Text = Field(default="", alias="Subject")
    status: Text = Field(default="", alias="Status")
    queue: Reference = Field(default=Reference(), alias="Queue")
    created: Text = Field(default="", alias="Created")
    requestors: tuple[Reference, ...] = Field(default=(), alias="Requestor")
    custom_fields: tuple[CustomFieldBody, ...] = Field(default=(), alias="CustomFields")

    @property
    def held(self) -> Mapping[str, str]:
        """Return the custom fields that this ticket has, by name; "" where empty."""
        return {one.name: ", ".join(one.values) for one in self.custom_fields}


class UserBody(Answer):
    name: Text = Field(default="", alias="Name")
    real_name: Text = Field(default="", alias="RealName")
    email: Text = Field(default="", alias="EmailAddress")
    mobile: Text = Field(default="", alias="MobilePhone")
    work: Text = Field(default="", alias="WorkPhone")
    home: Text = Field(default="", alias="HomePhone")
    language: Text = Field(default="", alias="Lang")


class TransactionBody(Answer):
    id: Text
    type: Text = Field(default="", alias="Type")
    creator: Reference = Field(default=Reference(), alias="Creator")
    created: Text = Field(default="", alias="Created")


class AttachmentBody(Answer):
    id: Text
    transaction: Text = Field(default="", alias="TransactionId")
    media_type: Text = Field(default="", alias="ContentType")
    name: Text = Field(default="", alias="Filename")
    size: Text = Field(default="0", alias="ContentLength")
    subject: Text = Field(default="", alias="Subject")

    @property
    def size_bytes(self) -> int:
        return int(self.size) if self.size.isascii() and self.size.isdigit() else 0


class ContentBody(Answer):
    content: Text = Field(default="", alias="Content")


class Found(Answer):
    """One entry of a search."""

    id: Text
    created: Text = Field(default="", alias="Created")


def moment_of(text: str) -> datetime | None:
    """Return a date, None where RT has none.

    >>> moment_of("2026-11-22T11:06:28Z")
    datetime.datetime(2026, 11, 22, 11, 6, 28, tzinfo=datetime.timezone.utc)
    >>> moment_of("1970-01-01T00:00:00Z") is None
    True
    """
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return moment.astimezone(UTC) if moment >= NEVER else None


def content_of(body: ContentBody) -> bytes:
    """Return an attachment's bytes; RT wraps base64 in lines."""
    try:
        return base64.b64decode(body.content, validate=False)
    except binascii.Error:
        return b""


def text_of(content: bytes, *, is_html: bool = False) -> str:
    """Return a message's text: UTF-8, else what Windows writes in the West, which takes any byte.

    >>> text_of("型号 E5".encode()), text_of("Gerät".encode("latin-1"))
    ('型号 E5', 'Gerät')
    >>> text_of(b"<p>one<br>two &amp; three</p>", is_html=True)
    'one\\ntwo & three'
    """
    cut = content[:TEXT_BYTES]
    try:
        text = cut.decode("utf-8")
    except UnicodeDecodeError as error:
        is_cut = len(cut) < len(content) and error.start > len(cut) - 4  # in the middle of a character
        text = cut[: error.start].decode("utf-8") if is_cut else cut.decode("cp1252", "replace")
    if is_html:
        text = html.unescape(TAGS.sub("", BREAKS.sub("\n", text)))
    return text.replace("\r\n", "\n").replace("\x00", "").strip()


def quoted(value: str) -> str:
    r"""Return a value as TicketSQL takes it.

    >>> print(quoted("it's"))
    'it\'s'
    """
    escaped = value.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


def mark_of(key: str) -> str:
    """Return what stands in a subject for a key: short, and without characters that a search reads."""
    return f"bh-{hashlib.sha256(key.encode('utf-8', 'replace')).hexdigest()[:16]}"
