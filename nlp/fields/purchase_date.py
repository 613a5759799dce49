"""When the thing was bought: a date said of buying, or how long ago that was ("买了两年", "had it for two years").

A length is turned into a date only where the text says what now is, and no more exactly than it was said: days and
weeks give a day, months and years give the month. It does not know invoices; a page's own date needs its label.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from nlp.dates import almanac
from nlp.dates.read import read_times
from nlp.dates.readings import Length
from nlp.dates.writing import language_in
from nlp.extraction.field import Example, FieldTexts, Localised, without_overlaps
from nlp.extraction.occasion import Occasion
from nlp.records import Document, Mention

LENGTH_SCORE = 0.4
"""Below a date that was said: people round how long they have had a thing."""
BEFORE_CHARS, BEHIND_CHARS = 24, 8
_OWNED = re.compile(
    r"(?:(?:买|购买|入手|买来|买回来|到手)(?:了|已经|有|才|快|都|这台|这个|它|大概|差不多){0,3}\s?$)"
    r"|(?<![a-z])(?:had|owned|bought|purchased)\s(?:(?:it|this|the|my|one|mine|[a-z]{2,12})\s){0,3}"
    r"(?:for\s)?(?:about\s|around\s|over\s|only\s)?$",
    re.IGNORECASE,
)
_INEXACT = re.compile(r"(?:不到|不足|超过|快|近|less than|more than|under|over|almost|nearly)\s?$", re.IGNORECASE)
_ONWARDS = re.compile(r"\s?(?:的?保修|的?质保|延保|会员|以?后|内|warranty|guarantee|of\s|plan)", re.IGNORECASE)

TEXTS = FieldTexts(
    label=Localised("购买日期", "Purchase date"),
    question=Localised("您是什么时候购买的？", "When did you buy it?"),
)

_SAID = Occasion(
    name="purchase_date",
    texts=TEXTS,
    about=(
        *("买", "购", "下单", "订购", "入手", "下的单", "拍的", "发票日期", "开票"),
        *("bought", "buy", "purchased", "purchase", "ordered", "order date", "got it", "invoice date", "purchase date"),
    ),
    not_about=(
        *(
            "坏",
            "故障",
            "开始",
            "出现",
            "发现",
            "报错",
            "漏",
            "签收",
            "收到",
            "到货",
            "发货",
            "上门",
            "预约",
            "安装",
            "生产",
            "出厂",
            "到期",
        ),
        *(
            "broke",
            "broken",
            "stopped",
            "started",
            "failed",
            "received",
            "delivered",
            "arrived",
            "shipped",
            "installed",
        ),
        *("manufactured", "made", "expires", "expired", "visit", "appointment", "since"),
    ),
    examples=(),
    counter_examples=(),
)


@dataclass(frozen=True, slots=True)
class PurchaseDate:
    """The field; two purchases of a text do not contradict each other."""

    name: str = "purchase_date"
    texts: FieldTexts = TEXTS
    examples: tuple[Example, ...] = (
        Example("空调是2024年5月18日买的，昨天坏了", "2024-05-18"),
        Example("购买日期：2024/05/18", "2024-05-18"),
        Example("I bought it on May 18, 2024 and it broke yesterday", "2024-05-18"),
        Example("Purchased 2024-05-18", "2024-05-18"),
    )
    counter_examples: tuple[str, ...] = (
        "2024年5月18日坏的",
        "It was delivered on May 18, 2024",
        "订单号：20240518936",
        "买了两年延保",
    )
    is_identifier: bool = False
    is_single: bool = False
    effort: float = 1.0

    def extract(self, document: Document) -> Sequence[Mention]:
        """Find the dates said of buying, and the dates that lie as far back as the thing has been owned."""
        return without_overlaps([*_SAID.extract(document), *_owned_for(document)])


def _owned_for(document: Document) -> list[Mention]:
    reference = document.reference_time
    if reference is None:
        return []
    text = document.text
    found: list[Mention] = []
    for atom in read_times(text, reference=reference, language=language_in(document)):
        before = text[max(0, atom.start - BEFORE_CHARS) : atom.start]
        behind = text[atom.end : atom.end + BEHIND_CHARS]
        if not isinstance(atom.reading, Length) or atom.mod or _INEXACT.search(before) or _ONWARDS.match(behind):
            continue
        value = date_before(reference, atom.reading) if _OWNED.search(before) else None
        if value:
            why = f"owned for {atom.reading.timex}"
            found.append(
                Mention("purchase_date", value, atom.start, atom.end, LENGTH_SCORE, why, resolution={"value": value})
            )
    return found


def date_before(reference: datetime, by: Length) -> str | None:
    """Return the day or the month that lies a length back; None for hours.

    >>> date_before(datetime(2026, 11, 22), almanac.length({"Y": 2.0}))
    '2024-11'
    >>> date_before(datetime(2026, 11, 22), almanac.length({"D": 3.0}))
    '2026-11-19'
    """
    at = almanac.moved(reference.replace(tzinfo=None), by, -1)
    if at is None or by.seconds:
        return None
    return f"{at.year:04}-{at.month:02}" if by.months else at.date().isoformat()


FIELD = PurchaseDate()
