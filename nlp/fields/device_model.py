"""The model of the device: from the catalogue where there is one, from its label or shape where not.

With a catalogue, codes and names are found wherever they stand, and what looks like a code is matched although a reader
or recogniser bent it; the value is then always a code of the catalogue. It does not know which devices a customer owns.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from nlp.document import origins_of
from nlp.extraction.catalogue import Catalogue
from nlp.extraction.catalogue_decision import TextSource
from nlp.extraction.doubtful_readings import spellings_of
from nlp.extraction.field import Example, FieldSpec, FieldTexts, Localised, Pattern, without_overlaps
from nlp.records import Check, Document, Extractor, Mention

SPELLED_CONFIDENCE = 0.93
"""A listed code that the reader itself thought possible: as sure as one found to the letter (Catalogue.find_in)."""
_NOT_A_MAKER = re.compile(r"(?:TEL|FAX|NO|GST|SST|INV|REF|QTY|ORD|ORDER|SO|PO|SN|UTF|ISO)-")


def normalise(matched: str, document: Document) -> str | None:
    """Write capitals and single spaces; None for one plain word, and for "TEL-03" and the like."""
    first, _, rest = matched.partition(" ")
    if rest and first.isalpha() and first.islower():  # "model for 2024": a word of the sentence
        return None
    value = re.sub(r"\s+", " ", matched).strip(" -/.").upper()
    if _NOT_A_MAKER.match(value):
        return None
    return value if any(character.isdigit() for character in value) and len(value) >= 3 else None


_SHAPE = FieldSpec(
    name="device_model",
    texts=FieldTexts(
        label=Localised("设备型号", "Device model"),
        question=Localised(
            "请问是哪个型号？型号一般在机身铭牌或包装上。",
            "Which model is it? The model is printed on the device's label or the box.",
        ),
    ),
    labels=(
        r"(?:产品|设备|机器)?(?:型号|机型)(?:规格)?",
        r"(?<![a-z])model\s{0,2}(?:number|no|num|name|#)?(?![a-z])",
    ),
    labelled_shape=r"[0-9A-Z](?:[0-9A-Z]|[-/.()+](?=[0-9A-Z(])| (?=[0-9]{2})|\)){2,29}(?![0-9A-Z])",
    patterns=(
        Pattern(
            "model shape",
            r"(?<![0-9A-Z-])[A-Z]{2,6}-\d{2,4}[A-Z]{0,4}(?:[/-][0-9A-Z()]{1,12}){0,3}(?![0-9A-Z-])",
            0.6,
        ),
    ),
    context=("型号", "机型", "空调", "冰箱", "洗衣机", "设备", "model", "device", "machine", "unit", "appliance"),
    normalise=normalise,
    examples=(
        Example("型号：KFR-35GW/N8XHA1", "KFR-35GW/N8XHA1"),
        Example("我家空调KFR-26GW不制冷", "KFR-26GW"),
        Example("Model No. WF-80B5T leaks", "WF-80B5T"),
    ),
    counter_examples=("订单号：20240518936", "a role model for 2024", "我的电话是13800138000"),
)


@dataclass(frozen=True, slots=True)
class DeviceModelInCatalogue:
    """Finds only models the catalogue holds."""

    catalogue: Catalogue
    name: str = _SHAPE.name

    def extract(self, document: Document) -> Sequence[Mention]:
        """Find codes and names as they stand, then what looks like a code and nearly is one."""
        listed = (Check("in_catalogue", True),)
        exact = [
            Mention(self.name, found.code, found.start, found.end, found.score, found.why, listed)
            for found in self.catalogue.find_in(document.text)
        ]
        bent = [read for mention in _SHAPE.extract(document) if (read := self._read(mention, document))]
        return without_overlaps([*exact, *bent])

    def _read(self, mention: Mention, document: Document) -> Mention | None:
        """Match what looks like a model to the catalogue; None where it is not in it."""
        spelled = self._spelled(mention, document)
        if spelled is not None:
            return spelled
        match = self.catalogue.match(mention.value, source=_source_of(document, mention))
        if match.code is None:
            return None
        detail = f"read as {match.code}, written {mention.value}", f"文中写作 {mention.value}，按 {match.code} 识别"
        check = Check("in_catalogue", True, *detail)
        score = min(mention.score, match.confidence)
        return replace(
            mention, value=match.code, score=score, why=f"{mention.why}, catalogue", checks=(*mention.checks, check)
        )

    def _spelled(self, mention: Mention, document: Document) -> Mention | None:
        """Take the one code of the catalogue that a likely spelling of a doubtful reading is."""
        spellings = spellings_of(document, mention.start, mention.end)
        if not spellings or self.catalogue.listed(mention.value):
            return None
        codes = {code for spelling in spellings for code in self.catalogue.listed(spelling.text)}
        if len(codes) != 1:
            return None
        (code,) = codes
        detail = (
            f"read as {mention.value}, where the reader was not sure; {code} is listed",
            f"识别为 {mention.value}，个别字符没有把握；目录中有 {code}",
        )
        check = Check("in_catalogue", True, *detail)
        score = min(mention.score, SPELLED_CONFIDENCE)
        why = f"{mention.why}, likely spelling"
        return replace(mention, value=code, score=score, why=why, checks=(*mention.checks, check))


def _source_of(document: Document, mention: Mention) -> TextSource:
    kinds = {origin.part.kind for origin in origins_of(document, mention.start, mention.end)}
    if "image" in kinds:
        return "ocr"
    return "speech" if "audio" in kinds else "text"


@dataclass(frozen=True, slots=True)
class DeviceModel:
    """The field: reads by shape, and with a catalogue by the catalogue."""

    shape: FieldSpec = _SHAPE
    name: str = _SHAPE.name
    texts: FieldTexts = _SHAPE.texts
    examples: tuple[Example, ...] = _SHAPE.examples
    counter_examples: tuple[str, ...] = _SHAPE.counter_examples
    is_identifier: bool = True
    is_single: bool = True
    effort: float = 1.5

    def extract(self, document: Document) -> Sequence[Mention]:
        return self.shape.extract(document)

    def with_catalogue(self, catalogue: Catalogue) -> Extractor:
        """Return an extractor whose every value is a code of this catalogue."""
        return DeviceModelInCatalogue(catalogue)


FIELD = DeviceModel()
