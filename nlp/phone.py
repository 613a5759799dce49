"""Telephone numbers as libphonenumber knows them.

In: a number as written and the region it was written in. Out: E.164, or None where no region gives out such a number.
"""

from __future__ import annotations

import re
from functools import lru_cache

_DIALLED_OUT = re.compile(r"^\(?00(?=[1-9])")


@lru_cache(maxsize=4096)
def e164_of(written: str, region: str) -> str | None:
    """Return E.164 where libphonenumber calls the number valid, else None."""
    import phonenumbers  # its tables take 40 ms to load: only where a number is met

    dialled = _DIALLED_OUT.sub("+", written)
    try:
        number = phonenumbers.parse(dialled, region or None)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
