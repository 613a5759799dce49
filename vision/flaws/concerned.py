"""Which field a line of print tells: lines in, the field of a line by the label in its row, beside it or above it out.

What this does not know: what kind of page it is; labels of plates and of orders are looked for on any.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence

from vision.fields import nameplate, screenshot
from vision.fields.anchors import anchored_values, is_labelled
from vision.lines.layout import rows_of
from vision.records import Box, Line

FIELD_WORDS: Mapping[str, Sequence[str]] = {
    "serial_number": (
        "序列号", "出厂编号", "产品编号", "机身号", "机身编号", "制造编号", "serial", "s/n", "sn:", "ser.no",
    ),
    "device_model": ("型号", "机型", "model", "typeno"),
    "order_number": ("订单号", "订单编号", "orderno", "ordernumber", "orderid", "order#"),
    "tracking_number": ("运单号", "快递单号", "物流单号", "tracking", "waybill", "awb"),
    "invoice_number": ("发票号码", "invoiceno", "invoicenumber"),
    "error_code": ("故障代码", "错误代码", "故障码", "errorcode", "faultcode"),
    "total": ("合计", "总计", "实付", "应付", "total", "amountdue"),
    "date": ("日期", "时间", "date"),
    "address": ("地址", "address"),
}  # fmt: skip
"""What a line's own label says it tells, folded and without spaces."""
OTHER = ("voltage", "frequency", "power", "current", "manufacture_date", "refrigerant", "brand")
LABELS: Mapping[str, Sequence[str]] = {
    "serial_number": nameplate.LABELS["serial_number"],
    "device_model": nameplate.LABELS["model"],
    "order_number": screenshot.LABELS["order_number"],
    "tracking_number": screenshot.LABELS["tracking_number"],
    "": (*(label for name in OTHER for label in nameplate.LABELS[name]), *nameplate.LABELS[""]),
}
"""Labels that count where they begin a line, and as the label of what stands beside or below them."""


def fields_of(lines: Sequence[Line]) -> Mapping[Box, str]:
    """Name the field that each line tells, by the line's box; a line that says no field is left out."""
    fields = {line.box: field_of(row.text) for row in rows_of(lines) for line in row.lines}
    for field, labels in LABELS.items():
        fields.update((line.box, field) for line in lines if field and is_labelled(line.text, {field: labels}))
    anchored = anchored_values(lines, LABELS, readers=dict.fromkeys(LABELS, str.strip))
    fields.update((value.line.box, value.field) for value in anchored if value.field)
    return {box: field for box, field in fields.items() if field}


def field_of(text: str) -> str:
    """Name the field that a row's label announces; "" where it bears none.

    >>> field_of("序 列 号：CL3A25"), field_of("Serial No. CL3"), field_of("谢谢惠顾")
    ('serial_number', 'serial_number', '')
    """
    folded = "".join(unicodedata.normalize("NFKC", text).lower().split())
    return next((field for field, words in FIELD_WORDS.items() if any(word in folded for word in words)), "")
