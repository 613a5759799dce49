"""Language, urgency and intent of a document, or an honest None.

In: a Document and its values. Out: a Classification. Urgency only where someone wrote it or named a danger; intent
only from a classifier fitted on a business's own examples (see classifier.py).
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from nlp.classifier import Classifier, LabelResult
from nlp.extraction.field import is_negated
from nlp.records import Classification, Document, FieldValue
from nlp.text import fold, language_of

_URGENT = re.compile(
    r"紧急|加急|急用|马上要|火急|漏水|漏电|漏气|煤气味|着火|起火|冒烟|冒火|触电|爆炸|烫伤|受伤"
    r"|(?<![a-z])(?:urgent|urgently|asap|emergency|immediately|on fire|caught fire|smoke|smoking|sparks|sparking"
    r"|electric shock|gas leak|smell of gas|water leak|leaking water|flooding|burning smell|injured)(?![a-z])",
    re.IGNORECASE,
)


def classify(
    document: Document, values: Mapping[str, FieldValue], *, label: LabelResult | None = None
) -> Classification:
    """Say the language, whether it is urgent, and what it is about where a classifier labelled it."""
    said = _words_of_customer(document)
    intent = None if label is None or label.is_out_of_scope else label.label
    return Classification(intent, "urgent" if _is_urgent(said) else None, language_of(said or document.text))


def label_document(document: Document, classifier: Classifier) -> LabelResult | None:
    """Label what the customer said, pages left out; None where they said nothing."""
    said = _words_of_customer(document)
    return classifier.run(said) if said else None


def _words_of_customer(document: Document) -> str:
    parts = [o.part for o in document.origins if o.part.role != "agent" and o.part.kind != "image"]
    return "".join(part.joiner + part.text for part in parts).strip()


def _is_urgent(said: str) -> bool:
    text = fold(said).text
    return any(not is_negated(text, match.start()) for match in _URGENT.finditer(text))
