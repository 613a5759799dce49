"""Receipts composed here: a seed in, printed receipts with their lines, boxes, fields and the tag of every line out.

Layouts vary as receipts do: what the head names and in which order, labels, columns, taxes, roundings, discounts, the
way to pay, what stands at the foot, in Chinese and English; `receipt_noise` then misreads them as a reader would. The
receipts are not real, and say nothing about anyone; what is right on them is no proof for paper.

    python -m training.receipt_sets --count 3 --language zh
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from rich.console import Console

from training.receipt_sellers import Seller, chinese_seller, english_address, english_name, english_seller
from training.receipt_sums import Print, chinese_sums, english_sums
from training.receipt_vocabulary import chance, drawn
from vision import Line

TAGS = ("O", "C", "A")
"""Every printed line is of the company's name, of its address, or of neither."""
GLYPH_PX, PITCH_PX, PAPER_PX = 11.0, 30.0, 520.0
FIRST_DAY, DAYS = date(2016, 1, 1), 3650
ENGLISH_SHARE = 0.6

ENGLISH_DAYS = (
    "%d/%m/%Y|%d/%m/%Y|%d-%m-%Y|%d/%m/%y|%d-%m-%y|%d %b %Y|%d.%m.%Y|%Y-%m-%d|%d %b %y|%m/%d/%Y|%d %B %Y|%Y%m%d"
)
OPENINGS = (
    "#######|TAX INVOICE|*** WELCOME ***|TAN {syllable} {syllable}|{person} {syllable} {syllable}|"
    "SIMPLIFIED TAX INVOICE|"
    "COPY|THANK YOU FOR SHOPPING WITH US|.|##|^^|#^|{syllable}|GOODS SOLD ARE NOT RETURNABLE|REF NO: #####|THANK YOU|"
    "PLEASE COME AGAIN|###########|INVOICE ORIGINAL|*REPRINT*"
)
REGISTRATIONS = (
    "({0})|CO. REG NO: {0}|CO.REG : {0}|{0}|COMPANY NO.: {0}|ROC NO. : ({0})|REG NO {0}|(CO.REG: {0})|BR NO.: ({0})"
)
TAX_NUMBERS = (
    "GST ID : 00##########|GST REG NO: 00##########|(GST NO: 00##########)|GST ID NO : 00##########|TAX ID #########|"
    "GST REG. NO : 00##########|VAT NO GB#########"
)
PHONES = (
    "TEL: 0#-#######|TEL : 0#-####### FAX : 0#-#######|TEL NO.: 0#-#######|PHONE : 0#-########|"
    "H/P: 01#-#######|0#-########|"
    "TEL:+60#-########|TELEPHONE 01## ### ####|(###) ###-####|TEL 0#-#### ####"
)
NUMBERS = (
    "INVOICE NO : CS#####|RECEIPT NO: CS######|BILL NO: ####|DOC NO. : CS######|INV NO : ##-######|SLIP NO.: ##########"
)
TILLS = (
    "TABLE : ##|COUNTER #|POS NO: #|MEMBER : NIL|SALESPERSON : {syllable}|PAX: #|TABLE T##|SHIFT #|"
    "TRN: CR00#####|TAKE AWAY|"
    "CASHIER : {person}|CASHIER: {person}|CASHIER: ADMIN|SERVED BY {person}"
)
ENGLISH_FOOT = (
    "THANK YOU|THANK YOU PLEASE COME AGAIN|GOODS SOLD ARE NOT REFUNDABLE|PLEASE KEEP THIS RECEIPT|HAVE A NICE DAY|"
    "CUSTOMER SERVICE : 1-800-##-####|WWW.{syllable}.COM.MY|E & OE|THIS IS A COMPUTER GENERATED RECEIPT"
)
CHINESE_FOOT = "谢谢惠顾|谢谢惠顾，欢迎再次光临|请妥善保管小票|如需开票请联系收银台|钱款请当面点清|凭小票七日内退换"


@dataclass(frozen=True, slots=True)
class Composed:
    """A receipt: lines in reading order, the tag of each, and what is right."""

    language: str
    lines: tuple[Line, ...]
    tags: tuple[str, ...]
    fields: Mapping[str, str]


def receipts(count: int, *, seed: int, language: str | None = None) -> Iterator[Composed]:
    """Compose receipts; without a language, three of five are English."""
    for number in range(count):
        rng = random.Random(seed * 1_000_003 + number)
        chosen = language or ("en" if chance(rng, ENGLISH_SHARE) else "zh")
        yield english_receipt(rng) if chosen == "en" else chinese_receipt(rng)


# --- English


def english_receipt(rng: random.Random) -> Composed:
    seller = english_seller(rng)
    day = (FIRST_DAY + timedelta(days=rng.randrange(DAYS))).strftime(rng.choice(ENGLISH_DAYS.split("|"))).upper()
    sums, total = english_sums(rng)
    rows = [*english_head(rng, seller, day), *english_heading(rng, day), *sums, *english_foot(rng, seller, day)]
    address = " ".join(part for row in rows if row.tag == "A" for part in row.parts)
    fields = {"company": " ".join(seller.name), "date": day, "address": address, "total": total}
    fields["address"] = address.removeprefix("ADDRESS: ")
    return laid_out(rng, "en", rows, fields)


def english_head(rng: random.Random, seller: Seller, day: str) -> list[Print]:
    """Print the seller: what stands above, the name, numbers, the address, telephones, in orders that are met."""
    rows = [Print((drawn(rng, OPENINGS),)) for _ in range(rng.choice((0, 0, 0, 0, 0, 1, 1, 2)))]
    rows += [Print((seller.brand,), scale=rng.choice((1.0, 1.0, 1.6, 2.2)))] * chance(rng, 0.25)
    rows += _name(rng, seller)
    tax_id = drawn(rng, TAX_NUMBERS)
    is_early = chance(rng, 0.12)
    between = [Print((tax_id,))] * is_early + [Print((seller.branch,))] * chance(rng, 0.15)
    between += [Print((drawn(rng, f"{day} 1#:2#|{day}"),))] * chance(rng, 0.05)
    between += [Print((drawn(rng, PHONES),))] * chance(rng, 0.03)
    prefix = drawn(rng, "|||||||||ADDRESS: ")
    address = [Print(((prefix if n == 0 else "") + part,), "A") for n, part in enumerate(seller.address)]
    contact = [Print((drawn(rng, PHONES),))] * chance(rng, 0.8) + [Print((drawn(rng, "FAX: 0#-#######"),))] * chance(
        rng, 0.1
    )
    contact += [Print((drawn(rng, "EMAIL: SALES@{syllable}.COM|WWW.{syllable}.COM.MY"),))] * chance(rng, 0.15)
    contact += [Print((tax_id,))] * (not is_early and chance(rng, 0.75))
    contact += [Print((seller.branch,))] * chance(rng, 0.06)
    if chance(rng, 0.2):
        rng.shuffle(contact)
    return [*rows, *between, *address, *contact]


def _name(rng: random.Random, seller: Seller) -> list[Print]:
    scale = rng.choice((1.0, 1.0, 1.3))
    is_beside = chance(rng, 0.35)
    is_apart = is_beside and chance(rng, 0.3)
    number = f"({seller.registration})"
    rows = [Print((part,), "C", scale) for part in seller.name]
    if is_beside:
        last = seller.name[-1]
        rows[-1] = Print((last, number) if is_apart else (f"{last} {number}",), "C", scale)
    elif chance(rng, 0.7):
        rows.append(Print((drawn(rng, REGISTRATIONS.replace("{0}", seller.registration)),)))
    if chance(rng, 0.06):
        rows += [
            Print((drawn(rng, "(FORMERLY KNOWN AS)|FORMERLY KNOWN AS|LICENSEE OF|OPERATED BY"),)),
            Print((english_name(rng),)),
        ]
    return rows


def english_heading(rng: random.Random, day: str) -> list[Print]:
    """Print what the document is, whose, when, at which till."""
    kinds = "TAX INVOICE|CASH RECEIPT|INVOICE|CASH BILL|SIMPLIFIED TAX INVOICE|RECEIPT|CASH SALES|OFFICIAL RECEIPT"
    rows = [Print((drawn(rng, kinds),))] * chance(rng, 0.85)
    if chance(rng, 0.15):
        rows.append(
            Print((drawn(rng, f"BILL TO : {english_name(rng)}|CUSTOMER : CASH|{english_name(rng)}|TO: WALK-IN"),))
        )
        rows += [Print((part,)) for part in english_address(rng)] * chance(rng, 0.3)
    clock, number = drawn(rng, "1#:2#|0#:4#:3#|1#:0# PM|1#:5#:1# AM"), drawn(rng, NUMBERS)
    when = rng.choice(
        (
            (f"DATE : {day} {clock}",),
            (f"DATE: {day}", f"TIME: {clock}"),
            (f"{day} {clock}",),
            ("DATE", f": {day}"),
            (f"DATE:{day}",),
            (number, day),
            (f"BILL DATE : {day}",),
            (f"{day} {clock} {number}",),
        )
    )
    heading = [Print((number,)), Print(when)] + [Print((drawn(rng, TILLS),)) for _ in range(rng.randrange(3))]
    rng.shuffle(heading)
    return rows + heading


def english_foot(rng: random.Random, seller: Seller, day: str) -> list[Print]:
    rows = [Print((drawn(rng, ENGLISH_FOOT),)) for _ in range(rng.randrange(5))]
    rows += [Print((" ".join(seller.name),))] * chance(rng, 0.05)
    rows += [
        Print((drawn(rng, "VALID UNTIL 31/12/20##|EXPIRY DATE 01/0#/20##|PLEASE PAY BEFORE ##/12/20##"),))
    ] * chance(rng, 0.05)
    return rows


# --- Chinese


def chinese_receipt(rng: random.Random) -> Composed:
    seller = chinese_seller(rng)
    day = FIRST_DAY + timedelta(days=rng.randrange(DAYS))
    written = day.strftime(rng.choice(("%Y-%m-%d", "%Y-%m-%d", "%Y/%m/%d", "%Y年%m月%d日", "%Y.%m.%d", "%Y%m%d")))
    sums, total = chinese_sums(rng)
    is_foot = chance(rng, 0.45)
    place = chinese_place(rng, seller, is_labelled=is_foot or chance(rng, 0.55))
    rows = [*chinese_head(rng, seller), *([] if is_foot else place), *chinese_heading(rng, written), *sums]
    rows += place if is_foot else []
    rows += [Print((drawn(rng, CHINESE_FOOT),)) for _ in range(rng.randrange(3))]
    fields = {"company": seller.name[0], "date": written, "address": " ".join(seller.address), "total": total}
    return laid_out(rng, "zh", rows, fields)


def chinese_head(rng: random.Random, seller: Seller) -> list[Print]:
    rows = [Print((drawn(rng, "欢迎光临|销售小票|结账单|收银小票|客人联|#|^^"),))] * chance(rng, 0.3)
    label = drawn(rng, "商户名称：|店名：|商户名称:|门店：|店铺：") if chance(rng, 0.2) else ""
    rows.append(Print((label + seller.name[0],), "C", 1.0 if label else rng.choice((1.0, 1.4, 2.0))))
    rows += [Print((seller.branch,))] * chance(rng, 0.15)
    rows += [Print((drawn(rng, "销售小票|结账单|购物小票|收据|预结单"),))] * chance(rng, 0.3)
    return rows


def chinese_place(rng: random.Random, seller: Seller, *, is_labelled: bool) -> list[Print]:
    label = drawn(rng, "地址：|地址:|门店地址：|店址：") if is_labelled else ""
    rows = [Print(((label if n == 0 else "") + part,), "A") for n, part in enumerate(seller.address)]
    phone = [
        Print((drawn(rng, "电话：0##-########|联系电话:13#########|TEL:0##-########|客服热线：400-###-####"),))
    ] * chance(rng, 0.75)
    return [*phone, *rows] if is_labelled and chance(rng, 0.3) else [*rows, *phone]


def chinese_heading(rng: random.Random, day: str) -> list[Print]:
    clock = drawn(rng, "1#:3#:0#|0#:1#|20:5#:4#")
    when = rng.choice(
        (
            (f"日期：{day} {clock}",),
            (f"时间:{day} {clock}",),
            (f"{day} {clock}",),
            (f"交易时间：{day} {clock}",),
            ("日期", day),
            (f"日期:{day}", f"时间:{clock}"),
        )
    )
    rows = [Print(when)]
    rows += [
        Print((drawn(rng, "单号：############|流水号:######|小票号：######|订单号:##################"),))
    ] * chance(rng, 0.8)
    rows += [Print((drawn(rng, "收银员：{zh_person}|收银员:{zh_person}|机号:##|收银机号：##"),))] * chance(rng, 0.6)
    rows += [Print((drawn(rng, "桌号：##|会员：无|人数:#|台号 ^##|取餐号:####"),))] * chance(rng, 0.3)
    rng.shuffle(rows)
    return rows


# --- Paper


def laid_out(rng: random.Random, language: str, rows: Sequence[Print], fields: Mapping[str, str]) -> Composed:
    """Place rows on paper: head centred or left, columns spread, letters as tall as their scale."""
    is_centred = chance(rng, 0.6)
    glyph = GLYPH_PX * rng.uniform(0.8, 1.15)
    top = rng.uniform(10, 80)
    lines: list[Line] = []
    tags: list[str] = []
    for row in rows:
        height = 0.72 * PITCH_PX * row.scale * rng.uniform(0.92, 1.08)
        for number, part in enumerate(row.parts):
            width = sum(glyph * row.scale * (1.9 if ord(one) > 0x2E80 else 1.0) for one in part)
            share = number / (len(row.parts) - 1) if len(row.parts) > 1 else 0.5 * is_centred
            left, y = max(5.0, 20 + (PAPER_PX - width) * share + rng.uniform(-4, 4)), top + rng.uniform(-2, 2)
            lines.append(
                Line(part, ((left, y), (left + width, y), (left + width, y + height), (left, y + height)), 1.0)
            )
            tags.append(row.tag if number == 0 else "O")
        top += PITCH_PX * row.scale * rng.uniform(0.95, 1.1) + (PITCH_PX * rng.random() if chance(rng, 0.12) else 0)
    return Composed(language, tuple(lines), tuple(tags), fields)


def main() -> None:
    parser = argparse.ArgumentParser(description="Print composed receipts.")
    parser.add_argument("--count", type=int, default=3)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--language", choices=("zh", "en"))
    arguments = parser.parse_args()
    console = Console()
    for receipt in receipts(arguments.count, seed=arguments.seed, language=arguments.language):
        console.rule(receipt.language)
        for line, tag in zip(receipt.lines, receipt.tags, strict=True):
            place = f"{tag} {line.box[0][0]:5.0f} {line.box[0][1]:5.0f}  {line.text}"
            console.print(place, markup=False, highlight=False)
        console.print(dict(receipt.fields))


if __name__ == "__main__":
    main()
