"""String types that are safe to store and to hand to an engine: no NUL, no unpaired surrogates, bounded."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, StringConstraints


def clean_text(text: str) -> str:
    """Return the text; refuse characters that neither a database nor an engine takes.

    >>> clean_text("屏幕不亮 screen is dark")
    '屏幕不亮 screen is dark'
    """
    if "\x00" in text:
        raise ValueError("holds a NUL character")
    if any("\ud800" <= character <= "\udfff" for character in text):
        raise ValueError("holds an unpaired surrogate")
    return text


Text = Annotated[str, AfterValidator(clean_text)]
Name = Annotated[str, StringConstraints(min_length=1, max_length=200), AfterValidator(clean_text)]
Key = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[A-Za-z0-9][A-Za-z0-9._:\-]*$")]
"""An id that may stand in an address or a file name."""
StoredName = Annotated[str, StringConstraints(max_length=100, pattern=r"^[A-Za-z0-9][A-Za-z0-9._\-]{0,99}$")]
"""A name that may be a file's: no separator, no leading dot."""
Locale = Annotated[str, StringConstraints(max_length=35, pattern=r"^$|^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$")]
"""BCP 47, e.g. zh-CN, en-US; 35 characters is the length RFC 5646 asks buffers to hold."""
