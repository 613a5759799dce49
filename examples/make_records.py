"""Write orders.csv and devices.csv: catalogue.csv and a seed in, fictional rows out.

Two orders are written by hand because the calls, photos and messages are about them. Phone numbers cannot ring anyone
who did not ask: +1 415 555 01xx is kept for fiction, 13800138000 is the operator's own line, the 19900000xxx block is
made up. It does not know real people, shops or devices.

Run: python -m examples.make_records
"""

from __future__ import annotations

import csv
import random
from datetime import date, timedelta
from pathlib import Path

FOLDER = Path(__file__).parent
SEED = 20261122
LAST_DAY = date(2026, 11, 15)
ORDER_COLUMNS = (
    "order_number", "customer_id", "customer_name", "phone", "device_model", "serial_number",
    "purchase_date", "warranty_until", "amount", "currency", "city",
)  # fmt: skip
DEVICE_COLUMNS = ("device_id", "device_model", "serial_number", "customer_id", "customer_name", "site", "installed_on")

HERO_ZH = ("20250618936", "C-1007", "李晓岚", "+8613800138000", "KFR-35GW/CL3A", "CL3A2506180427",
           "2025-06-18", "2031-06-18", "2899.00", "CNY", "杭州")  # fmt: skip
HERO_EN = ("20260302118", "C-2041", "Dana Whitlow", "+14155550132", "HB-WM814", "HBW8142601190",
           "2026-03-02", "2028-03-02", "649.00", "USD", "San Francisco")  # fmt: skip

NAMES_ZH = ("王海宁", "张若溪", "陈一诺", "刘思远", "赵明轩", "周雨桐", "吴嘉禾", "徐景行", "孙知夏", "马清扬")
NAMES_EN = ("Tom Ashdown", "Priya Venn", "Luis Cordray", "Hannah Elmstead", "Omar Fielding", "Grace Holloway")
CITIES_ZH = ("杭州", "成都", "武汉", "西安", "青岛", "南京")
CITIES_EN = ("San Francisco", "Portland", "Austin", "Leeds")
WARRANTY_YEARS = {"air_conditioner": 6, "washing_machine": 2, "refrigerator": 3, "water_heater": 3}

DEVICES = (
    ("AC-001", "KFR-72LW/CL2A", "CL2A2403110051", "C-3001", "青禾书店", "西湖区 青禾书店 一层", "2024-04-02"),
    ("AC-002", "KFR-72LW/CL2A", "CL2A2403110052", "C-3001", "青禾书店", "西湖区 青禾书店 二层", "2024-04-02"),
    ("AC-003", "KFR-120LW/CL5C", "CL5C2305220117", "C-3002", "松果连锁药房", "拱墅区 松果药房 3 号店", "2023-06-10"),
    ("AC-004", "KFR-120LW/CL5C", "CL5C2305220118", "C-3002", "松果连锁药房", "拱墅区 松果药房 7 号店", "2023-06-11"),
    ("AC-005", "KFR-50LW/CL2A", "CL2A2407080233", "C-3003", "Elmstead Dental", "Elmstead, server room", "2024-08-01"),
)  # fmt: skip


def rows_of(name: str) -> list[dict[str, str]]:
    """Read a csv of this folder."""
    with (FOLDER / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def other_orders(catalogue: list[dict[str, str]], *, count: int, seed: int) -> list[tuple[str, ...]]:
    """Invent `count` orders of devices in the catalogue; order and serial numbers never repeat."""
    draw = random.Random(seed)
    orders = []
    for number in range(count):
        device = draw.choice(catalogue)
        bought = LAST_DAY - timedelta(days=draw.randrange(30, 900))
        is_english = device["code"].startswith("HB-")
        name = draw.choice(NAMES_EN if is_english else NAMES_ZH)
        person = (NAMES_EN + NAMES_ZH).index(name)
        phone = f"+14155550{140 + person}" if is_english else f"+8619900000{200 + person}"
        stem = "".join(filter(str.isalnum, device["code"]))[-4:].upper()
        years = WARRANTY_YEARS.get(device["category"], 1)
        price = 199 + 100 * draw.randrange(1, 60)
        orders.append((
            f"{bought:%Y%m%d}{100 + number * 7}", f"C-{1100 + person}", name, phone,
            device["code"], f"{stem}{bought:%y%m%d}{1000 + number}", bought.isoformat(),
            bought.replace(day=min(bought.day, 28), year=bought.year + years).isoformat(), f"{price}.00",
            "USD" if is_english else "CNY", draw.choice(CITIES_EN if is_english else CITIES_ZH),
        ))  # fmt: skip
    return orders


def write(name: str, columns: tuple[str, ...], rows: list[tuple[str, ...]]) -> None:
    """Write one csv."""
    with (FOLDER / name).open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(rows)


def main() -> None:
    """Write both tables, orders in date order."""
    # Each of the two customers has an older order too, so that the customer alone does not settle the question.
    older = [
        ("20230911204", *HERO_ZH[1:4], "XQG80-CL14", "CL142309110884",
         "2023-09-11", "2025-09-11", "2199.00", "CNY", "杭州"),
        ("20241130077", *HERO_EN[1:4], "HB-TD800", "HBT8002411062",
         "2024-11-30", "2025-11-30", "799.00", "USD", "San Francisco"),
    ]  # fmt: skip
    orders = [HERO_ZH, HERO_EN, *older, *other_orders(rows_of("catalogue.csv"), count=36, seed=SEED)]
    write("orders.csv", ORDER_COLUMNS, sorted(orders, key=lambda row: row[6]))
    write("devices.csv", DEVICE_COLUMNS, list(DEVICES))


if __name__ == "__main__":
    main()
