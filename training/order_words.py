"""A random generator in, a made-up order out, and what a page that shows parts of it names.

What this does not know: how it is printed; see order_layouts.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from training.made_up_words import carrier, goods, money, order_number, price, shop, tracking_number

ZH_TIMES = ("%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y.%m.%d %H:%M:%S", "%Y/%m/%d %H:%M")
EN_TIMES = ("%B %-d, %Y", "%b %-d, %Y", "%-d %B %Y", "%b %-d, %Y, %-I:%M %p", "%Y-%m-%d %H:%M", "%m/%d/%Y")


@dataclass(frozen=True, slots=True)
class Item:
    name: str
    quantity: int
    price: str


@dataclass(frozen=True, slots=True)
class Order:
    """The words of an order."""

    language: str
    number: str
    shop: str
    items: tuple[Item, ...]
    subtotal: str
    discount: str
    shipping: str
    total: str
    ordered: str
    paid: str
    sent: str
    tracking: str
    carrier: str


def make_order(rng: Random, language: str) -> Order:
    at = datetime(2026, 1, 1) - timedelta(minutes=rng.randrange(60 * 24 * 500))
    sign = "¥" if language == "zh" else rng.choice(("$", "$", "£", "€"))
    is_grouped = language == "en" or rng.random() < 0.2
    items, total = [], 0
    for _ in range(rng.choice((1, 1, 1, 2, 2, 3))):
        cents, quantity = price(rng), rng.choice((1, 1, 1, 2, 3, 10))
        total += cents * quantity
        items.append(Item(goods(rng, language), quantity, money(cents, sign, grouped=is_grouped)))
    discount = rng.choice((0, 0, 500, 1000, 2500))
    discount = discount if discount < total else 0
    shipping = rng.choice((0, 0, 600, 1000))
    form = rng.choice(ZH_TIMES if language == "zh" else EN_TIMES)
    return Order(
        language=language,
        number=order_number(rng, language),
        shop=shop(rng, language),
        items=tuple(items),
        subtotal=money(total, sign, grouped=is_grouped),
        discount=money(discount, "-" + sign) if discount else "",
        shipping=money(shipping, sign),
        total=money(total - discount + shipping, sign, grouped=is_grouped),
        ordered=at.strftime(form),
        paid=(at + timedelta(minutes=rng.randint(1, 20))).strftime(form),
        sent=(at + timedelta(days=rng.randint(1, 3), minutes=rng.randrange(600))).strftime(form),
        tracking=tracking_number(rng, language) if rng.random() < 0.65 else "",
        carrier=carrier(rng, language),
    )


def truth_of(order: Order, shown: frozenset[str]) -> dict[str, str]:
    """Say what the page names, of what its layout shows."""
    fields = {
        "order_number": order.number,
        "shop": order.shop,
        "amount": order.total,
        "order_time": order.ordered,
        "tracking_number": order.tracking,
    }
    for place, item in enumerate(order.items, start=1):
        fields |= {
            f"item_{place}": item.name,
            f"item_{place}_quantity": str(item.quantity),
            f"item_{place}_price": item.price,
        }
    return {name: value for name, value in fields.items() if value and (name in shown or name.startswith("item_"))}
