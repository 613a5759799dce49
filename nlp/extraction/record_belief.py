"""Let the business's records confirm, doubt and complete what was said.

In: beliefs by field, the customer, a RecordLookup. Out: the same beliefs with checks, and values that only records
hold: the phone gives the customer, the customer the orders, an order the device and a device its model (see
record_links.py). It does not decide (see resolve.py).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from rapidfuzz.distance import OSA

from nlp.extraction.belief import RECORD_SCORE, Belief, canonical
from nlp.extraction.record_forms import value_of
from nlp.extraction.record_links import linked, merged, one_customer, value_in
from nlp.extraction.record_lookup import RecordLookup
from nlp.records import Check, Evidence, Record

UNKNOWN_ORDER_FACTOR = 0.5
FOREIGN_ORDER_FACTOR = 0.7
"""An order that nobody has on file is more often a slip than a gap; one of another customer may be a gift."""
UNCHECKED_FACTOR = 0.95
"""Records that answer would have told a slip. Set by judgement, between no doubt and UNKNOWN_ORDER_FACTOR: no data here
say how many unchecked numbers are wrong."""
NEIGHBOUR_SCORE = 0.6
"""One of the customer's own orders, one slip away from what was said: worth asking, never filled unasked."""
CHOICE_SCORE = 0.2
"""One of several orders of the customer: a choice to offer, nothing to suggest."""
ONLY_ORDER_SCORE = 0.7
"""The customer's single order: the ticket may be about another purchase, so it is suggested and not filled."""
MAX_PHONES = 2
"""Numbers said in a ticket that the customer is looked for by: their own and one to call back."""

ORDER_CHECK = "exists_in_orders"
_CHECKED: Mapping[str, str] = {"order_number": ORDER_CHECK, "serial_number": "exists_in_records"}
_CARRIED = ("order_number", "device_model", "serial_number", "phone_number", "email", "tracking_number")
_CARRIED_WHERE_UNSAID = ("purchase_date", "product_name")
"""Said in words of one's own ("last autumn"), which is no contradiction: the record speaks only where nobody did."""

Beliefs = dict[str, dict[str, Belief]]  # field -> canonical value -> belief


@dataclass(frozen=True, slots=True)
class Customer:
    """Who the ticket is from, as far as the ticket system knows. `phone` is E.164 where it could be read."""

    id: str | None = None
    phone: str | None = None
    region: str = "CN"


def consult(beliefs: Beliefs, customer: Customer, lookup: RecordLookup) -> None:
    """Check orders and serial numbers, then carry what their records hold into the other fields."""
    if not lookup.is_there:
        return
    customer = _known(customer, lookup)
    own = _own_records(beliefs, customer, lookup)
    confirmed = [
        record
        for field in _CHECKED
        for belief in list(beliefs.get(field, {}).values())
        for record in _confirm(field, belief, customer, own, lookup)
    ]
    if lookup.is_answering:
        for field in _CHECKED:
            _suggest_neighbours(field, beliefs.setdefault(field, {}), own)
    meant = _meant(own, beliefs)
    if confirmed:
        _carry(beliefs, linked(confirmed, lookup), score=RECORD_SCORE, region=customer.region)
    elif meant:
        _carry(beliefs, linked(meant, lookup), score=ONLY_ORDER_SCORE, region=customer.region)
    elif not beliefs.get("order_number"):
        _offer_choices(beliefs.setdefault("order_number", {}), own)


def _known(customer: Customer, lookup: RecordLookup) -> Customer:
    """Return the customer with the id that the ticket system's phone leads to; two owners of a phone are nobody."""
    if customer.id or not customer.phone:
        return customer
    return replace(customer, id=one_customer(lookup.find("phone_number", customer.phone)))


def _own_records(beliefs: Beliefs, customer: Customer, lookup: RecordLookup) -> tuple[Record, ...]:
    """Return the customer's records: by id, else by the ticket's phone, else by a phone that was said."""
    own = lookup.of_customer(customer.id) or lookup.find("phone_number", customer.phone or "")
    if own or customer.id or customer.phone:
        return own
    phones = sorted(beliefs.get("phone_number", {}).values(), key=lambda belief: -belief.raw)
    for belief in phones[:MAX_PHONES]:
        found = lookup.find("phone_number", belief.value)
        if found:
            return merged((*found, *lookup.of_customer(one_customer(found))))
    return ()


def _confirm(
    field: str, belief: Belief, customer: Customer, own: Sequence[Record], lookup: RecordLookup
) -> tuple[Record, ...]:
    """Check one value against the records; return those that have it."""
    found = tuple(r for r in own if canonical(value_in(r, field)) == canonical(belief.value))
    found = found or lookup.find(field, belief.value)
    if not found:
        _doubt(field, belief, lookup)
        return ()
    place = f"{found[0].kind}/{found[0].id}"
    belief.checks.append(Check(_CHECKED[field], True, place))
    belief.value = value_in(found[0], field) or belief.value
    owners = {value_in(record, "customer_id") for record in found} - {""}
    is_own = not customer.id or not owners or customer.id in owners
    if customer.id and owners:
        why = ("", "") if is_own else ("the record names another customer", "记录属于另一位客户")
        belief.checks.append(Check("belongs_to_customer", is_own, *why))
    if is_own:
        belief.add(place, RECORD_SCORE, [_record_evidence(found[0], field)])
        return found
    belief.factor *= FOREIGN_ORDER_FACTOR
    return ()


def _doubt(field: str, belief: Belief, lookup: RecordLookup) -> None:
    """Say that no record has the value, or that nobody could be asked: then it is not filled in unasked."""
    if not lookup.is_answering:
        unasked = Check("checked_in_records", False, "the records did not answer", "业务记录没有回应，未能核对")
        belief.checks.append(unasked)
        belief.factor *= UNCHECKED_FACTOR
        return
    value = belief.value
    belief.checks.append(Check(_CHECKED[field], False, f"no record has {value}", f"记录中没有 {value}"))
    belief.factor *= UNKNOWN_ORDER_FACTOR if field == "order_number" else 1.0


def _suggest_neighbours(field: str, said: dict[str, Belief], own: Iterable[Record]) -> None:
    """Offer the customer's own orders and devices that are one slip away from a number that nobody has.

    A slip is a character wrong, missing, too many, or two that changed places.
    """
    for belief in list(said.values()):
        if not any(check.name == _CHECKED[field] and not check.passed for check in belief.checks):
            continue
        for record in own:
            number = value_in(record, field)
            if number and OSA.distance(canonical(number), canonical(belief.value), score_cutoff=1) == 1:
                near = said.setdefault(canonical(number), Belief(number))
                near.add(f"{record.kind}/{record.id}", NEIGHBOUR_SCORE, [_record_evidence(record, field)])
                wrote = belief.value
                slip = Check("one_slip_away", True, f"the customer wrote {wrote}", f"客户写的是 {wrote}")
                near.checks += [slip] if slip not in near.checks else []


def _meant(own: Sequence[Record], beliefs: Beliefs) -> tuple[Record, ...]:
    """Return the customer's records where they are of one purchase: the only one, or the only one of a model named."""
    if _is_one_purchase(own):
        return tuple(own)
    models = {key for key, belief in beliefs.get("device_model", {}).items() if belief.is_stated}
    named = [record for record in own if canonical(value_in(record, "device_model")) in models]
    return tuple(named) if _is_one_purchase(named) else ()


def _is_one_purchase(records: Sequence[Record]) -> bool:
    kinds = [{canonical(value_in(r, field)) for r in records} - {""} for field in ("order_number", "serial_number")]
    return bool(records) and all(len(numbers) <= 1 for numbers in kinds)


def _offer_choices(orders: dict[str, Belief], own: Sequence[Record]) -> None:
    """Keep the customer's own orders at hand as choices for the question."""
    for record in own:
        number = value_in(record, "order_number")
        if number:
            belief = orders.setdefault(canonical(number), Belief(number))
            belief.add(f"{record.kind}/{record.id}", CHOICE_SCORE, [_record_evidence(record, "order_number")])


def _carry(beliefs: Beliefs, records: Sequence[Record], *, score: float, region: str) -> None:
    """Let records speak for the fields they hold; several records of one value speak once."""
    unsaid = [field for field in _CARRIED_WHERE_UNSAID if not beliefs.get(field)]
    for field in (*_CARRIED, *unsaid):
        values = {
            canonical(value_of(field, value_in(record, field), region=region)): record
            for record in reversed(records)
            if value_in(record, field)
        }
        for key, record in values.items():
            value = value_of(field, value_in(record, field), region=region)
            belief = beliefs.setdefault(field, {}).setdefault(key, Belief(value))
            evidence = _record_evidence(record, field)
            belief.add(evidence.source, score / len(values), [evidence])


def _record_evidence(record: Record, field: str) -> Evidence:
    return Evidence(f"{record.kind}/{record.id}", "record", value_in(record, field))
