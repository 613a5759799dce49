"""The number of a parcel, as the carrier prints it.

It knows the shapes of the large carriers in China, Europe and North America, and the check digits of UPS, USPS, SSCC
and the postal union. Chinese carriers publish none; FedEx's and DHL's are not looked at, because bare digits of their
lengths are used by others without one. It does not ask the carrier.
"""

from __future__ import annotations

import re

from nlp.check_digits import gs1_check, ups_check, upu_check
from nlp.extraction.field import Example, FieldSpec, FieldTexts, Localised, Pattern
from nlp.records import Check, Document

MIN_DIGITS = 8
_UPU = re.compile(r"[A-Z]{2}\d{9}[A-Z]{2}")
_UPS = re.compile(r"1Z[0-9A-Z]{15}\d")
_USPS = re.compile(r"9[1-5]\d{20}")
_SSCC = re.compile(r"(?:00)?[0-9]{18}")


def normalise(matched: str, document: Document) -> str | None:
    """Drop spaces and write capitals."""
    value = re.sub(r"[\s-]+", "", matched).upper()
    return value if sum(character.isdigit() for character in value) >= MIN_DIGITS else None


def validate(value: str) -> tuple[Check, ...]:
    """Check the digit of the kinds whose form says that they have one; others carry none."""
    if _UPU.fullmatch(value):
        return (upu_check(value),)
    if _UPS.fullmatch(value):
        return (ups_check(value),)
    if _USPS.fullmatch(value):
        return (gs1_check(value, name="usps_check_digit"),)
    if value.startswith("00") and _SSCC.fullmatch(value) and len(value) == 20:
        return (gs1_check(value[2:], name="sscc_check_digit"),)
    return ()


_B = r"(?<![0-9A-Z-])"  # nothing of a code stands before
_E = r"(?![0-9A-Z]|-\d)"

FIELD = FieldSpec(
    name="tracking_number",
    texts=FieldTexts(
        label=Localised("运单号", "Tracking number"),
        question=Localised("请问快递单号是多少？", "What is the tracking number of the parcel?"),
    ),
    labels=(
        r"(?:运单|快递|物流|包裹|邮件|寄件|快件|发货)\s{0,2}(?:追踪|跟踪|查询)?\s{0,2}(?:编号|单号|号码|号)",
        r"(?:顺丰|圆通|中通|申通|韵达|极兔|德邦|京东物流|邮政|EMS|百世|跨越|安能)(?:快递|速运|速递|物流|快运)?\s{0,2}的?(?:单号|编号|号码)",
        r"(?<![a-z])(?:tracking|waybill|consignment|airway\s{0,2}bill|air\s{0,2}waybill|awb|shipment|parcel|package)"
        r"\s{0,2}(?:number|no|num|id|#|code)(?![a-z])",
        r"(?<![a-z])(?:tracking|waybill|consignment|awb)(?![a-z])",
        r"(?<![a-z])(?:UPS|USPS|FedEx|DHL|DPD|Hermes|Evri|GLS|Royal\s{1,2}Mail)\s{1,2}(?:number|no|code|#)(?![a-z])",
    ),
    labelled_shape=rf"[0-9A-Z](?:[0-9A-Z]|[ -](?=\d)){{7,33}}{_E}(?!\s?[元块年月])",
    patterns=(
        Pattern("sf", rf"{_B}S[ ]?F[ ]?\d{{12,13}}{_E}", 0.95),
        Pattern("ups", rf"{_B}1Z(?:[ ]?[0-9A-Z]){{15}}[ ]?\d{_E}", 0.95),
        Pattern(
            "upu",
            rf"{_B}[A-Z]{{2}}[ ]?\d{{3}}[ ]?\d{{3}}[ ]?\d{{3}}[ ]?(?:CN|US|GB|DE|FR|JP|HK|SG|AU|CA|NL|TW){_E}",
            0.93,
        ),
        Pattern("upu elsewhere", rf"{_B}[ACELRSUV][A-Z]\d{{9}}[A-Z]{{2}}{_E}", 0.58),
        Pattern(
            "carrier",
            rf"{_B}(?:YT|JT|JD[A-Z]{{0,2}}|ZTO|STO|YD|EMS|DPK|DPL|KY|LP|TBA|JJD|GM|UC)\d{{10,18}}(?:-\d{{1,3}}){{0,3}}{_E}",
            0.85,
        ),
        Pattern("usps", rf"{_B}9[1-5]\d\d(?:[ ]?\d{{4}}){{4}}[ ]?\d\d{_E}", 0.8),
        # Bare digits in the ranges that carriers use; without a word near them they could be anything.
        Pattern(
            "zto sto yunda",
            r"(?<![0-9A-Z.+-])(?:7[2-9]\d{10,13}|4[36]\d{11,13}|31\d{11,13})(?![0-9A-Z-]|\.\d)",
            0.5,
            needs_context=True,
        ),
        Pattern(
            "fedex dhl", rf"(?<![0-9A-Z.+-])(?:\d{{12}}|\d{{15}}|96\d{{20}}|\d{{10}}){_E}", 0.4, needs_context=True
        ),
    ),
    context=(
        *(
            "快递",
            "物流",
            "运单",
            "包裹",
            "发货",
            "顺丰",
            "圆通",
            "中通",
            "申通",
            "韵达",
            "极兔",
            "德邦",
            "签收",
            "派件",
        ),
        *("parcel", "tracking", "shipment", "courier", "delivery", "package", "waybill"),
        *("UPS", "USPS", "FedEx", "DHL", "DPD", "Royal Mail"),
    ),
    counter_context=(
        *("订单", "下单", "电话", "手机", "卡号", "账号", "序列号", "串号", "身份证"),
        *("order", "phone", "call", "account", "card", "serial", "imei", "invoice"),
    ),
    normalise=normalise,
    gs1=("00", "401", "402"),
    validate=validate,
    examples=(
        Example("快递单号SF1234567890123一直没动", "SF1234567890123"),
        Example("运单号：7531 2468 9012", "753124689012"),
        Example("中通快递 78123456789012 三天没动了", "78123456789012"),
        Example("京东物流JDVA12345678901，显示已签收", "JDVA12345678901"),
        Example("顺丰单号 S F 幺二三四五六七八九零幺二三", "SF1234567890123"),
        Example("Tracking number 1Z999AA10123456784 has not moved", "1Z999AA10123456784"),
        Example("USPS 9205 5901 6491 7312 7510 89 says delivered", "9205590164917312751089"),
        Example("my FedEx parcel 986578788855 is lost", "986578788855"),
    ),
    counter_examples=("订单号：20240518936", "My phone is 13800138000", "快递员的电话是13800138000"),
)
