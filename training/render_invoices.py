"""Chinese e-invoices made here: a seed in, a saved or photographed e-invoice with its truth out.

    python -m training.render_invoices --out FOLDER --seeds 0-20

Even seeds are ordinary electronic VAT invoices, odd ones fully digital (数电票). All names and numbers are made up; no
English kind exists. What this does not know: lists of goods over several pages, special invoices' lower halves, paper.
"""

from __future__ import annotations

from random import Random

from training.invoice_layouts import Goods, Invoice, Party, draw_invoice
from training.page_fonts import faces
from training.picture_wear import draw_wear, photographed, saved
from training.receipt_vocabulary import drawn
from training.rendered_pages import RenderedPage, main, split_of
from vision.fields.invoice import ID_CHARACTERS, check_place

PHOTO_WEAR = ("perspective", "slant", "shadow", "blur", "noise", "jpeg")
DIGITS, UNITS = "零壹贰叁肆伍陆柒捌玖", ("", "拾", "佰", "仟")
CLASSES = ("家用电器", "日用杂品", "软饮料", "计算机外部设备", "现代服务", "餐饮服务", "化妆品")


def render_invoice(seed: int) -> RenderedPage:
    """Draw the e-invoice of a seed."""
    rng, split = Random(f"invoice {seed}"), split_of(seed)
    layout = ("plain", "digital")[seed % 2]
    invoice, cents = make_invoice(rng, layout)
    face = faces(rng, split)
    flat = draw_invoice(invoice, layout, face, rng)
    if rng.random() < 0.5:
        worn = photographed(flat, rng, side_px=rng.choice((1700, 2200)), wear=draw_wear(rng, PHOTO_WEAR, most=2))
        worn_as: tuple[str, ...] = ("photographed", *worn.wear)
    else:
        wear = ("jpeg",) if rng.random() < 0.5 else ()
        worn = saved(flat, rng, scale=rng.choice((1.0, 1.0, 0.8, 0.64)), wear=wear)
        worn_as = worn.wear
    suffix = "png" if worn.content.startswith(b"\x89PNG") else "jpg"
    return RenderedPage(
        name=f"invoice_{seed:05}.{suffix}", kind="invoice", language="zh", layout=layout, face=face.name, wear=worn_as,
        turn=0, fields=_truth(invoice, cents), content=worn.content,
    )  # fmt: skip


def make_invoice(rng: Random, layout: str) -> tuple[Invoice, str]:
    """Make up an invoice whose sums are right; return its date as the QR code writes it, too."""
    rate = rng.choice((13, 13, 6, 9, 1))
    goods, amount, tax = _goods(rng, rate)
    day = f"20{rng.randint(19, 26)}{rng.randint(1, 12):02}{rng.randint(1, 28):02}"
    is_plain = layout == "plain"
    number = drawn(rng, "########" if is_plain else "2##12000000#########")
    code, check = (drawn(rng, "0##00##00#11"), drawn(rng, "####################")) if is_plain else ("", "")
    is_person = rng.random() < 0.35
    buyer = Party("个人", "") if is_person and is_plain else Party(_company(rng), _tax_id(rng))
    kind = ("10", money(amount)) if is_plain else ("32", money(amount + tax))
    title = (
        drawn(rng, "{zh_province}").removesuffix("省") + "增值税电子普通发票" if is_plain else "电子发票（普通发票）"
    )
    invoice = Invoice(
        title=title, code=code, number=number, date=_printed(rng, day, is_plain=is_plain),
        check_code=" ".join(check[at : at + 5] for at in range(0, 20, 5)).strip(),
        machine_number=drawn(rng, "6616########") if is_plain else "",
        buyer=buyer, seller=Party(_company(rng), _tax_id(rng)), goods=goods,
        amount=money(amount), tax=money(tax), total=money(amount + tax), capitals=capitals(amount + tax),
        drawer=rng.choice(("王芳", "李娜", "张伟", "刘洋", "陈静")),
        qr=f"01,{kind[0]},{code},{number},{kind[1]},{day},{check},{drawn(rng, '^##^')},",
    )  # fmt: skip
    return invoice, day


def _goods(rng: Random, rate: int) -> tuple[tuple[Goods, ...], int, int]:
    rows, amount, tax = [], 0, 0
    for _ in range(rng.choice((1, 1, 2, 3, 5))):
        quantity, price = rng.choice((1, 1, 2, 5, 12)), rng.randrange(300, rng.choice((9_000, 300_000)))
        own, own_tax = quantity * price, round(quantity * price * rate / 100)
        amount, tax = amount + own, tax + own_tax
        name = f"*{rng.choice(CLASSES)}*{drawn(rng, '{zh_good}')}"
        unit = rng.choice(("台", "件", "个", "箱"))
        rows.append(Goods(name, unit, str(quantity), money(price), money(own), f"{rate}%", money(own_tax)))
    return tuple(rows), amount, tax


def _company(rng: Random) -> str:
    return drawn(rng, "{zh_city}")[:2] + drawn(rng, "{zh_name}{zh_legal}")


def _tax_id(rng: Random) -> str:
    first = "91" + drawn(rng, "######") + "".join(rng.choice(ID_CHARACTERS) for _ in range(9))
    return first + ID_CHARACTERS[check_place(first)]


def _printed(rng: Random, day: str, *, is_plain: bool) -> str:
    year, month, date = day[:4], day[4:6], day[6:]
    return f"{year} {month} {date}" if is_plain and rng.random() < 0.3 else f"{year}年{month}月{date}日"


def _truth(invoice: Invoice, day: str) -> dict[str, str]:
    fields = {
        "invoice_code": invoice.code, "invoice_number": invoice.number, "date": day,
        "check_code": invoice.check_code.replace(" ", ""), "machine_number": invoice.machine_number,
        "buyer_name": invoice.buyer.name, "buyer_tax_id": invoice.buyer.tax_id,
        "seller_name": invoice.seller.name, "seller_tax_id": invoice.seller.tax_id,
        "amount": invoice.amount, "tax": invoice.tax, "total": invoice.total,
    }  # fmt: skip
    return {name: value for name, value in fields.items() if value}


def money(cents: int) -> str:
    """Print an amount.

    >>> money(123456)
    '1234.56'
    """
    return f"{cents // 100}.{cents % 100:02d}"


def capitals(cents: int) -> str:
    """Write an amount below a hundred million yuan as invoices do.

    >>> capitals(5270), capitals(1000500), capitals(10)
    ('伍拾贰圆柒角', '壹万零伍圆整', '壹角')
    """
    yuan, rest = divmod(cents, 100)
    high, low = divmod(yuan, 10_000)
    whole = (_below_ten_thousand(high) + "万" if high else "") + (
        "零" if high and 0 < low < 1000 else ""
    ) + _below_ten_thousand(low)  # fmt: skip
    tenths = "".join(DIGITS[digit] + unit for digit, unit in ((rest // 10, "角"), (rest % 10, "分")) if digit)
    return (whole + "圆" if whole else "") + (tenths or "整")


def _below_ten_thousand(number: int) -> str:
    text, is_gap = "", False
    for at in (3, 2, 1, 0):
        digit = number // 10**at % 10
        if digit:
            text += ("零" if is_gap and text else "") + DIGITS[digit] + UNITS[at]
        is_gap = not digit
    return text


if __name__ == "__main__":
    main(render_invoice, prog="python -m training.render_invoices", about=__doc__)
