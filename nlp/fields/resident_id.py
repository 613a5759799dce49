"""The number of a Chinese resident identity card, 18 characters or (cards of before 1999) 15 digits.

It is found so that it is taken for nothing else and can be redacted. A template that does not ask for it never gets it:
values are made for a template's own fields. It knows form, place, birth date and check digit, and asks no register.
"""

from __future__ import annotations

import re

from nlp.check_digits import resident_id_checks
from nlp.extraction.field import Example, FieldSpec, FieldTexts, Localised, Pattern
from nlp.records import Document

_SPOKEN_X = re.compile(r"[叉×]|[艾埃爱]克斯", re.IGNORECASE)


def normalise(matched: str, document: Document) -> str | None:
    """Drop separators; the last sign may be X, said "叉" or "艾克斯"."""
    value = re.sub(r"[\s-]+", "", _SPOKEN_X.sub("X", matched)).upper()
    return value if len(value) in (15, 18) else None


_X = r"(?:[0-9X×叉]|[艾埃爱]克斯)"

FIELD = FieldSpec(
    name="resident_id",
    texts=FieldTexts(
        label=Localised("身份证号", "Resident identity number"),
        question=Localised("请提供办理人的身份证号码。", "What is the resident identity card number?"),
    ),
    labels=(
        r"(?:居民)?身份证\s{0,2}(?:件|上)?(?:的)?\s{0,2}(?:编号|号码|号)?(?:后面)?",
        r"证件\s{0,2}(?:编号|号码|号)",
        r"(?<![a-z])(?:resident|citizen|national|personal)\s{1,2}(?:identity|identification|id)(?:\s{1,2}card)?"
        r"(?:\s{1,2}(?:number|no|num))?(?![a-z])",
        r"(?<![a-z])(?:ID|identity)\s{1,2}(?:card\s{0,2})?(?:number|no|num)?(?![a-z])",
    ),
    labelled_shape=rf"[1-9](?:[ -]?\d){{16}}[ -]?{_X}(?![0-9A-Z])|[1-9]\d{{14}}(?![0-9A-Z])",
    patterns=(
        Pattern(
            "form",
            r"(?<![0-9A-Z])[1-9]\d{5}[ -]?(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])"
            rf"[ -]?\d{{3}}[ -]?{_X}(?![0-9A-Z])",
            0.9,
        ),
    ),
    context=("身份证", "证件", "实名", "identity", "resident id", "id card", "id number"),
    counter_context=("订单", "单号", "运单", "order", "tracking"),
    normalise=normalise,
    validate=resident_id_checks,
    examples=(
        Example("身份证号11010519491231002X，请核实", "11010519491231002X"),
        Example("证件号码：110105 19491231 002x", "11010519491231002X"),
        Example("身份证是幺幺零幺零五幺九四九幺二三幺零零二叉", "11010519491231002X"),
        Example("My resident ID number is 11010519491231002X", "11010519491231002X"),
        Example(
            "ID card number one one zero one zero five one nine four nine one two three one zero zero two X",
            "11010519491231002X",
        ),
    ),
    counter_examples=("订单号：20240518936", "身份证丢了怎么办", "the id of the order is 94859303935"),
    effort=3.0,
)
