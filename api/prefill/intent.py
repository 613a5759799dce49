"""What a ticket is about in, the template it needs out: a label is a template's name, or a file maps it to one.

An administrator puts a classifier into force by `beforehand classify fit --use`; without one the default template
stays. A text of no label, or one that the classifier is less sure of than MIN_CONFIDENCE, gets the default too.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import structlog

from api.engines import Engines
from api.prefill.templates import find_template, template_names
from api.store import Store
from nlp.records import LabelsInvalid

if TYPE_CHECKING:
    from nlp import LabelResult, Template
    from nlp.records import Document

log = structlog.get_logger(__name__)

MIN_CONFIDENCE = 0.5
"""More likely right than wrong: a wrong template asks for the wrong fields, the default one for the usual ones."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """A template by the name that finds it; a template of one's own may bear another inside."""

    name: str
    template: Template


Choose = Callable[["LabelResult | None"], Chosen]


def label_of(document: Document, *, engines: Engines) -> LabelResult | None:
    """Say what the customer's words are about; None where no classifier is in force, or nothing was said."""
    from nlp.classification import label_document

    try:
        classifier = engines.intents.classifier()
    except LabelsInvalid as error:
        log.warning("intent_classifier_unreadable", reason=str(error), fix="beforehand classify fit --use")
        return None
    return None if classifier is None else label_document(document, classifier)


def chosen_by_intent(*, engines: Engines, store: Store) -> Choose:
    """Return what picks the template of a ticket that names none."""

    def choose(label: LabelResult | None) -> Chosen:
        name = engines.settings.default_template
        if label is not None and not label.is_out_of_scope and label.confidence >= MIN_CONFIDENCE:
            wanted = engines.intents.templates().get(label.label, label.label)
            name = wanted if wanted in template_names(store=store) else name
        return Chosen(name, find_template(name, store=store))

    return choose
