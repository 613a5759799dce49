"""Why a reading was refused, in both languages.

A kind and what fills its words go in, a Rejection comes out; a Rejection goes in, its Chinese words come out. The words
stand in api/errors/messages as rejected.KIND. What predictive refuses brings its kind along, and English words that are
the same (a test says so).
"""

from __future__ import annotations

from api.errors import words
from predictive.records import Rejection


def english(kind: str, /, **values: object) -> str:
    """Return why, in English."""
    return words("en")(f"rejected.{kind}", **values)


def rejection(index: int, kind: str, /, **values: object) -> Rejection:
    """Return that a reading is refused.

    >>> rejection(3, "not_number", name="value").reason
    'value is not a number'
    """
    return Rejection(index, english(kind, **values), kind, tuple(values.items()))


def chinese(refused: Rejection) -> str:
    """Return why, in Chinese; words without a kind are a library's or an exception's, and stay what they are.

    >>> chinese(rejection(3, "not_number", name="value"))
    'value 不是数字'
    """
    return words("zh")(f"rejected.{refused.kind}", **dict(refused.values)) if refused.kind else refused.reason
