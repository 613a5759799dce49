"""What people call products, and how recognisers write it, finds them among their sisters; strangers are none."""

from __future__ import annotations

import csv
import time
from pathlib import Path

import pytest

from nlp import Catalogue
from nlp.extraction.catalogue import Product
from nlp.extraction.catalogue_words import words_of

TABLE = Path(__file__).with_name("colloquial_names.csv")
BRANDS = {"iPhone": "苹果|Apple", "iPad": "苹果|Apple", "Apple": "苹果|Apple", "Galaxy": "三星|Samsung",
          "Pixel": "谷歌|Google",
          "Xperia": "索尼|Sony", "POCO": "小米|Xiaomi"}  # fmt: skip


@pytest.fixture(scope="module")
def named() -> Catalogue:
    """Every name of the table once, with a made-up code, and a sister that differs by its number."""
    rows = csv.DictReader(TABLE.read_text(encoding="utf-8").splitlines())
    names = dict.fromkeys(row["name"] for row in rows)
    products = [Product(f"QX-{at}K", (name,), BRANDS.get(name.split()[0], "")) for at, name in enumerate(names)]
    return Catalogue([*products, Product("QX-900K", ("Redmi Note 12 Pro",)), Product("QX-901K", ("HUAWEI Mate 30",))])


def test_colloquial_names_find_their_product(named: Catalogue) -> None:
    rows = list(csv.DictReader(TABLE.read_text(encoding="utf-8").splitlines()))
    missed = [row["query"] for row in rows if not _found(named, row["query"], row["name"])]
    assert len(missed) <= len(rows) // 12, missed


def _found(catalogue: Catalogue, query: str, name: str) -> bool:
    best = catalogue.match(query).candidates[:1]
    return any(words_of(name) == words_of(one) for found in best for one in catalogue.products[found.value].names)


@pytest.mark.parametrize(
    ("heard", "name"),
    [
        ("红米诺特十二普罗", "Redmi Note 12 Pro"),
        ("宏米note12破", "Redmi Note 12 Pro"),
        ("华为买特三十", "HUAWEI Mate 30"),
        ("redmi note twelve prow", "Redmi Note 12 Pro"),
        ("one plus nine", "OnePlus 9"),
    ],
)
def test_names_are_known_by_sound(named: Catalogue, heard: str, name: str) -> None:
    best = named.match(heard, source="speech").candidates[0]
    assert name in named.products[best.value].names


@pytest.mark.parametrize(
    ("heard", "code"),
    [("诶姆杠九九幺零", None), ("艾斯艾姆杠吉九九幺零", "SM-G9910"), ("ess em gee nine nine one oh", "SM-G9910")],
)
def test_spelt_codes_are_read(heard: str, code: str | None) -> None:
    catalogue = Catalogue([Product("SM-G9910"), Product("SM-G9980"), Product("KFR-35GW")])
    assert catalogue.match(heard, source="speech").code in {code, "SM-G9910" if code else None}


@pytest.mark.parametrize("text", ["今天天气真好", "please call me back", "空调不制冷怎么办", "zebra crossing"])
@pytest.mark.parametrize("source", ["text", "ocr", "speech"])
def test_what_is_no_product_is_none(named: Catalogue, text: str, source: str) -> None:
    assert named.match(text, source=source).status == "none"  # type: ignore[arg-type]


def test_a_label_is_read_round_its_code() -> None:
    catalogue = Catalogue([Product("SM-G9910"), Product("KFR-35GW/N8"), Product("XQG100-CL14D")])
    assert catalogue.match("产品型号: KFR-3SGW/N8 额定电压 220V", source="ocr").code == "KFR-35GW/N8"
    assert catalogue.match("Model No.: SM-G991O", source="ocr").code == "SM-G9910"


def test_long_and_hostile_text_takes_linear_time(named: Catalogue) -> None:
    def cost_s(text: str) -> float:
        times = []
        for _ in range(3):
            started = time.process_time()
            named.find_in(text)
            times.append(time.process_time() - started)
        return min(times)

    short, long = ("小米Q-" * 400)[:2_000], ("Q-小米" * 8_000)[:40_000]
    assert cost_s(long) < 80 * cost_s(short) + 0.05
