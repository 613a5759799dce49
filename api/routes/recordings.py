"""What a form says of its one file beside its bytes: a choice among words, headerless sound, the customer's side.

Each is checked here, and refused by name.
"""

from __future__ import annotations

from typing import Any, cast, get_args

from api.errors import Problem, say
from api.prefill import Attachment
from api.routes.forms import Form
from api.schemas.prefill import CustomerChannel
from speech.sound.audio import RATES_HZ, RawEncoding, RawFormat

ENCODINGS: tuple[RawEncoding, ...] = get_args(RawEncoding)
CHANNELS: tuple[CustomerChannel, ...] = get_args(CustomerChannel)
RECORDING_FIELDS: dict[str, Any] = {
    "customer_channel": {
        "type": "string",
        "enum": list(CHANNELS),
        "default": "auto",
        "description": "Side of two on which the customer speaks; auto: the one that does not greet",
    },
    "raw_rate": {
        "type": "integer",
        "minimum": RATES_HZ[0],
        "maximum": RATES_HZ[1],
        "description": "Samples a second, where the file is sound without a header; G.722 has 16000",
    },
    "raw_encoding": {"type": "string", "enum": list(ENCODINGS), "default": "s16le"},
    "raw_channels": {"type": "integer", "enum": [1, 2], "default": 1},
}


def one_file(form: Form) -> Attachment:
    """Return the form's one file."""
    if len(form.files) != 1:
        raise Problem("validation_failed", say("detail.not_one_file", count=len(form.files)), where="file")
    file = form.files[0].attachment
    if not file.content:
        raise Problem("file_empty", say("detail.file_empty", name=file.name), where=file.name)
    return file


def choice(form: Form, name: str, choices: tuple[str, ...], *, default: str) -> str:
    """Return a field that is one of some words."""
    return one_of(name, form.fields.get(name) or default, choices)


def one_of(name: str, chosen: str, choices: tuple[str, ...]) -> str:
    """Return a word that is one of some, or refuse it."""
    if chosen not in choices:
        raise Problem(
            "validation_failed",
            say("detail.none_of", name=name, chosen=repr(chosen[:20]), choices=", ".join(choices)),
            where=name,
        )
    return chosen


def customer_channel(form: Form) -> CustomerChannel:
    """Return the side on which the customer speaks."""
    return cast(CustomerChannel, choice(form, "customer_channel", CHANNELS, default="auto"))


def raw_format(form: Form) -> RawFormat | None:
    """Return what headerless sound is; None where nothing is said of it."""
    encoding = cast(RawEncoding, choice(form, "raw_encoding", ENCODINGS, default="s16le"))
    channels = choice(form, "raw_channels", ("1", "2"), default="1")
    rate = form.fields.get("raw_rate", "")
    if not rate:
        return None
    if not rate.isdecimal() or len(rate) > 6 or int(rate) < RATES_HZ[0] or int(rate) > RATES_HZ[1]:
        lowest, highest = RATES_HZ
        raise Problem(
            "validation_failed",
            say("detail.raw_rate", given=repr(rate[:20]), lowest=lowest, highest=highest),
            where="raw_rate",
        )
    return RawFormat(rate_hz=int(rate), encoding=encoding, channels=2 if channels == "2" else 1)
