"""Goods and sums of composed receipts: random numbers in, printed rows and what was paid out, in Chinese and English.

Sums are right: goods, discount, tax and rounding make the total, and change is what was handed over less the total.
What this does not know: tills that cannot add up.
"""

from __future__ import annotations

import random
from dataclasses import dataclass

from training.receipt_vocabulary import chance, drawn

SUBTOTALS = "SUB TOTAL|SUBTOTAL|SUB-TOTAL :|TOTAL SALES (EXCLUDING GST)|TOTAL EXCL GST|TOTAL (EXCL. TAX)"
TAXES = "GST 6%|TOTAL GST|ADD GST @ 6%|GST PAYABLE (6%)|SERVICE TAX 6%|SST 6%"
DUES = "TOTAL|TOTAL INCL GST|TOTAL SALES (INCLUSIVE OF GST)|TOTAL AMOUNT"
ROUNDED_TOTALS = "TOTAL|NET TOTAL|GRAND TOTAL|ROUNDED TOTAL (RM)|TOTAL AFTER ROUNDING|TOTAL ROUNDED|AMOUNT DUE"
TOTALS = "TOTAL|TOTAL :|GRAND TOTAL|TOTAL (RM)|TOTAL AMOUNT|NET TOTAL|TOTAL RM|AMOUNT DUE|TOTAL INCL. GST"


@dataclass(frozen=True, slots=True)
class Print:
    """One row as printed: `parts` stand in columns; `tag` says what it is of; `scale` is the height of its letters."""

    parts: tuple[str, ...]
    tag: str = "O"
    scale: float = 1.0


def money(cents: int) -> str:
    """Print an amount.

    >>> money(123456), money(-5)
    ('1,234.56', '-0.05')
    """
    return f"{'-' if cents < 0 else ''}{abs(cents) // 100:,}.{abs(cents) % 100:02d}"


def english_sums(rng: random.Random) -> tuple[list[Print], str]:
    """Print goods, sums, roundings, what was handed over, and the tax summary; return what was paid, too."""
    heads = (
        ("QTY", "DESCRIPTION", "AMOUNT"),
        ("ITEM", "QTY", "PRICE", "AMOUNT"),
        ("DESCRIPTION", "TOTAL (RM)"),
        ("CODE/DESC", "PRICE", "DISC", "AMOUNT"),
    )
    rows = [Print(rng.choice(heads))] * chance(rng, 0.8)
    goods, subtotal, pieces = _english_goods(rng)
    rows += goods
    currency = rng.choice(("", "", "", "RM", "RM ", "$"))
    tax = round(subtotal * 0.06) if chance(rng, 0.4) else 0
    discount = -rng.randrange(10, max(11, subtotal // 4)) if chance(rng, 0.12) else 0
    due = subtotal + tax + discount
    paid = round(due / 5) * 5 if chance(rng, 0.5) else due
    rows += [
        Print((drawn(rng, "TOTAL QTY :|TOTAL ITEMS :|TOTAL ITEM|QTY"), f"{pieces}{rng.choice(('', '.00'))}"))
    ] * chance(rng, 0.25)
    if tax or discount or chance(rng, 0.5):
        rows.append(_row(rng, SUBTOTALS, subtotal, currency))
    rows += [_row(rng, "DISCOUNT|TOTAL DISCOUNT|LESS DISC", discount, currency)] * bool(discount)
    rows += [_row(rng, TAXES, tax, currency)] * bool(tax)
    rows += _english_paid(rng, due=due, paid=paid, currency=currency)
    if tax or chance(rng, 0.4):
        rows += [Print(("GST SUMMARY", "AMOUNT (RM)", "TAX (RM)")), Print(("SR = 6%", money(subtotal), money(tax)))]
        rows += [Print(("TOTAL :", money(subtotal), money(tax)))] * chance(rng, 0.4)
    return rows, money(paid)


def _row(rng: random.Random, names: str, cents: int, currency: str) -> Print:
    return Print((drawn(rng, names), currency + money(cents)))


def _english_paid(rng: random.Random, *, due: int, paid: int, currency: str) -> list[Print]:
    """Print the total, how it was rounded, what was handed over and given back."""
    if paid != due:
        rows = [
            _row(rng, DUES, due, currency),
            _row(rng, "ROUNDING|ROUNDING ADJ|ROUNDING ADJUSTMENT|RND ADJ", paid - due, currency),
            _row(rng, ROUNDED_TOTALS, paid, currency),
        ]
    else:
        rows = [_row(rng, TOTALS, paid, currency)]
    handed = paid if chance(rng, 0.4) else paid + rng.choice((5, 20, 100, 500, 1000)) - (paid % 5)
    rows.append(_row(rng, "CASH|CASH :|VISA|PAID AMOUNT|TENDERED|CASH RECEIVED|MASTER CARD", handed, currency))
    rows += [_row(rng, "CHANGE|CHANGE :|CHANGE DUE", handed - paid, currency)] * (handed != paid or chance(rng, 0.6))
    return rows


def _english_goods(rng: random.Random) -> tuple[list[Print], int, int]:
    rows: list[Print] = []
    subtotal = pieces = 0
    for _ in range(rng.choice((1, 1, 2, 2, 3, 4, 6, 9))):
        quantity, price = rng.choice((1, 1, 1, 2, 3, 5)), rng.randrange(50, rng.choice((900, 5000, 30000)))
        pieces, subtotal = pieces + quantity, subtotal + quantity * price
        good, amount = drawn(rng, "{good}"), money(quantity * price) + rng.choice(("", "", " SR", " S", " ZRL"))
        coded = Print((drawn(rng, "#############"), f"{quantity} X {money(price)}", amount))
        rows += rng.choice(([Print((f"{quantity}", good, amount))], [Print((good,)), coded], [Print((good, amount))]))
    return rows, subtotal, pieces


def chinese_sums(rng: random.Random) -> tuple[list[Print], str]:
    """Print goods, sums and what was paid; return what was paid, too."""
    rows = [Print(rng.choice((("品名", "数量", "单价", "金额"), ("商品名称", "数量", "金额"), ("品名", "金额"))))]
    goods, subtotal, pieces = _chinese_goods(rng)
    rows += goods
    currency, colon = rng.choice(("", "", "¥", "￥")), rng.choice(("：", ":", "", ""))
    is_joined = chance(rng, 0.25)
    off = rng.randrange(10, max(11, subtotal // 4)) if chance(rng, 0.35) else 0
    paid = subtotal - off

    def row(names: str, cents: int) -> Print:
        name, amount = drawn(rng, names) + colon, f"{'-' if cents < 0 else ''}{currency}{abs(cents) / 100:.2f}"
        return Print((name + amount,)) if is_joined and colon else Print((name, amount))

    rows += [Print((drawn(rng, "件数|总件数|数量合计") + colon, f"{pieces}"))] * chance(rng, 0.3)
    if off or chance(rng, 0.4):
        rows.append(row("合计|小计|总计|商品总额|消费合计|合计金额" if off else "小计|商品总额", subtotal))
    rows += [row("优惠|折扣|会员优惠|优惠金额", -off)] * bool(off)
    names = "应收|实付|应付金额|实付金额|应付" if off else "合计|应收|总计|实付|应付金额|消费金额|合计金额"
    rows.append(row(names, paid))
    if chance(rng, 0.45):
        handed = paid if chance(rng, 0.3) else -(-paid // 1000) * 1000
        rows.append(row("现金|实收|收款|实收金额", handed))
        rows += [row("找零", handed - paid)] * (handed != paid or chance(rng, 0.6))
    else:
        rows += [row("微信支付|支付宝|银联卡|微信", paid)] * chance(rng, 0.8)
    return rows, f"{paid / 100:.2f}"


def _chinese_goods(rng: random.Random) -> tuple[list[Print], int, int]:
    rows: list[Print] = []
    subtotal = pieces = 0
    for _ in range(rng.choice((1, 2, 2, 3, 4, 6, 9))):
        quantity, price = rng.choice((1, 1, 1, 2, 3)), rng.randrange(10, 990) * rng.choice((10, 10, 5, 1)) + 100
        pieces, subtotal = pieces + quantity, subtotal + quantity * price
        good, amount = drawn(rng, "{zh_good}"), money(quantity * price)
        coded = Print((drawn(rng, "69###########"), f"{quantity}", amount))
        beside = Print((good, f"{quantity}", money(price), amount))
        rows += rng.choice(([beside], [Print((good,)), coded], [Print((good, f"x{quantity}", amount))]))
    return rows, subtotal, pieces
