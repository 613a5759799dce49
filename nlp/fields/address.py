"""Where: a postal address, from province to room in Chinese, from flat to postcode in English.

`value` is the address as written on one line; `resolution` names its parts (province, city, district, town, road,
number, building, unit, floor, room, place, postcode...), with the divisions above filled in where only one is
possible. A shop prints its own address and an agent dictates where to send a thing back to: both count half. It does
not know whether anybody lives there.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from nlp.document import origins_of
from nlp.entities.addresses import Address, addresses_in
from nlp.extraction.field import Example, FieldTexts, Localised, is_negated
from nlp.records import Check, Document, Mention
from nlp.text import fold

PRINTED_FACTOR = 0.5
"""A receipt or an invoice shows the seller's address; the customer's own is seldom on a photo."""
ANOTHERS_FACTOR = 0.5
"""The shop's, the warehouse's, the old one: an address, but not where the technician shall go."""
CONTEXT_CHARS = 24

_ANOTHERS = re.compile(
    r"(?:退货|退回|寄回|商家|店铺|门店|分店|营业厅|旗舰店|专卖店|卖家|你们|贵司|仓库|网点|售后"
    r"|原来?的?|旧的?|以前的?|之前的?|错误的?)[^,。!?;\n]{0,12}$"
    r"|(?<![a-z])(?:return address|your (?:store|shop|office"
    r"|address|branch)|our (?:store|shop|office|warehouse)|warehouse"
    r"|head office|old address|previous address|former address|used "
    r"to live|store at|shop at|branch)(?![a-z])[^.!?\n]{0,16}$",
    re.IGNORECASE,
)
_SPACE = re.compile(r"[ \t]*\n[ \t]*")

TEXTS = FieldTexts(
    label=Localised("地址", "Address"),
    question=Localised(
        "请问您的详细地址是？请从省市写到门牌号。",
        "What is the full address, from the house number to the postcode?",
    ),
)


def written(text: str) -> str:
    """Write an address on one line: without gaps in Chinese, with commas for lines in English.

    >>> written("12 High Street\\nLeeds  LS1 4AB"), written("杭州市 文一西路 969号")
    ('12 High Street, Leeds LS1 4AB', '杭州市文一西路969号')
    """
    line = re.sub(r",,", ",", _SPACE.sub(", ", text.strip()).replace(", ,", ","))
    if text.isascii():
        return re.sub(r" {2,}", " ", line)
    return re.sub(r"(?<![A-Za-z])[ ,]+|[ ,]+(?![A-Za-z])", "", line)


@dataclass(frozen=True, slots=True)
class AddressField:
    """The field; two addresses of one side contradict each other, and the other fields keep what they find inside."""

    name: str = "address"
    texts: FieldTexts = TEXTS
    examples: tuple[Example, ...] = (
        Example("请寄到浙江省杭州市余杭区文一西路969号3幢501室", "浙江省杭州市余杭区文一西路969号3幢501室"),
        Example("我住在阳光花园12栋2单元301，空调漏水", "阳光花园12栋2单元301"),
        Example("Send it to 12 High Street, Leeds LS1 4AB please", "12 High Street, Leeds LS1 4AB"),
        Example("I live at 45 Oak Lane, Apt 3, Austin, TX 78701", "45 Oak Lane, Apt 3, Austin, TX 78701"),
    )
    counter_examples: tuple[str, ...] = (
        "我是杭州的，订单号20240518936",
        "这条路走不通，3号再来",
        "I waited 3 days at the street",
        "it took 10 people the wrong way",
    )
    is_identifier: bool = False
    is_single: bool = True
    effort: float = 1.5

    def extract(self, document: Document) -> Sequence[Mention]:
        """Find every address, in order."""
        view = fold(document.text)
        mentions: list[Mention] = []
        for address in addresses_in(view.text):
            start, end = view.span(address.start, address.end)
            resolution = {"value": written(view.text[address.start : address.end]), **address.parts}
            mentions.append(
                Mention(
                    self.name,
                    resolution["value"],
                    start,
                    end,
                    round(_score(document, view.text, address, start, end), 4),
                    "address " + " ".join(address.parts),
                    _checks(view.text, address),
                    resolution,
                    is_labelled=address.is_labelled,
                )
            )
        return tuple(mentions)


def _score(document: Document, text: str, address: Address, start: int, end: int) -> float:
    before = text[max(0, address.start - CONTEXT_CHARS) : address.start]
    score = address.score * (ANOTHERS_FACTOR if _ANOTHERS.search(before) else 1.0)
    is_printed = any(origin.part.kind == "image" for origin in origins_of(document, start, end))
    return score * (PRINTED_FACTOR if is_printed else 1.0)


def _checks(text: str, address: Address) -> tuple[Check, ...]:
    checks: list[Check] = []
    if not address.is_consistent:
        detail, detail_zh = "the city or district does not lie in the one before it", "后面的市或区县不属于前面的省市"
        checks.append(Check("divisions_agree", False, detail, detail_zh))
    if is_negated(text, address.start):
        checks.append(Check("not_negated", False, "the text says it is not this one", "文中说不是这个"))
    return tuple(checks)


FIELD = AddressField()
