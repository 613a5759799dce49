"""What exports call things, zh and en: a column's name in, what it holds out.

A template's own field names and labels are known without being listed here. A name that is nobody's is left alone.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping

from nlp import Template

AT_CREATION = ("at_creation.", "created.", "before.", "创建时.", "创建时", "建单时")
"""Prefixes of columns that hold what was filled in when the ticket was created."""

TICKET_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "id": (
        "id",
        "ticket id",
        "ticket no",
        "ticket number",
        "case id",
        "case number",
        "工单号",
        "工单编号",
        "编号",
        "单号",
    ),
    "created_at": (
        *("created at", "created", "create time", "created time", "creation date", "date created", "opened at"),
        *("opened", "创建时间", "建单时间", "提交时间", "报修时间", "受理时间", "登记时间", "创建日期"),
    ),
    "text": (
        *("text", "description", "body", "content", "message", "details", "problem", "issue", "问题描述", "描述"),
        *("内容", "详情", "问题现象", "故障描述", "故障现象", "客户描述", "诉求", "问题内容", "来电内容"),
    ),
    "subject": ("subject", "title", "summary", "标题", "主题", "工单标题"),
    "messages": ("messages", "conversation", "dialogue", "thread", "对话", "对话记录", "聊天记录", "沟通记录"),
    "resolution": (
        *("resolution", "solution", "resolution notes", "answer", "处理结果", "解决方案", "处理方案", "解决方法"),
        *("处理过程", "故障处理过程", "处理措施"),
    ),
    "article_id": ("article id", "article", "kb article", "knowledge article", "文章编号", "知识编号", "知识库文章"),
    "customer_id": ("customer id", "client id", "user id", "客户编号", "客户号", "用户编号", "会员号"),
    "customer_phone": ("customer phone", "caller id", "来电号码", "主叫号码"),
    "locale": ("locale", "language", "语言"),
    "attachments": ("attachments", "attachment", "files", "附件", "附件列表"),
    "queue": ("queue", "department", "group", "team", "队列", "部门", "技能组"),
}
FIELD_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "order_number": (
        *("order no", "order number", "order id", "order", "purchase order", "订单号", "订单编号", "订单", "单据号"),
    ),
    "device_model": (
        *("device model", "model", "model no", "model number", "product model", "product", "设备型号", "型号", "机型"),
        *("产品型号", "规格型号"),
    ),
    "serial_number": (
        *(
            "serial number",
            "serial no",
            "serial",
            "sn",
            "s/n",
            "序列号",
            "机身号",
            "机器编号",
            "出厂编号",
            "机号",
            "SN码",
        ),
    ),
    "error_code": (
        "error code",
        "fault code",
        "alarm code",
        "code",
        "故障代码",
        "错误代码",
        "故障码",
        "报警代码",
        "错误码",
    ),
    "phone_number": (
        *("phone", "phone number", "mobile", "telephone", "tel", "contact number", "contact phone", "电话", "手机"),
        *("手机号", "手机号码", "联系电话", "联系方式", "电话号码"),
    ),
    "tracking_number": (
        *("tracking number", "tracking no", "tracking", "waybill", "运单号", "快递单号", "物流单号", "运单编号"),
    ),
    "fault_time": (
        "fault time",
        "time of the fault",
        "failure time",
        "occurred at",
        "故障时间",
        "故障开始时间",
        "发生时间",
    ),
    "received_at": ("received at", "received on", "delivery date", "收货时间", "签收时间", "收货日期"),
    "email": ("email", "e-mail", "email address", "邮箱", "电子邮箱", "邮件"),
    "amount": ("amount", "price", "total", "金额", "价格"),
    "quantity": ("quantity", "qty", "pieces", "number of items", "数量", "件数", "商品数量"),
    "product_name": (
        *("product name", "item", "item name", "appliance", "goods", "产品名称", "商品名称", "产品", "商品", "品名"),
        *("设备名称", "物品名称"),
    ),
    "person_name": (
        *("name", "full name", "customer name", "contact name", "contact", "contact person", "reported by", "姓名"),
        *("客户姓名", "联系人", "联系人姓名", "报修人", "收件人", "客户名称"),
    ),
    "address": (
        *("address", "street address", "delivery address", "service address", "address of the visit", "地址"),
        *("详细地址", "客户地址", "上门地址", "收货地址", "联系地址", "安装地址"),
    ),
    "appointment_time": (
        *("appointment", "appointment time", "appointment date", "visit date", "scheduled at", "预约时间", "预约日期"),
        *("上门时间", "预约上门时间", "服务时间"),
    ),
    "purchase_date": (
        *(
            "purchase date",
            "date of purchase",
            "bought on",
            "order date",
            "购买日期",
            "购买时间",
            "购机日期",
            "下单时间",
        ),
        "下单日期",
    ),
    "date_time": ("date", "time", "日期", "时间"),
}
"""By the extractor behind a template's field."""


def folded(name: str) -> str:
    """Return a column's name as it is compared.

    >>> folded(" Order_No. ") == folded("ORDER NO"), folded("订单号：")
    (True, '订单号')
    """
    text = unicodedata.normalize("NFKC", name).strip().lower().replace("_", " ").replace("-", " ")
    return " ".join(text.strip(" .:#*").split())


class Columns:
    """The meaning of an export's columns, for one template."""

    def __init__(self, template: Template, *, own: Mapping[str, str]) -> None:
        """`own` is our field -> their column, as the user says; it goes before everything else."""
        self._fields: dict[str, str] = {}
        self._ticket = {folded(alias): noun for noun, aliases in TICKET_COLUMNS.items() for alias in aliases}
        for field in template.fields:
            known = (field.name, field.label.zh, field.label.en, *FIELD_COLUMNS.get(field.field, ()))
            for alias in known:
                self._fields.setdefault(folded(alias), field.name)
        for ours, theirs in own.items():
            if ours in TICKET_COLUMNS:
                self._ticket[folded(theirs)] = ours
                self._fields.pop(folded(theirs), None)
            else:
                self._fields[folded(theirs)] = ours
                self._ticket.pop(folded(theirs), None)

    def ticket_noun(self, name: str) -> str:
        """Return which noun of a ticket a column holds; "" where none."""
        return self._ticket.get(folded(name), "") or self._ticket.get(name, "")

    def field(self, name: str) -> str:
        """Return which of the template's fields a column holds the final value of; "" where none."""
        return "" if self.ticket_noun(name) else self._fields.get(folded(name), "")

    def field_at_creation(self, name: str) -> str:
        """Return which field a column holds the value at creation of; "" where none."""
        for prefix in AT_CREATION:
            if folded(name).startswith(folded(prefix)) and len(name) > len(prefix):
                return self._fields.get(folded(folded(name).removeprefix(folded(prefix))), "")
        return ""

    def mapping(self, names: Iterable[str]) -> dict[str, str]:
        """Return their column -> what it is here, for those that are known."""
        meant = {
            name: self.ticket_noun(name)
            or self.field(name)
            or (f"at_creation.{early}" if (early := self.field_at_creation(name)) else "")
            for name in names
        }
        return {name: noun for name, noun in meant.items() if noun}

    def asked_words(self, field_name: str) -> tuple[str, ...]:
        """Return the words by which people ask for a field."""
        return tuple(alias for alias, name in self._fields.items() if name == field_name and len(alias) > 1)
