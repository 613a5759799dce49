"""Write past_tickets.jsonl: orders.csv and a seed in, sixty fictional tickets out, as a ticket system exports them.

Each begins with what a customer wrote, goes on with the agent's questions and the answers, and ends with the fields as
they were when it was closed. One in eight customers makes a slip that the agent mended: another order's number, a
misread digit. It shows what a backtest reads; its figures say nothing about anybody's tickets.

Run: python -m examples.make_past_tickets
"""

from __future__ import annotations

import csv
import json
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

FOLDER = Path(__file__).parent
SEED = 20261122
TICKETS = 60
FIRST_DAY = datetime(2026, 10, 12, 1, 0, tzinfo=UTC)
SLIPS = 8  # one in so many

STATED = {
    "zh": {
        "order_number": "订单号{}",
        "device_model": "型号是{}",
        "serial_number": "机身号{}",
        "phone_number": "我电话{}",
    },
    "en": {
        "order_number": "order number {}",
        "device_model": "it is a {}",
        "serial_number": "the serial number is {}",
        "phone_number": "you can call me at {}",
    },
}
ASKED = {
    "zh": {
        "order_number": "请提供一下订单号。",
        "device_model": "请问是什么型号？",
        "serial_number": "麻烦发一下机身号。",
        "phone_number": "请问您的联系电话是多少？",
    },
    "en": {
        "order_number": "Could you tell me the order number?",
        "device_model": "Which model is it, please?",
        "serial_number": "Please send the serial number on the label.",
        "phone_number": "Which phone number can we call?",
    },
}


@dataclass(frozen=True, slots=True)
class Trouble:
    """What can be wrong with a kind of device, and what solved it."""

    models: Sequence[str]  # beginnings
    said: str
    error_code: str
    resolution: str
    article_id: str


TROUBLES = {
    "zh": (
        Trouble(
            ("KFR",),
            "空调昨天开始不制冷，面板显示E4",
            "E4",
            "拔电五分钟重启无效，清洗滤网后仍报 E4，派工程师检漏加氟。",
            "ac-e4-zh",
        ),
        Trouble(
            ("KFR",),
            "空调内机一直往下滴水，显示E8",
            "E8",
            "排水管弯折，捋直后用温水冲通，水位开关复位。",
            "ac-drainage-zh",
        ),
        Trouble(
            ("KFR", "MDC"),
            "空调风很小，吹出来有味道",
            "",
            "指导用户取下滤网，用清水冲洗晾干后装回。",
            "ac-filter-cleaning-zh",
        ),
        Trouble(
            ("XQG", "XQB"),
            "洗衣机洗到一半停了，显示E2，水排不掉",
            "E2",
            "打开过滤器清出硬币，排水泵恢复。",
            "washer-drain-zh",
        ),
        Trouble(
            ("LW",), "路由器连上了但是设备搜不到无线", "", "按首次设置步骤重新配网，选 2.4G 频段。", "router-setup-zh"
        ),
        Trouble(("",), "买来还没拆封，想退货，运费谁出", "", "七天内无理由退货，已发退货地址。", "return-policy-zh"),
    ),
    "en": (
        Trouble(
            ("HB-W",),
            "My washing machine stopped half way, the display shows E2 and the water stays in",
            "E2",
            "Cleaned the pump filter, a coin was stuck in it; drains again.",
            "washer-e2-en",
        ),
        Trouble(
            ("HB-DW",),
            "The dishwasher hums but takes no water",
            "",
            "The tap was shut and the hose kinked; opened and straightened it.",
            "dishwasher-water-en",
        ),
        Trouble(
            ("HB-W",),
            "The washer door stays locked and it says E3",
            "E3",
            "Waited until the lock cooled down, then opened it by the emergency cord.",
            "washer-door-e3-en",
        ),
        Trouble(
            ("",),
            "I would like to send it back, it is still in its box",
            "",
            "Within the return period: sent the return label.",
            "return-policy-en",
        ),
        Trouble(
            ("",),
            "It broke last week, is that still under warranty",
            "",
            "Checked the purchase date: under warranty, repair is free.",
            "warranty-en",
        ),
    ),
}


def make_ticket(number: int, orders: Sequence[Mapping[str, str]], rng: random.Random) -> dict[str, object]:
    """Return one ticket."""
    order = rng.choice(orders)
    language = "en" if order["phone"].startswith("+1") else "zh"
    fitting = [one for one in TROUBLES[language] if order["device_model"].startswith(tuple(one.models))]
    trouble = rng.choice(fitting)
    names = ("order_number", "device_model", "serial_number", "phone_number")
    columns = {"phone_number": "phone"}
    final = {name: order[columns.get(name, name)] for name in names}
    stated = [name for name in names if rng.random() < (0.65 if name == "order_number" else 0.4)]
    at_creation = {"phone_number": final["phone_number"]} if rng.random() < 0.5 else {}
    told = dict(final)
    if number % SLIPS == 0 and stated:
        told[stated[0]] = _slip(stated[0], final[stated[0]], orders, rng)
    created = FIRST_DAY + timedelta(hours=11 * number, minutes=rng.randrange(60))
    first = _sentence(trouble.said, [STATED[language][name].format(told[name]) for name in stated], language)
    messages = [{"role": "customer", "text": first, "at": created.isoformat()}]
    missing = [name for name in names[:3] if name not in stated]
    minute = 20
    for name in missing[:2]:
        for role, text in (("agent", ASKED[language][name]), ("customer", final[name])):
            minute += rng.randrange(5, 40)
            messages.append({"role": role, "text": text, "at": (created + timedelta(minutes=minute)).isoformat()})
    return {
        "id": f"T-{number:04d}",
        "created_at": created.isoformat(),
        "locale": "zh-CN" if language == "zh" else "en-US",
        "queue": "售后" if language == "zh" else "After sales",
        "customer_id": order["customer_id"] if rng.random() < 0.6 else "",
        "messages": messages,
        "fields_at_creation": at_creation,
        "fields": {**final, "error_code": trouble.error_code},
        "resolution": trouble.resolution,
        "article_id": trouble.article_id if rng.random() < 0.7 else "",
    }


def _slip(name: str, value: str, orders: Sequence[Mapping[str, str]], rng: random.Random) -> str:
    """Return what the customer wrote by mistake."""
    if name == "order_number":
        return rng.choice([order["order_number"] for order in orders if order["order_number"] != value])
    at = max(index for index, character in enumerate(value) if character.isdigit())
    return value[:at] + str((int(value[at]) + 1) % 10) + value[at + 1 :]


def _sentence(said: str, stated: Sequence[str], language: str) -> str:
    return "，".join((said, *stated)) + "。" if language == "zh" else ", ".join((said, *stated)) + "."


def main() -> None:
    """Write the file."""
    rng = random.Random(SEED)
    with (FOLDER / "orders.csv").open(encoding="utf-8", newline="") as file:
        orders = [row for row in csv.DictReader(file) if row["purchase_date"] < "2026-10-01"]
    lines = [json.dumps(make_ticket(number, orders, rng), ensure_ascii=False) for number in range(1, TICKETS + 1)]
    (FOLDER / "past_tickets.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
