"""The number of a parcel, as the carrier prints it.

It knows the shapes of the large carriers; it does not ask them.
"""

from __future__ import annotations

import re

from nlp.extraction.field import Example, FieldSpec, FieldTexts, Localised, Pattern
from nlp.records import Check, Document

_UPU = re.compile(r"[A-Z]{2}\d{9}[A-Z]{2}")
_UPU_WEIGHTS = (8, 6, 4, 2, 3, 5, 9, 7)  # UPU standard S10


def normalise(matched: str, document: Document) -> str | None:
    """Drop spaces and write capitals."""
    value = re.sub(r"[\s-]+", "", matched).upper()
    return value if sum(character.isdigit() for character in value) >= 8 else None


def validate(value: str) -> tuple[Check, ...]:
    """Check the digit of an international postal item; others carry none."""
    if not _UPU.fullmatch(value):
        return ()
    total = sum(int(digit) * weight for digit, weight in zip(value[2:10], _UPU_WEIGHTS, strict=True))
    expected = {10: 0, 11: 5}.get(11 - total % 11, 11 - total % 11)
    return (Check("upu_check_digit", int(value[10]) == expected, f"expected {expected}, printed {value[10]}"),)


FIELD = FieldSpec(
    name="tracking_number",
    texts=FieldTexts(
        label=Localised("运单号", "Tracking number"),
        question=Localised("请问快递单号是多少？", "What is the tracking number of the parcel?"),
    ),
    labels=(
        r"(?:运单|快递|物流|包裹)\s{0,2}(?:编号|单号|号码|号)",
        r"(?<![a-z])(?:tracking|waybill|consignment)\s{0,2}(?:number|no|num|id|#|code)?(?![a-z])",
    ),
    labelled_shape=r"[0-9A-Z](?:[0-9A-Z]|[ -](?=\d)){7,33}(?![0-9A-Z])",
    patterns=(
        Pattern("sf", r"(?<![0-9A-Z])SF\d{12,13}(?![0-9A-Z])", 0.95),
        Pattern("ups", r"(?<![0-9A-Z])1Z[0-9A-Z]{16}(?![0-9A-Z])", 0.95),
        Pattern("upu", r"(?<![0-9A-Z])[A-Z]{2}\d{9}(?:CN|US|GB|DE|FR|JP|HK|SG|AU|CA)(?![0-9A-Z])", 0.93),
        Pattern("carrier", r"(?<![0-9A-Z])(?:YT|JT|JD[A-Z]?|ZTO|STO|EMS|DPK)\d{11,15}(?![0-9A-Z])", 0.85),
    ),
    context=("快递", "物流", "运单", "包裹", "发货", "parcel", "tracking", "shipment", "courier", "delivery"),
    normalise=normalise,
    gs1=("00", "401", "402"),
    validate=validate,
    examples=(
        Example("快递单号SF1234567890123一直没动", "SF1234567890123"),
        Example("运单号：7531 2468 9012", "753124689012"),
        Example("Tracking number 1Z999AA10123456784 has not moved", "1Z999AA10123456784"),
    ),
    counter_examples=("订单号：20240518936", "My phone is 13800138000"),
)
