"""What a person calls a record by: the product and the day, not the number.

In: records of one order or device. Out: a few words, "" where the records hold none. It reads the usual names of
columns; a business that calls them otherwise maps them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from nlp.records import Record

DESCRIBED = ("order_number", "serial_number")
"""Numbers that a customer can only choose among by what they stand for."""
MAX_WORDS_CHARS = 40
"""Two choices must fit one text message of 70 characters."""
_PRODUCT = ("product_name", "product", "item", "item_name", "title", "goods", "device_name", "device_model", "model")
_DAY = ("purchase_date", "ordered_at", "order_date", "date", "paid_at", "created_at", "shipped_at")
_ISO_DAY = re.compile(r"\d{4}-\d{2}-\d{2}|\d{4}/\d{1,2}/\d{1,2}")


def describe(records: Iterable[Record]) -> str:
    """Return product and day.

    >>> describe([Record("orders", "1", {"product": "美的空调", "ordered_at": "2023-11-05T10:00:00"})])
    '美的空调 2023-11-05'
    """
    values = {name: value for record in records for name, value in record.values.items() if value}
    product = next((values[name] for name in _PRODUCT if name in values), "")
    day = next((match.group() for name in _DAY if (match := _ISO_DAY.match(values.get(name, "")))), "")
    short = product if len(product) <= MAX_WORDS_CHARS else product[: MAX_WORDS_CHARS - 1] + "…"
    return " ".join(word for word in (short, day) if word)
