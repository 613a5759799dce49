"""What a recogniser wrote is read as words of the catalogue: by syllable, letter name, number and likeness of sound."""

from __future__ import annotations

import time

import pytest

from nlp import Catalogue
from nlp.extraction.catalogue import Product
from nlp.extraction.catalogue_heard import read_heard
from nlp.extraction.catalogue_lexicon import Lexicon
from nlp.extraction.catalogue_words import words_of

NAMES = (
    "Redmi Note 12 Pro 5G", "HUAWEI Mate 30", "荣耀平板 X10 Pro Max", "小米电视 A43 2025", "华为畅享 70",
    "Galaxy Tab S9 FE LTE", "Xperia 10 II", "POCO X3 Pro", "联想启天 K11 12.7 英寸", "realme GT Neo 5 SE",
)  # fmt: skip


@pytest.fixture(scope="module")
def lexicon() -> Lexicon:
    return Lexicon(words_of(name) for name in NAMES)


@pytest.mark.parametrize(
    ("heard", "name"),
    [
        ("宏米诺特幺二普罗五鸡", "Redmi Note 12 Pro 5G"),
        ("华为买特三十", "HUAWEI Mate 30"),
        ("容要平板叉十破麦克斯", "荣耀平板 X10 Pro Max"),
        ("晓米电势诶四十三二零二五", "小米电视 A43 2025"),
        ("华为昌响七十", "华为畅享 70"),
        ("连想起天开十一十二点七英寸", "联想启天 K11 12.7 英寸"),
        ("red me note twelve prow five gee", "Redmi Note 12 Pro 5G"),
        ("gala see tap ess nine eff ee el tea ee", "Galaxy Tab S9 FE LTE"),
        ("x peria ten eye eye", "Xperia 10 II"),
        ("poker x three pro", "POCO X3 Pro"),
        ("real me gee tea neo five ess ee", "realme GT Neo 5 SE"),
    ],
)
def test_sounds_become_the_words_of_the_catalogue(lexicon: Lexicon, heard: str, name: str) -> None:
    assert read_heard(heard, lexicon).words == words_of(name)


@pytest.mark.parametrize("text", ["今天天气真好我们去公园吧", "please send somebody round tomorrow", "", "?!"])
def test_what_is_not_of_the_catalogue_costs(lexicon: Lexicon, text: str) -> None:
    said = read_heard(text, lexicon)
    assert not said.words or said.cost > 1.2


def test_other_catalogues_have_other_words() -> None:
    washing = Lexicon([words_of("Bosch Serie 6 EcoSilence")])
    assert read_heard("博世series六", washing).words[-1] == "6"
    assert "note" not in read_heard("诺特", washing).words


@pytest.mark.parametrize("text", ["艾斯" * 20_000, "二十" * 20_000, "a " * 50_000, "ee i " * 20_000, "诺" * 100_000])
def test_hostile_text_is_bounded(lexicon: Lexicon, text: str) -> None:
    started = time.process_time()
    read_heard(text[:200], lexicon)
    assert time.process_time() - started < 0.5


def test_a_code_with_a_look_alike_sister_is_suggested() -> None:
    """V2056A may be a V2066A misread; a code whose sisters differ clearly is filled."""
    dense = Catalogue([Product(code) for code in ("V2056A", "V2066A", "V2O56A", "KFR-35GW", "KFR-72LW")])
    assert dense.match("V2056A", source="ocr").status == "suggest"
    assert dense.match("V2056A", source="text").status == "auto"
    assert dense.match("KFR-35GW", source="ocr").status == "auto"


def test_one_sister_is_enough_for_a_worn_reading() -> None:
    catalogue = Catalogue([Product("RMX3031"), Product("RMX3081"), Product("QX-7")])
    assert catalogue.match("RMX3031", source="ocr").status == "auto"
    assert catalogue.match("rmx3031", source="ocr").status == "suggest"
