"""What a code's text says: text and symbology identifier in, its kind, GS1 elements and named values out.

Kinds: GS1 element strings (marked by the symbol, or typed with their identifier), the bracketed form, GS1 Digital Link,
ISO 15434 messages ("[)>", formats 05, 06 and 12) with ANSI MH10.8.2 data identifiers, the QR code of Chinese invoices,
Wi-Fi cards, addresses, JSON and "SN:..;MODEL:.." texts. What none of these is, is plain text without names.

What this does not know: whether a value is right; the password on a Wi-Fi card is a secret and is never named.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlsplit

from vision.codes.gs1 import bracketed_elements, digital_link, element_strings, named_values
from vision.records import CodeKind

GS1_MARKS = ("]C1", "]e0", "]e1", "]e2", "]d2", "]d5", "]d8", "]Q3", "]Q4", "]z1", "]z4", "]J1")
"""Symbology identifiers (ISO/IEC 15424) of symbols with FNC1 in front: those that carry GS1 element strings. d8 is the
long rectangular Data Matrix, which encoders choose for more than some 35 characters; 5 and 4 go with an ECI."""
MAX_CHARACTERS = 8000
MAX_FIELDS = 200
GROUP, RECORD, END = "\x1d", "\x1e", "\x04"
SPELLED = {"{GS}": GROUP, "{RS}": RECORD, "{EOT}": END, "<GS>": GROUP, "<RS>": RECORD, "<EOT>": END}
SPELLED |= {"␝": GROUP, "␞": RECORD, "␄": END}
"""Control characters as label software writes them where it fails to encode them."""

DATA_IDENTIFIERS: Mapping[str, str] = {
    "S": "serial_number",
    "1P": "part_number",
    "P": "part_number",
    "Q": "quantity",
    "T": "batch",
    "1T": "batch",
    "K": "order_number",
    "16D": "manufacture_date",
    "14D": "expiry_date",
    "22S": "imei",
    "23S": "mac_address",
    "18V": "manufacturer",
}
"""ANSI MH10.8.2: the identifiers of labels on goods and parts that a ticket has a use for."""
DATA_IDENTIFIER = re.compile(r"([0-9]{0,3}[A-Z])([\x21-\x7e][\x20-\x7e]{0,99})")
TEXT_ELEMENTS: Mapping[str, str] = {
    "SER": "serial_number",
    "SEQ": "serial_number",
    "PNR": "part_number",
    "PNO": "part_number",
    "LOT": "batch",
    "DMF": "manufacture_date",
    "EXP": "expiry_date",
}
"""ATA Spec 2000 text element identifiers, format 12."""

KEYS: Mapping[str, tuple[str, ...]] = {
    "serial_number": (
        *("sn", "s/n", "serial", "serialno", "serialnumber", "serial_no", "serial_number", "deviceserial"),
        *("序列号", "机身号", "出厂编号", "机器编号", "整机编码", "设备序列号", "产品序列号", "设备编号"),
    ),
    "model": (
        *("model", "mod", "modelno", "modelnumber", "model_no", "model_number", "model name", "devicemodel", "mn"),
        *("型号", "产品型号", "规格型号", "设备型号", "机型"),
    ),
    "part_number": ("pn", "p/n", "partno", "partnumber", "part_no", "part_number", "料号", "物料号", "物料编码"),
    "batch": ("lot", "batch", "lotno", "batchno", "批号", "批次", "批次号", "生产批号"),
    "manufacture_date": ("mfd", "mfg", "mfgdate", "date", "生产日期", "制造日期", "出厂日期"),
    "brand": ("brand", "品牌"),
    "imei": ("imei", "imei1"),
    "mac_address": ("mac", "mac地址", "macaddr", "macaddress"),
    "order_number": ("order", "orderno", "orderid", "order_no", "order_id", "ordernumber", "订单号", "订单编号"),
    "tracking_number": ("tracking", "trackingno", "waybill", "mailno", "运单号", "快递单号", "物流单号"),
    "device_id": ("device_id", "deviceid", "did", "设备号", "设备id"),
    "quantity": ("qty", "quantity", "数量"),
    "url": ("url",),
}
_NAMES = {key: name for name, keys in KEYS.items() for key in keys}
PAIR = re.compile(r"\s{0,4}([A-Za-z/_ .#0-9\u4e00-\u9fff]{1,24}?)\s{0,4}[:：=]\s{0,4}(\S.{0,199})")
PARTS = re.compile(r"[;；|,，&\r\n\t\x1d\x1e]")
JSON_DEPTH_CHARACTERS = 4000
"""Longer or deeper JSON is a document, not a label."""

INVOICE_TYPES = ("01", "02", "03", "04", "08", "10", "11", "14", "15", "31", "32")
"""Kinds of VAT invoice in position 1 of the QR code."""
FULLY_DIGITAL = ("31", "32")
"""These have a number of 20 digits, no code and no check code, and the amount with tax."""
WIFI_PART = re.compile(r"([A-Za-z]):((?:[^\\;]|\\.){0,200});")


@dataclass(frozen=True, slots=True)
class CodeContent:
    """`gs1` maps application identifiers to values, `values` our names to values."""

    kind: CodeKind = "text"
    gs1: dict[str, str] = field(default_factory=dict)
    values: dict[str, str] = field(default_factory=dict)


def code_content(text: str, *, identifier: str = "") -> CodeContent:
    """Say what a code's text is and what it names; `identifier` is the symbology identifier, e.g. "]d2".

    >>> code_content("SN:CL3A2506180427;MODEL:KFR-35GW/CL3A").values
    {'serial_number': 'CL3A2506180427', 'model': 'KFR-35GW/CL3A'}
    >>> code_content("010950400005910121SN123", identifier="]C1").kind
    'gs1'
    """
    text = text[:MAX_CHARACTERS]
    if text[:3] in GS1_MARKS:
        identifier, text = text[:3], text[3:]
    for kind, elements in _gs1_readings(text, identifier):
        if elements:
            return CodeContent(kind, elements, named_values(elements))
    if text.startswith("[)>"):
        return _iso15434(text)
    for kind, values in _readings(text):
        if values:
            return CodeContent(kind, {}, values)
    return CodeContent("url", {}, _address(text)) if _is_address(text) else CodeContent()


def _gs1_readings(text: str, identifier: str) -> Iterator[tuple[CodeKind, dict[str, str]]]:
    if identifier in GS1_MARKS:
        yield "gs1", element_strings(text)
    if text.startswith(("(", "（", "[")):
        yield "gs1", bracketed_elements(text)
    if _is_address(text):
        yield "gs1_digital_link", digital_link(text)


def _readings(text: str) -> Iterator[tuple[CodeKind, dict[str, str]]]:
    yield "invoice", _invoice(text)
    yield "wifi", _wifi(text)
    if GROUP in text:
        yield "data_identifiers", _data_identifiers(text.split(GROUP))
    if text.startswith("{"):
        yield "labelled", _json(text)
    if not _is_address(text):
        yield "labelled", _labelled(PARTS.split(text, maxsplit=MAX_FIELDS))


def _iso15434(text: str) -> CodeContent:
    """Take the format envelopes of a message apart; ISO/IEC 15434, each ends at a record separator."""
    for spelling, character in SPELLED.items():
        text = text.replace(spelling, character)
    gs1: dict[str, str] = {}
    values: dict[str, str] = {}
    for envelope in text[3:].lstrip(RECORD).split(RECORD)[:MAX_FIELDS]:
        form, parts = envelope[:2], envelope[2:].rstrip(END).strip(GROUP)
        if form == "05":
            gs1 |= element_strings(parts)
            values |= named_values(gs1)
        elif form == "06":
            values |= _data_identifiers(parts.split(GROUP), is_marked=True)
        elif form == "12":
            elements = (part.partition(" ") for part in parts.split(GROUP)[:MAX_FIELDS])
            values |= {TEXT_ELEMENTS[name]: value for name, _, value in elements if name in TEXT_ELEMENTS and value}
    return CodeContent("iso15434", gs1, values)


def _data_identifiers(parts: Iterable[str], *, is_marked: bool = False) -> dict[str, str]:
    """Name the fields of a label; where nothing marks them as such, each must bear an identifier known here."""
    values: dict[str, str] = {}
    for part in [part for part in parts if part][:MAX_FIELDS]:
        match = DATA_IDENTIFIER.fullmatch(part)
        name = DATA_IDENTIFIERS.get(match[1], "") if match else ""
        if match and name:
            values.setdefault(name, _iso_date(match[2]) if name.endswith("_date") else match[2])
        elif not is_marked:
            return {}
    return values


def _iso_date(value: str) -> str:
    match = re.fullmatch(r"((?:19|20)\d\d)(0[1-9]|1[0-2])([0-3]\d)", value)
    return f"{match[1]}-{match[2]}-{match[3]}" if match else value


def _invoice(text: str) -> dict[str, str]:
    """Read `01,type,code,number,amount,date,check code,...`."""
    parts = [part.strip() for part in text[:400].replace("，", ",").split(",")]
    if len(parts) < 7 or parts[0] != "01" or parts[1] not in INVOICE_TYPES or not re.fullmatch(r"20\d{6}", parts[5]):
        return {}
    amount = "total" if parts[1] in FULLY_DIGITAL else "amount"
    names = ("invoice_code", "invoice_number", amount, "date", "check_code")
    return {name: value for name, value in zip(names, parts[2:7], strict=True) if value}


def _wifi(text: str) -> dict[str, str]:
    if text[:5].upper() != "WIFI:":
        return {}
    parts = {match[1].upper(): re.sub(r"\\(.)", r"\1", match[2]) for match in WIFI_PART.finditer(text[5:] + ";")}
    named = {"wifi_name": parts.get("S", ""), "wifi_security": parts.get("T", "")}
    return {name: value for name, value in named.items() if value}


def _is_address(text: str) -> bool:
    return re.match(r"https?://[^\s]{3}", text, re.I) is not None and not re.search(r"\s", text.strip())


def _address(text: str) -> dict[str, str]:
    """Name an address and what its query names: makers put serial numbers there."""
    try:
        query = urlsplit(text.strip()).query
        pairs = parse_qsl(query, max_num_fields=MAX_FIELDS)
    except ValueError:  # a broken host, or too many parts
        pairs = []
    return {"url": text.strip(), **_known(pairs)}


def _json(text: str) -> dict[str, str]:
    if len(text) > JSON_DEPTH_CHARACTERS:
        return {}
    try:
        parsed = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    if not isinstance(parsed, dict):
        return {}
    return _known((key, str(value)) for key, value in parsed.items() if isinstance(value, str | int))


def _labelled(parts: Iterable[str]) -> dict[str, str]:
    matches = (PAIR.fullmatch(part.rstrip()) for part in parts)
    return _known((match[1], match[2]) for match in matches if match)


def _known(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    values: dict[str, str] = {}
    for key, value in pairs:
        name = _NAMES.get(key.strip(" .#").lower(), "")
        if name and value.strip():
            values.setdefault(name, value.strip())
    return values
