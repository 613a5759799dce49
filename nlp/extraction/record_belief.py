"""Let the business's records confirm, doubt and complete what was said.

In: beliefs by field, the customer, a RecordLookup. Out: the same beliefs with checks, and values that only records
hold: the phone gives the customer, the customer the orders, an order the model and serial number. It does not decide
(see resolve.py).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from rapidfuzz.distance import Levenshtein

from nlp.extraction.belief import RECORD_SCORE, Belief, canonical
from nlp.extraction.record_lookup import RecordLookup
from nlp.records import Check, Evidence, Record

UNKNOWN_ORDER_FACTOR = 0.5
FOREIGN_ORDER_FACTOR = 0.7
"""An order that nobody has on file is more often a slip than a gap; one of another customer may be a gift."""
NEIGHBOUR_SCORE = 0.6
"""One of the customer's own orders, one slip away from what was said: worth asking, never filled unasked."""
CHOICE_SCORE = 0.2
"""One of several orders of the customer: a choice to offer, nothing to suggest."""
ONLY_ORDER_SCORE = 0.7
"""The customer's single order: the ticket may be about another purchase, so it is suggested and not filled."""

# What each field is called in records, first name first.
_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "phone_number": ("phone_number", "phone"),
    "email": ("email", "e_mail"),
}
_CARRIED_FIELDS = ("order_number", "device_model", "serial_number", "phone_number", "email", "tracking_number")

Beliefs = dict[str, dict[str, Belief]]  # field -> canonical value -> belief


@dataclass(frozen=True, slots=True)
class Customer:
    """Who the ticket is from, as far as the ticket system knows. `phone` is E.164 where it could be read."""

    id: str | None = None
    phone: str | None = None


def value_in(record: Record, field: str) -> str:
    """Return a record's value of a field, under any of the names records give it."""
    return next((record.values[name] for name in _COLUMNS.get(field, (field,)) if record.values.get(name)), "")


def consult(beliefs: Beliefs, customer: Customer, lookup: RecordLookup) -> None:
    """Check orders and serial numbers, then carry what their records hold into the other fields."""
    own = _own_records(customer, lookup)
    confirmed = [
        record
        for field in ("order_number", "serial_number")
        for belief in list(beliefs.get(field, {}).values())
        for record in _confirm(field, belief, customer, own, lookup)
    ]
    if lookup.is_answering:
        _suggest_neighbours(beliefs.setdefault("order_number", {}), own)
    if confirmed:
        _carry(beliefs, confirmed, score=RECORD_SCORE)
    elif len(own) == 1:
        _carry(beliefs, own, score=ONLY_ORDER_SCORE)
    elif not beliefs.get("order_number"):
        _offer_choices(beliefs.setdefault("order_number", {}), own)


def _own_records(customer: Customer, lookup: RecordLookup) -> tuple[Record, ...]:
    own = lookup.of_customer(customer.id)
    return own or lookup.find("phone_number", customer.phone or "")


def _confirm(
    field: str, belief: Belief, customer: Customer, own: Sequence[Record], lookup: RecordLookup
) -> tuple[Record, ...]:
    """Check one value against the records; return those that have it."""
    found = tuple(r for r in own if canonical(value_in(r, field)) == canonical(belief.value))
    found = found or lookup.find(field, belief.value)
    if not lookup.is_answering:
        return ()
    name = "exists_in_orders" if field == "order_number" else "exists_in_records"
    if not found:
        belief.checks.append(Check(name, False, f"no record has {belief.value}"))
        belief.factor *= UNKNOWN_ORDER_FACTOR if field == "order_number" else 1.0
        return ()
    belief.checks.append(Check(name, True, f"{found[0].kind}/{found[0].id}"))
    belief.value = value_in(found[0], field)
    owners = {value_in(record, "customer_id") for record in found} - {""}
    is_own = not customer.id or not owners or customer.id in owners
    if customer.id and owners:
        detail = "" if is_own else "the record names another customer"
        belief.checks.append(Check("belongs_to_customer", is_own, detail))
    if is_own:
        belief.add(f"{found[0].kind}/{found[0].id}", RECORD_SCORE, [_record_evidence(found[0], field)])
        return found
    belief.factor *= FOREIGN_ORDER_FACTOR
    return ()


def _suggest_neighbours(orders: dict[str, Belief], own: Iterable[Record]) -> None:
    """Offer the customer's own orders that are one slip away from an order nobody has."""
    for belief in list(orders.values()):
        if not any(check.name == "exists_in_orders" and not check.passed for check in belief.checks):
            continue
        for record in own:
            number = value_in(record, "order_number")
            distance = Levenshtein.distance(canonical(number), canonical(belief.value), score_cutoff=1)
            if number and distance == 1:
                near = orders.setdefault(canonical(number), Belief(number))
                near.add(f"{record.kind}/{record.id}", NEIGHBOUR_SCORE, [_record_evidence(record, "order_number")])
                near.checks.append(Check("one_slip_away", True, f"the customer wrote {belief.value}"))


def _offer_choices(orders: dict[str, Belief], own: Sequence[Record]) -> None:
    """Keep the customer's own orders at hand as choices for the question."""
    for record in own:
        number = value_in(record, "order_number")
        if number:
            belief = orders.setdefault(canonical(number), Belief(number))
            belief.add(f"{record.kind}/{record.id}", CHOICE_SCORE, [_record_evidence(record, "order_number")])


def _carry(beliefs: Beliefs, records: Sequence[Record], *, score: float) -> None:
    """Let records speak for the fields they hold; several records of one value speak once."""
    for field in _CARRIED_FIELDS:
        values = {canonical(value_in(record, field)): record for record in records if value_in(record, field)}
        for key, record in values.items():
            belief = beliefs.setdefault(field, {}).setdefault(key, Belief(value_in(record, field)))
            evidence = _record_evidence(record, field)
            belief.add(evidence.source, score / len(values), [evidence])


def _record_evidence(record: Record, field: str) -> Evidence:
    return Evidence(f"{record.kind}/{record.id}", "record", value_in(record, field))
