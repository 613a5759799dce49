"""How long a whole prefill takes: a text dialogue in, 20 fields out, with 10,000 products and 100,000 orders in SQLite.

Processor time of the process, so that the machine's other work does not count, and of one core, since nothing in it
runs beside anything else: the least of a few runs for each dialogue, then the median and the 99th percentile over the
dialogues. `--profile` says which step and which field it goes to. Run: python -m tests.bench.prefill [--data FOLDER]
"""

from __future__ import annotations

import argparse
import cProfile
import csv
import gzip
import json
import pstats
import random
import sqlite3
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.table import Table

from api.connectors.record_systems import RecordSystems
from api.engines import Engines
from api.prefill.draft import draft_ticket
from api.schemas.prefill import Customer, Message, PrefillRequest
from api.settings import Settings
from nlp import build_extractors, compose, load_template, needed_fields
from nlp.extraction.templates import Template
from nlp.records import Document, Part

ORDERS = 100_000
CUSTOMERS = 40_000
PRODUCTS = 10_000
DIALOGUES = 60
REPEATS = 5
AT = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
FIELDS = 20
CHOICES = {
    "reason": [{"value": "damaged", "zh": ["碎了", "坏了", "破了"], "en": ["broken", "damaged"]}],
    "urgency": [{"value": "urgent", "zh": ["急", "尽快"], "en": ["urgent", "asap"]}],
    "channel": [{"value": "online", "zh": ["网上", "网店"], "en": ["online", "website"]}],
    "warranty": [{"value": "yes", "zh": ["保修期内", "在保"], "en": ["under warranty", "in warranty"]}],
}
WANTED = (
    *(
        "order_number",
        "tracking_number",
        "device_model",
        "serial_number",
        "imei",
        "error_code",
        "phone_number",
        "email",
    ),
    *("fault_time", "appointment_time", "purchase_date", "date_time", "duration", "amount", "quantity", "address"),
    *("person_name", "product_name", "organisation_code", "number"),
)
"""The issue's fields, the first of which a version knows; the rest are closed choices."""
ZH = (
    "你好，我{when}在你们{shop}买的{model}{fault}，订单号是{order}，麻烦尽快处理一下。",
    "我的电话{phone}，姓{name}，地址是浙江省杭州市西湖区文三路{number}号{unit}室。",
    "您好，请问面板上显示什么故障代码？序列号方便提供一下吗？",
    "显示{error}，序列号{serial}，昨天晚上八点左右开始的，已经{number}天了。",
    "不对，订单号说错了，应该是{order}。",
    "好的，已经为您登记，工程师会在明天下午三点到五点上门，费用{amount}元。",
    "那就{when}上门吧，快递单号SF{tracking}，我一共买了三台，花了{amount}元。",
    "这个空调已经修了两次了，每次都是说修好了，没过几天又不制冷，你们能不能给个说法？",
)
EN = (
    "Hi, I bought a {model} {when} and it {fault}. The order number is {order}, please help asap.",
    "My phone is {phone}, my name is {name}, the address is {number} Market Street, apartment {unit}.",
    "Hello, thanks for writing. Which error code does the display show, and what is the serial number?",
    "It shows {error}, serial number {serial}. It started yesterday at about 8 pm and has gone on for {number} days.",
    "Sorry, that was the wrong order, I mean order {order}.",
    "Thank you. A technician will come tomorrow between 3 and 5 pm; the fee is ${amount}.",
    "The tracking number is 1Z{tracking}, I bought three of them and paid ${amount} in total.",
    "This is the second time that it was repaired, and after a few days it stops cooling again. What now?",
)


@dataclass(frozen=True, slots=True)
class Business:
    """A made-up company in a folder."""

    folder: Path
    engines: Engines
    orders: tuple[str, ...]
    models: tuple[str, ...]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--data", type=Path, help="folder of public evaluation data; its stc3 dialogues are measured too"
    )
    parser.add_argument("--profile", action="store_true", help="say where the time goes")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        business = make_business(Path(folder))
        template = wide_template()
        console = Console()
        sets = {"made up, zh and en": made_up(business)}
        if given.data is not None:
            sets |= {f"stc3, {language}": public_dialogues(given.data, language) for language in ("zh", "en")}
        show(console, {name: measure(business, template, requests) for name, requests in sets.items()})
        if given.profile:
            for name, requests in sets.items():
                show_fields(console, name, business, template, requests)
            show_profile(business, template, [one for requests in sets.values() for one in requests])


def measure_prefill() -> dict[str, float]:
    """Return the figures of the made-up dialogues, for bench.json."""
    with tempfile.TemporaryDirectory() as folder:
        business = make_business(Path(folder))
        times = measure(business, wide_template(), made_up(business))
    return {"p50_ms": quantile(times, 0.5), "p99_ms": quantile(times, 0.99)}


def measure(business: Business, template: Template, requests: Sequence[PrefillRequest]) -> list[float]:
    """Return each dialogue's milliseconds."""
    prefill(business, template, requests[0])
    return [least_ms(lambda request=request: prefill(business, template, request)) for request in requests]  # type: ignore[misc]


def least_ms(work: Callable[[], object]) -> float:
    times = []
    for _ in range(REPEATS):
        clear_memories()
        started = time.process_time()
        work()
        times.append((time.process_time() - started) * 1000)
    return min(times)


def clear_memories() -> None:
    """Forget the last text: a repeat must read as the first did."""
    from nlp.dates.read import read_by_clock
    from nlp.extraction.spoken import read_spoken
    from nlp.fields.date_time import time_mentions
    from nlp.number_words import find_numbers
    from nlp.phone import e164_of
    from nlp.text import fold

    for remembering in (fold, read_spoken, read_by_clock, time_mentions, find_numbers, e164_of):
        remembering.cache_clear()


def prefill(business: Business, template: Template, request: PrefillRequest) -> object:
    engines = business.engines
    return draft_ticket(request, (), engines=engines, template=template, records=engines.records, at=AT)


def wide_template() -> Template:
    """Return a template of 20 fields: all that can be looked for, and closed choices."""
    from nlp import field_names

    names = [name for name in WANTED if name in field_names()][: FIELDS - len(CHOICES)]
    properties: dict[str, object] = {name: {"type": "string", "x-extract": {"field": name}} for name in names}
    properties |= {name: {"type": "string", "x-extract": {"choices": choices}} for name, choices in CHOICES.items()}
    return load_template({"type": "object", "properties": properties, "required": names[:5]})


# --- a made-up company


def make_business(folder: Path) -> Business:
    """Write a catalogue of 10,000 products, and a database of customers, orders and devices."""
    chooser = random.Random(7)
    models = write_catalogue(folder, chooser)
    orders = write_orders(folder, models, chooser)
    (folder / "records.toml").write_text(RECORDS.format(path=(folder / "shop.db").as_posix()), encoding="utf-8")
    systems = RecordSystems(folder)
    engines = Engines(Settings(data_dir=folder), find_records=systems.current)
    engines.catalogues.of_devices()
    return Business(folder, engines, orders, models)


RECORDS = """
timeout_s = 10.0
[[system]]
name = "shop"
kind = "sql"
url = "sqlite:///{path}"
timeout_s = 10.0
[[system.table]]
table = "orders"
customer = "customer_id"
fields = {{ order_number = "no", serial_number = "serial", purchase_date = "bought" }}
[[system.table]]
table = "devices"
customer = "customer_id"
fields = {{ serial_number = "serial", device_model = "model" }}
[[system.table]]
table = "customers"
customer = "id"
fields = {{ phone_number = "mobile", customer_name = "name" }}
"""


def write_catalogue(folder: Path, chooser: random.Random) -> tuple[str, ...]:
    (folder / "catalogues").mkdir()
    letters = "ABCDEFGHJKLMNPRSTUVWXYZ"
    codes = {
        f"{''.join(chooser.choices(letters, k=3))}-{chooser.randint(10, 999)}{''.join(chooser.choices(letters, k=2))}"
        f"/{''.join(chooser.choices(letters + '0123456789', k=4))}"
        for _ in range(PRODUCTS)
    }
    names = ("风锐", "澄岚", "云洁", "Aero", "Clear", "Nord")
    with (folder / "catalogues" / "devices.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("code", "names", "brand"))
        for number, code in enumerate(sorted(codes)):
            brand = names[number % len(names)]
            writer.writerow((code, f"{brand}{number}型|{brand} Home {number}", brand))
    return tuple(sorted(codes))


def write_orders(folder: Path, models: Sequence[str], chooser: random.Random) -> tuple[str, ...]:
    database = sqlite3.connect(folder / "shop.db")
    database.executescript(
        """CREATE TABLE orders (no TEXT PRIMARY KEY, customer_id INTEGER, serial TEXT, bought TEXT);
        CREATE TABLE devices (serial TEXT PRIMARY KEY, customer_id INTEGER, model TEXT);
        CREATE TABLE customers (id INTEGER PRIMARY KEY, mobile TEXT, name TEXT);
        CREATE INDEX orders_customer ON orders (customer_id);
        CREATE INDEX orders_serial ON orders (serial);
        CREATE INDEX devices_customer ON devices (customer_id);
        CREATE INDEX customers_mobile ON customers (mobile);"""
    )
    numbers = [f"2024{chooser.randint(1, 12):02d}{chooser.randint(1, 28):02d}-{n:06d}" for n in range(ORDERS)]
    serials = [f"SN24{n:08d}" for n in range(ORDERS)]
    owners = [n % CUSTOMERS for n in range(ORDERS)]
    rows = zip(numbers, owners, serials, strict=True)
    database.executemany("INSERT INTO orders VALUES (?, ?, ?, '2024-05-18')", rows)
    devices = ((serial, owner, chooser.choice(models)) for serial, owner in zip(serials, owners, strict=True))
    database.executemany("INSERT INTO devices VALUES (?, ?, ?)", devices)
    people = ((n, f"138{n:08d}", "李晓岚") for n in range(CUSTOMERS))
    database.executemany("INSERT INTO customers VALUES (?, ?, ?)", people)
    database.commit()
    database.close()
    return tuple(numbers)


# --- dialogues


def made_up(business: Business) -> list[PrefillRequest]:
    """Return dialogues of three to eight messages: some of known customers, some with a slip in the order number."""
    chooser = random.Random(11)
    return [_dialogue(business, chooser, ZH if number % 2 else EN) for number in range(DIALOGUES)]


def _dialogue(business: Business, chooser: random.Random, lines: Sequence[str]) -> PrefillRequest:
    is_zh = lines is ZH
    at = chooser.randrange(ORDERS)
    order = business.orders[at]
    slipped = order[:-1] + str((int(order[-1]) + 1) % 10)
    said = {
        "order": chooser.choice((order, order.replace("-", ""), slipped)),
        "phone": f"138{at % CUSTOMERS:08d}",
        "model": chooser.choice(business.models),
        "serial": f"SN24{at:08d}",
        "error": chooser.choice(("E4", "F03", "E-12")),
        "name": "李晓岚" if is_zh else "Anna Brown",
        "number": str(chooser.randint(2, 90)),
        "unit": str(chooser.randint(100, 2400)),
        "tracking": f"{chooser.randrange(10**12):012d}",
        "amount": f"{chooser.randint(50, 4000)}.{chooser.randint(10, 99)}",
        "when": chooser.choice(("上个月三号", "去年十一月", "上周五") if is_zh else ("last Friday", "on May 3")),
        "shop": chooser.choice(("网店", "旗舰店")),
        "fault": chooser.choice(("不制冷了", "漏水") if is_zh else ("leaks", "has stopped cooling")),
    }
    chosen = chooser.sample(lines, k=chooser.randint(3, len(lines)))
    roles = ("customer", "agent")
    messages = [
        Message(role=roles["工程师" in line or "technician" in line], text=line.format(**said)) for line in chosen
    ]
    customer = Customer(id=str(at % CUSTOMERS)) if chooser.random() < 0.5 else Customer()
    return PrefillRequest(locale="zh-CN" if is_zh else "en-US", customer=customer, messages=messages)


def public_dialogues(data: Path, language: str) -> list[PrefillRequest]:
    """Return the public helpdesk dialogues."""
    with gzip.open(data / "stc3" / f"{language}.jsonl.gz", "rt", encoding="utf-8") as file:
        rows = [json.loads(line) for line in file][: 4 * DIALOGUES]
    locale = "zh-CN" if language == "zh" else "en-US"
    return [
        PrefillRequest(
            locale=locale,
            messages=[
                Message(
                    role="customer" if turn["sender"] == "customer" else "agent", text="\n".join(turn["utterances"])
                )
                for turn in row["turns"]
                if "".join(turn["utterances"]).strip()
            ],
        )
        for row in rows
    ]


# --- tables


def show(console: Console, sets: dict[str, list[float]]) -> None:
    table = Table("dialogues", "count", "p50 ms", "p95 ms", "p99 ms", "most ms", title="Whole prefill, processor time")
    for name, times in sets.items():
        figures = (quantile(times, 0.5), quantile(times, 0.95), quantile(times, 0.99), max(times))
        table.add_row(name, str(len(times)), *(f"{figure:.1f}" for figure in figures))
    console.print(table)


def quantile(times: Sequence[float], share: float) -> float:
    ranked = sorted(times)
    return ranked[min(int(share * len(ranked)), len(ranked) - 1)]


def show_fields(
    console: Console, name: str, business: Business, template: Template, requests: Sequence[PrefillRequest]
) -> None:
    """Say what each field costs, alone and after the text was folded."""
    names = needed_fields(field.field for field in template.fields)
    extractors = build_extractors(names, catalogue=business.engines.catalogues.of_devices())
    documents = [_document(request) for request in requests]
    cost: Counter[str] = Counter()
    for document in documents:
        for extractor in extractors:
            started = time.process_time()
            extractor.extract(document)
            cost[extractor.name] += time.process_time() - started
    table = Table("field", "ms a dialogue", title=f"Extraction, {name}")
    for field, seconds in cost.most_common():
        table.add_row(field, f"{1000 * seconds / len(documents):.2f}")
    table.add_row("all", f"{1000 * sum(cost.values()) / len(documents):.2f}")
    console.print(table)


def _document(request: PrefillRequest) -> Document:
    return compose(
        (Part(message.text, f"m{n}", "text", message.role) for n, message in enumerate(request.messages)),
        locale=request.locale,
        reference_time=AT,
    )


def show_profile(
    business: Business, template: Template, requests: Iterator[PrefillRequest] | Sequence[PrefillRequest]
) -> None:
    profile = cProfile.Profile()
    profile.enable()
    for request in requests:
        prefill(business, template, request)
    profile.disable()
    pstats.Stats(profile).sort_stats("tottime").print_stats(45)
    pstats.Stats(profile).sort_stats("cumtime").print_stats(60)


if __name__ == "__main__":
    main()
