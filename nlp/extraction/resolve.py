"""Make one value of each field out of everything that was said, shown and recorded.

In: Mentions, their Document, a Template, perhaps records. Out: a Resolution: value, status, calibrated confidence,
evidence, checks and rivals for each field. Agreement raises belief, disagreement is a conflict that shows both sides.
It does not find mentions, and it asks nobody but the records.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from nlp.extraction.belief import MAX_BELIEF, Belief, canonical, weigh
from nlp.extraction.calibrate import DEFAULT_PROMISE, MIN_AUTO_BELIEF, Calibration, shipped_calibration
from nlp.extraction.choices import choice_mentions
from nlp.extraction.field import check_in
from nlp.extraction.record_belief import ORDER_CHECK, Beliefs, Customer, consult
from nlp.extraction.record_lookup import RecordLookup
from nlp.extraction.record_words import DESCRIBED, describe
from nlp.extraction.recorded_readings import as_recorded
from nlp.extraction.registry import ticket_field
from nlp.extraction.templates import Template, TemplateField
from nlp.phone import e164_of
from nlp.records import Candidate, Document, Evidence, FieldValue, Mention, Record, RecordSystem, Resolution, Status
from nlp.text import language_of

CONFLICT_SHARE = 0.6
"""A rival with six tenths of the best belief is another side, not noise: an agent's word against a customer's is .6."""
MAX_CANDIDATES = 5
MIN_BELIEF = 0.15
"""Below it a value is not even worth offering as a choice."""
CUSTOMER_PHONE_SCORE = 0.85
"""The number the ticket system knows the customer by; people also leave another one for the technician."""


def resolve(
    mentions: Sequence[Mention],
    document: Document,
    *,
    template: Template,
    records: RecordSystem | None = None,
    customer_id: str | None = None,
    customer_phone: str | None = None,
    calibration: Calibration | None = None,
    promise: float | Mapping[str, float] = DEFAULT_PROMISE,
) -> Resolution:
    """Decide each field of the template; `promise` is one for all, or by kind of field with "" for every other."""
    phone = (e164_of(customer_phone, document.region) or customer_phone) if customer_phone else None
    locale = document.locale or language_of(document.text)
    lookup = RecordLookup(records, locale=locale)
    beliefs = _beliefs(as_recorded(mentions, document, lookup), document)
    if phone:
        _add_customer_phone(beliefs, phone)
    consult(beliefs, Customer(customer_id, phone, document.region), lookup)
    judge = _Judge(calibration or shipped_calibration(), promise, locale, lookup.heard())
    fields: dict[str, FieldValue] = {}
    for field in template.fields:
        said = weigh(choice_mentions(document, field), document) if field.choices else beliefs.get(field.field, {})
        fields[field.name] = judge.decide(field, said.values())
    return Resolution(fields, tuple(lookup.warnings))


def _beliefs(mentions: Iterable[Mention], document: Document) -> Beliefs:
    by_field: dict[str, list[Mention]] = {}
    for mention in mentions:
        by_field.setdefault(mention.field, []).append(mention)
    return {name: weigh(found, document) for name, found in by_field.items()}


def _add_customer_phone(beliefs: Beliefs, phone: str) -> None:
    belief = beliefs.setdefault("phone_number", {}).setdefault(canonical(phone), Belief(phone))
    belief.add("customer", CUSTOMER_PHONE_SCORE, [Evidence("customer", "record", phone)])


class _Judge:
    """Holds the calibration and the promise while the fields of one ticket are decided."""

    def __init__(
        self,
        calibration: Calibration,
        promise: float | Mapping[str, float],
        locale: str,
        records: Mapping[str, Record],
    ) -> None:
        self._calibration = calibration
        self._records = records
        self._locale = locale
        self._promises = promise if isinstance(promise, Mapping) else {"": promise}

    def decide(self, field: TemplateField, beliefs: Iterable[Belief]) -> FieldValue:
        """Return the best value with its rivals, or an honest nothing; candidates may stand behind a nothing."""
        ranked = sorted(beliefs, key=lambda belief: (not belief.is_stated, -belief.raw, belief.value))
        ranked = [belief for belief in ranked if belief.evidence and belief.raw >= MIN_BELIEF][:MAX_CANDIDATES]
        shares = _shares(ranked)
        candidates = tuple(self._candidate(field, *one) for one in zip(ranked, shares, strict=True))
        if not ranked or not self._is_shown(field, ranked[0]):
            return FieldValue(field.name, None, "missing", 0.0, candidates)
        best, other = ranked[0], _other_side(field, ranked)
        status = "conflict" if other else self._status(field, best, shares[0])
        return FieldValue(
            field=field.name,
            value=best.value,
            status=status,
            confidence=candidates[0].confidence,
            candidates=candidates,
            evidence=(*best.evidence, *(other.evidence if other else ())),
            checks=tuple(check_in(check, self._locale) for check in best.checks),
            belief=shares[0],
        )

    def _is_shown(self, field: TemplateField, best: Belief) -> bool:
        """Say whether a value is shown: it is rather right than wrong, or the customer stated it and records refute it.

        To call the latter missing would ask the customer for what they gave.
        """
        is_refuted = best.is_stated and any(check.name == ORDER_CHECK and not check.passed for check in best.checks)
        return is_refuted or self._calibration.is_worth_offering(field.kind, best.raw)

    def _status(self, field: TemplateField, best: Belief, share: float) -> Status:
        is_sure = share >= max(self._calibration.threshold(field.kind, self._promise(field)), MIN_AUTO_BELIEF)
        is_checked = all(check.passed for check in best.checks)
        return "auto" if is_sure and is_checked and best.is_stated and _is_single(field) else "suggest"

    def _promise(self, field: TemplateField) -> float:
        return self._promises.get(field.kind, self._promises.get("", DEFAULT_PROMISE))

    def _candidate(self, field: TemplateField, belief: Belief, share: float) -> Candidate:
        confidence = self._calibration.confidence(field.kind, share)
        places = [self._records[one.source] for one in belief.evidence if one.source in self._records]
        return Candidate(belief.value, round(confidence, 4), describe(places) if field.field in DESCRIBED else "")


def _shares(ranked: Sequence[Belief]) -> tuple[float, ...]:
    """Share belief out by odds: of two equal sides each keeps half; a guess takes nothing from what was stated."""
    odds = [_odds(belief.raw) for belief in ranked]
    rivals = [
        max(
            (
                odds[at]
                for at, rival in enumerate(ranked)
                if rival is not belief and rival.is_stated >= belief.is_stated
            ),
            default=0.0,
        )
        for belief in ranked
    ]
    return tuple(own / (1 + own + rival) for own, rival in zip(odds, rivals, strict=True))


def _odds(belief: float) -> float:
    return belief / (1 - min(belief, MAX_BELIEF))


def _is_single(field: TemplateField) -> bool:
    """Say whether the field has one value only: which of a text's times is the fault's, rules cannot tell; and a
    template may allow several things to be returned."""
    return field.is_single and (not field.field or ticket_field(field.field).is_single)


def _other_side(field: TemplateField, ranked: Sequence[Belief]) -> Belief | None:
    """Return the value that contradicts the best one; guesses contradict nothing."""
    rivals = [rival for rival in ranked[1:] if rival.is_stated and rival.raw >= CONFLICT_SHARE * ranked[0].raw]
    return rivals[0] if rivals and _is_single(field) else None
