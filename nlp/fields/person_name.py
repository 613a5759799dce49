"""Who: the customer's or the contact's name, as labelled, as introduced, or as addressed.

`value` is the full name where it is said, else surname and title ("王先生", "Mr Lee"); `resolution` holds surname,
given name and title. A surname alone takes the full name that bears it elsewhere in the same document. An agent who
introduces himself is not the customer: that is left out. It does not know whether the business knows this person.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from nlp.document import origins_of
from nlp.entities.person_names import Introduction, PersonName, person_names_in
from nlp.extraction.field import Example, FieldTexts, Localised, is_negated
from nlp.records import Check, Document, Mention
from nlp.text import fold

SCORES: Mapping[Introduction, float] = {
    "label": 0.92, "self": 0.88, "beside a phone number": 0.82, "title": 0.78, "surname": 0.78, "signature": 0.75,
}  # fmt: skip
"""A label says what follows; a title may address anybody of the conversation."""
PRINTED_FACTOR = 0.5
"""A receipt names the cashier, a label the maker's founder."""
STAFF_FACTOR = 0.4
"""师傅, 工程师, 经理: whom the customer speaks of, hardly ever the customer."""
_STAFF = frozenset({"师傅", "工程师", "经理", "主任", "老板"})
_OF_SELF = frozenset({"self", "surname", "signature"})

TEXTS = FieldTexts(
    label=Localised("姓名", "Name"),
    question=Localised("请问您怎么称呼？", "May I have your name, please?"),
)


@dataclass(frozen=True, slots=True)
class PersonNameField:
    """The field."""

    name: str = "person_name"
    texts: FieldTexts = TEXTS
    examples: tuple[Example, ...] = (
        Example("联系人：李娜，电话13800138000", "李娜"),
        Example("我姓王，空调不制冷", "王"),
        Example("我是王先生，昨天报修过", "王先生"),
        Example("杭州市文一西路969号，欧阳小明 13800138000", "欧阳小明"),
        Example("Hi, my name is Anna Lee and my washer leaks", "Anna Lee"),
        Example("this is Peter O'Neil calling about order 4455", "Peter O'Neil"),
    )
    counter_examples: tuple[str, ...] = (
        "我是新用户，高温报警",
        "先生您好，请问有什么可以帮您",
        "this is not working",
        "My name is not on the invoice",
        "订单号：20240518936",
    )
    is_identifier: bool = False
    is_single: bool = True
    effort: float = 0.5

    def extract(self, document: Document) -> Sequence[Mention]:
        """Find every name, in order."""
        view = fold(document.text)
        names = person_names_in(view.text)
        full = _full_names(names)
        mentions: list[Mention] = []
        for one in names:
            start, end = view.span(one.start, one.end)
            parts = [origin.part for origin in origins_of(document, start, end)]
            if one.by in _OF_SELF and any(part.role == "agent" for part in parts):
                continue
            score = SCORES[one.by] * (STAFF_FACTOR if one.title in _STAFF else 1.0)
            score *= PRINTED_FACTOR if any(part.kind == "image" for part in parts) else 1.0
            value = full.get((one.surname, ""), _said(one)) if not one.given else _said(one)
            checks = (Check("not_negated", False, "the text says it is not this one", "文中说不是这个"),)
            mentions.append(
                Mention(
                    self.name,
                    value,
                    start,
                    end,
                    round(score, 4),
                    one.by if value == _said(one) else f"{one.by}, as {value}",
                    checks if is_negated(view.text, one.start) else (),
                    {"value": value, "surname": one.surname, "given": one.given, "title": one.title},
                    is_labelled=one.by == "label",
                )
            )
        return tuple(mentions)


def _said(one: PersonName) -> str:
    """Return the name; with its title where the title is all that stands beside a surname."""
    if one.given or not one.title:
        return one.name
    return one.name + one.title if one.language == "zh" else f"{one.title.title()} {one.name}"


def _full_names(names: Sequence[PersonName]) -> dict[tuple[str, str], str]:
    """Return the one full name of each surname; a surname that two people bear stays as said."""
    by_surname: dict[str, set[str]] = {}
    for one in names:
        if one.given and one.surname and one.title not in _STAFF:
            by_surname.setdefault(one.surname, set()).add(one.name)
    return {(surname, ""): next(iter(full)) for surname, full in by_surname.items() if len(full) == 1}


FIELD = PersonNameField()
