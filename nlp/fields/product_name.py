"""What the thing is: "空调", "美的空调", "washing machine", "Bosch WAT28 washing machine".

`value` is maker, model and thing as they stand together, on one line; `resolution` holds `product`, `brand`, `model`
and `kind`, the English word that names the kind of thing. Words come from a closed list; behind a label ("商品名称：")
whatever stands there is the product. A thing said twice, once with its maker, is one product. It does not know the
business's own catalogue (see device_model.py).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from nlp.document import origins_of
from nlp.entities.product_words import ProductWord, needs_article, product_words_in
from nlp.extraction.field import Example, FieldTexts, Localised, is_negated, without_overlaps
from nlp.records import Check, Document, Mention
from nlp.text import fold

LABELLED_SCORE = 0.92
BRANDED_SCORE = 0.87
BARE_SCORE = 0.7
PART_SCORE = 0.45
"""A remote control is named because of the television; alone it may still be what was bought."""
CONTEXT_GAIN = 0.5
"""Words of owning, buying or failing halve the doubt, as in FieldSpec."""
PRINTED_FACTOR = 0.9
"""A type plate or a box says what it is of; a shop's receipt lists everything."""
CONTEXT_CHARS = 12
MAX_LABELLED_CHARS = 40

_LABEL = re.compile(
    r"(?:(?:商品|产品|货品|物品|设备|机器)(?:名称|名)|品名|商品|产品|购买的?(?:商品"
    r"|产品)|(?:设备|产品)类[型别]|报修(?:产品|设备|物品))[ ]?[:=][ ]?"
    r"|(?<![a-z])(?:(?:product|item|appliance|article|device)(?: name| type| description)?)[ ]?[:=][ ]?",
    re.IGNORECASE,
)
_LABELLED = re.compile(r"[^,。;!?\n\t|]{1,40}")
_GAP = re.compile(r"(?:牌子?|的)?[ ]?")
_MODEL = re.compile(
    r"[A-Za-z]{0,8}-?\d[A-Za-z0-9]{0,12}(?:[-/][A-Za-z0-9]{1,12}){0,3}(?:[ ]?(?:Pro"
    r"|Max|Plus|Ultra|Mini|SE))?[ ]?(?:的)?"
)
_OWNED = re.compile(
    r"(?:我家?的?|家里的?|买的?|购买的?|下单的?|这[台个款部件]"
    r"|那[台个款部件]|一[台个款部件只双]|新的?|公司的?|用的?|订的?|收到的?)$"
    r"|(?<![a-z])(?:my|our|this|new|bought|ordered|purchased|received|return|replace|repair|fix)[ ]$",
    re.IGNORECASE,
)
_FAILS = re.compile(
    r"[^,。;!?\n]{0,6}?(?:坏|不制冷|不制热|不转|不工作|不能|不亮|不出|不动|没反应"
    r"|漏|异响|噪音|故障|报错|显示|开不了|无法|打不开|死机|断电|跳闸|质量|维修|安装"
    r"|退货|换货|发错|破损|少发)"
    r"|[ ](?:is|was|has|isn't|won't|does|doesn't|keeps|stopped|leaks"
    r"|broke|not|makes|shows|will|cannot|can't|arrived|never)(?![a-z])",
    re.IGNORECASE,
)
# A word for a thing that means something else here: a telephone number, an application, a verb.
_ELSE_BEHIND = re.compile(
    r"号|端|版|[ ]?\+?\d{7}|银行|短信|客户端|营业厅|流量|上网|店|[ ]?[:是为][ ]?\+?\d{3}|费"
    r"|[ ](?:is[ ])?(?:numbers?|no\.?|call|calls|store|shop|service|bill|company|line|at)(?![a-z])"
    r"|[ :]{1,2}(?:is )?\+?\d{3}",
    re.IGNORECASE,
)
_ELSE_BEFORE = re.compile(r"(?:打|接|联系|来|回)$|(?<![a-z])(?:by|via|on|over|in)(?: the| my)?[ ]$", re.IGNORECASE)
_DETERMINED = re.compile(
    r"(?<![a-z])(?:my|the|a|an|this|our|new|your|old|bought|ordered|purchased|[a-z]{3,12}(?:ed|ic|less))[ ]$",
    re.IGNORECASE,
)

TEXTS = FieldTexts(
    label=Localised("产品名称", "Product"),
    question=Localised(
        "请问是什么产品？例如空调、洗衣机。", "Which product is it, for example a washing machine or a phone?"
    ),
)


@dataclass(frozen=True, slots=True)
class _Product:
    """text[start:end] is a thing, with maker and model where they stand before it."""

    start: int
    end: int
    thing: str
    kind: str
    sense: str = ""
    brand: str = ""
    model: str = ""
    is_part: bool = False


@dataclass(frozen=True, slots=True)
class ProductName:
    """The field."""

    name: str = "product_name"
    texts: FieldTexts = TEXTS
    examples: tuple[Example, ...] = (
        Example("我家空调不制冷", "空调"),
        Example("美的空调漏水，请尽快维修", "美的空调"),
        Example("商品名称：不锈钢养生壶1.8升", "不锈钢养生壶1.8升"),
        Example("My washing machine leaks", "washing machine"),
        Example("the Bosch WAT28 dishwasher shows E15", "Bosch WAT28 dishwasher"),
        Example("Item: oak coffee table", "oak coffee table"),
    )
    counter_examples: tuple[str, ...] = (
        "我的手机号是13800138000",
        "订单号：20240518936",
        "please press the button, just in case",
        "my phone number is on the order",
    )
    is_identifier: bool = False
    is_single: bool = True
    effort: float = 0.7

    def extract(self, document: Document) -> Sequence[Mention]:
        """Find every product, in order."""
        view = fold(document.text)
        labelled = [
            self._mention(document, view.span(one.start, one.end), one, LABELLED_SCORE, is_labelled=True)
            for one in _labelled(view.text)
        ]
        products = list(_products(view.text))
        branded = {one.sense: one for one in products if one.brand or one.model}
        found = [
            self._mention(
                document, view.span(one.start, one.end), one, _score(view.text, one), full=branded.get(one.sense)
            )
            for one in products
        ]
        checks = (Check("not_negated", False, "the text says it is not this one", "文中说不是这个"),)
        return without_overlaps(
            [
                replace(mention, checks=checks) if is_negated(document.text, mention.start) else mention
                for mention in (*labelled, *found)
            ]
        )

    def _mention(
        self,
        document: Document,
        span: tuple[int, int],
        one: _Product,
        score: float,
        *,
        is_labelled: bool = False,
        full: _Product | None = None,
    ) -> Mention:
        said = one if full is None or one.brand or one.model else full
        value = _written(said)
        is_printed = any(origin.part.kind == "image" for origin in origins_of(document, *span))
        return Mention(
            self.name,
            value,
            *span,
            round(score * (PRINTED_FACTOR if is_printed else 1.0), 4),
            "label" if is_labelled else f"thing {one.kind}" + ("" if said is one else f", as {value}"),
            (),
            {"value": value, "product": said.thing, "kind": said.kind, "brand": said.brand, "model": said.model},
            is_labelled,
        )


def _written(one: _Product) -> str:
    if one.thing.isascii():
        return " ".join(piece for piece in (one.brand, one.model, one.thing) if piece)
    return one.brand + one.model + one.thing


def _labelled(text: str) -> Iterator[_Product]:
    for label in _LABEL.finditer(text):
        match = _LABELLED.match(text, label.end())
        if match is None or not match.group().strip() or match.group().strip().isdigit():
            continue
        written = match.group().rstrip()
        words = [word for word in product_words_in(written) if word.group != "brands"]
        kind = words[-1].kind if words else ""
        yield _Product(label.end(), label.end() + len(written), written, kind)


def _products(text: str) -> Iterator[_Product]:
    words = product_words_in(text)
    for at, word in enumerate(words):
        if word.group == "brands" or not _is_thing(text, word):
            continue
        brand = words[at - 1] if at and words[at - 1].group == "brands" else None
        yield _with_maker(text, word, brand)


def _is_thing(text: str, word: ProductWord) -> bool:
    before = text[max(0, word.start - CONTEXT_CHARS) : word.start]
    if _ELSE_BEHIND.match(text, word.end) or _ELSE_BEFORE.search(before):
        return False
    return not needs_article(text[word.start : word.end]) or bool(_DETERMINED.search(before))


def _with_maker(text: str, word: ProductWord, brand: ProductWord | None) -> _Product:
    thing = text[word.start : word.end]
    bare = _Product(word.start, word.end, thing, word.kind, word.sense, is_part=word.group == "parts")
    if brand is None or word.start - brand.end > MAX_LABELLED_CHARS:
        return bare
    gap = _GAP.match(text, brand.end)
    at = gap.end() if gap else brand.end
    model = _MODEL.match(text, at)
    end = _GAP.match(text, model.end()).end() if model else at  # type: ignore[union-attr]
    if word.start not in (at, end):
        return bare
    name = model.group().removesuffix("的").strip() if model and word.start == end and end > at else ""
    return replace(bare, start=brand.start, brand=text[brand.start : brand.end], model=name)


def _score(text: str, one: _Product) -> float:
    before = text[max(0, one.start - CONTEXT_CHARS) : one.start]
    has_context = bool(_OWNED.search(before)) or bool(_FAILS.match(text, one.end))
    score = PART_SCORE if one.is_part else BRANDED_SCORE if one.brand else BARE_SCORE
    return 1 - (1 - score) * CONTEXT_GAIN if has_context and not one.is_part else score


FIELD = ProductName()
