"""What kind of page this is and what it names: a Page in, a PageReport with fields and boxes out.

The kind is decided by anchors: words that only such pages carry. Each kind has a file of its own that finds its fields.
What this does not know: the business's records; whether an order of that number exists is for the ticket to check.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace

from vision.codes.verified import with_codes
from vision.fields.error_screen import displayed_code, error_fields
from vision.fields.invoice import invoice_fields
from vision.fields.nameplate import nameplate_fields
from vision.fields.screenshot import screenshot_fields
from vision.receipts.receipt import receipt_fields
from vision.receipts.receipt_tagger import ReceiptTagger
from vision.records import Page, PageField, PageKind, PageReport

ANCHORS: Mapping[PageKind, re.Pattern[str]] = {
    "invoice": re.compile(
        r"发票代码|发票号码|增值税|电子(?:普通|专用)?发票|价税合计|纳税人识别号|统一社会信用代码|开票日期|销售方|"
        r"购买方"
    ),
    "nameplate": re.compile(
        r"型号|出厂编号|序列号|机身号|产品编号|制造编号|额定|额定电压|生产日期|制造日期|防触电|制冷剂|净重|产地|"
        r"制造商|功率|设备编号|整机编[号码]|出厂年月|生产年月|产品规格|机号|电源|频率|"
        r"\bmodel\b|\bs/n\b|\bserial\b|\brated\b|\bvoltage\b|\bmade in\b|\bmanufactur|\bIPX?\d|\d ?(?:v ?~|"
        r"v ?ac|hz|kw|w)\b|\bp/n\b|\binput\b",
        re.I,
    ),
    "screenshot": re.compile(
        r"订单编号|订单号|订单详情|下单时间|付款时间|支付方式|实付款|运单号|快递单号|物流|收货地址|确认收货|交易成功|"
        r"待发货|待收货|待评价|旗舰店|专营店|再次购买|创建时间|商品总价|快递公司|"
        r"\border (?:number|no|id|details|placed|total|date)\b|\btracking\b|\bship(?:ped|ping) (?:to|address)|"
        r"\bpayment method|\bdelivered\b|\border ?#|\bplaced on\b|\btime placed\b|\bsold by\b|\bcarrier\b|"
        r"\bbuy again\b|\bshipping\b|\bpostage\b|\bgrand total\b",
        re.I,
    ),
    "error_screen": re.compile(
        r"错误代码|错误码|故障代码|故障码|报警代码|系统错误|错误|失败|异常|故障|无法|出错|重试|稍后再试|停止运行|"
        r"\berror code\b|\bfault code\b|\berror\b|\bfault\b|\bfailed\b|went wrong|try again|\bretry\b|"
        r"\bunable to\b|\bcould not\b|\bproblem\b|\bcancel\b|\bcode\b",
        re.I,
    ),
    "receipt": re.compile(
        r"\btotal\b|\bsub-?total\b|\bcash\b|\bchange\b|\breceipt\b|\bcashier\b|\binvoice\b|\bgst\b|\bqty\b|"
        r"\btax\b|\bamount\b|\bsdn\b|"
        r"thank you|小票|收银|合计|找零|应收|实收|小计|收款机|欢迎光临|谢谢惠顾",
        re.I,
    ),
}
MAX_LINE_CHARACTERS = 300
"""No label, address or amount stands in a longer line; what is longer costs time and says nothing."""
MIN_ANCHORS = 2
"""One anchor is a word in passing, two different ones are a form."""

NAMES_OF_DEVICES = ("model", "serial_number")

FINDERS: Mapping[PageKind, Callable[[Page], Mapping[str, PageField]]] = {
    "invoice": invoice_fields,
    "nameplate": nameplate_fields,
    "screenshot": screenshot_fields,
    "error_screen": error_fields,
    "other": lambda page: {},
}


def page_fields(page: Page, *, receipt_tagger: ReceiptTagger | None = None) -> PageReport:
    """Say what a page is and read its fields; a business's own tagger goes before the rules of receipts."""
    short = tuple(line for line in page.lines if len(line.text) <= MAX_LINE_CHARACTERS)
    page = replace(page, lines=short)
    kind = kind_of(page)
    if kind == "other" and page.codes:
        labelled = _label_fields(page)
        return PageReport("nameplate" if labelled else "other", labelled)
    found = receipt_fields(page.lines, tagger=receipt_tagger) if kind == "receipt" else FINDERS[kind](page)
    return PageReport(kind, with_codes(found, page.codes, kind=kind))


def _label_fields(page: Page) -> dict[str, PageField]:
    """Read a device's label that says little: what stands behind a label there and in a bar code, too."""
    found = nameplate_fields(page)
    verified = with_codes(found, page.codes, kind="nameplate")
    return {name: verified[name] for name in NAMES_OF_DEVICES if name in found and verified[name].code_box is not None}


def kind_of(page: Page) -> PageKind:
    """Name the kind whose anchors a page carries most of; "other" where none has two."""
    text = "\n".join(line.text for line in page.lines)
    squeezed = re.sub(r"(?<=[\u4e00-\u9fff]) +(?=[\u4e00-\u9fff])", "", text)
    counts = {kind: len({match.lower() for match in pattern.findall(squeezed)}) for kind, pattern in ANCHORS.items()}
    best = max(counts, key=lambda kind: counts[kind])
    if counts[best] < MIN_ANCHORS and displayed_code(page) is not None:
        return "error_screen"
    return best if counts[best] >= MIN_ANCHORS else "other"
