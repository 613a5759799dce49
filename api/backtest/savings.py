"""Minutes and money: one outcome and the costs in, the minutes it would have saved out; mistakes cost minutes."""

from __future__ import annotations

from dataclasses import dataclass

from api.backtest.records import FieldOutcome, TicketOutcome
from api.settings import Costs


def ticket_minutes(outcome: TicketOutcome, costs: Costs) -> float:
    """Return the minutes saved on a ticket; negative where it would have cost more than it saved."""
    minutes = sum(field_minutes(field, costs) for field in outcome.fields)
    questions = sum(field.is_saved_question for field in outcome.fields)
    minutes += questions * costs.exchanges_per_question * costs.minutes_per_question
    if outcome.article is not None and not outcome.article.is_abstained and outcome.article.expected:
        minutes += costs.minutes_per_search if outcome.article.rank else -costs.minutes_per_glance
    return round(minutes, 3)


def field_minutes(field: FieldOutcome, costs: Costs) -> float:
    """Return the minutes saved on a field: what people filled in themselves or left empty saves nothing."""
    if field.was_filled or field.status == "missing":
        return 0.0
    if field.status == "auto" and field.judgement == "wrong":
        return -costs.minutes_per_correction
    is_right = field.judgement == "right"
    if field.status == "auto" and is_right:
        return costs.minutes_per_field
    return (costs.minutes_per_field if is_right else 0.0) - costs.minutes_per_glance


@dataclass(frozen=True, slots=True)
class Return:
    """What it is worth. The month is projected from the replayed tickets, None where nobody says how many there are."""

    minutes: float
    money: float
    minutes_per_ticket: float
    money_per_month: float | None
    net_per_month: float | None
    ratio: float | None  # net gain over the service's cost; None where it costs nothing, or no month is known


def return_of(minutes: float, *, tickets: int, costs: Costs) -> Return:
    """Project.

    >>> return_of(100, tickets=50, costs=Costs(tickets_per_month=1000, cost_per_month=250)).ratio
    3.0
    """
    per_ticket = minutes / tickets if tickets else 0.0
    month = per_ticket * costs.tickets_per_month * costs.cost_per_minute if costs.tickets_per_month else None
    net = None if month is None else month - costs.cost_per_month
    return Return(
        minutes=round(minutes, 1),
        money=round(minutes * costs.cost_per_minute, 2),
        minutes_per_ticket=round(per_ticket, 3),
        money_per_month=None if month is None else round(month, 2),
        net_per_month=None if net is None else round(net, 2),
        ratio=round(net / costs.cost_per_month, 3) if net is not None and costs.cost_per_month else None,
    )
