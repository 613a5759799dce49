"""SECURITY.md says how each item of OWASP ASVS 5.0, levels 1 and 2, is kept; what it names must exist."""

from __future__ import annotations

import ast
import csv
import re
from collections import Counter
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest
from pydantic import BaseModel

from api.settings import Settings

KINDS = ("test", "setting", "code", "elsewhere", "n/a", "short")
ROW = re.compile(r"^\| (V\d+\.\d+\.\d+) \| ([12]) \| (\S+) \| (.+) \|$", re.MULTILINE)
COUNT = re.compile(r"^\| (\S+) \| .* \| (\d+) \| (\d+) \| (\d+) \|$", re.MULTILINE)
NAMED_TEST = re.compile(r"(tests/[\w/]+\.py)::(\w+)")
NAMED_PATH = re.compile(r"`((?:api|nlp|speech|vision|predictive|tests)/[\w/.]+)`")
NAMED_SETTING = re.compile(r"`BEFOREHAND_([A-Z_]+)`")


@dataclass(frozen=True, slots=True)
class Item:
    id: str
    level: str
    kept_by: str
    where: str


@pytest.fixture(scope="module")
def page(root: Path) -> str:
    return (root / "SECURITY.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def items(page: str) -> tuple[Item, ...]:
    return tuple(Item(*found) for found in ROW.findall(page))


def test_every_item_of_the_standard_is_there_once(items: tuple[Item, ...], shared_data: Path) -> None:
    with (shared_data / "serving" / "asvs_5.0.0_en.csv").open(encoding="utf-8", newline="") as file:
        wanted = [(row["req_id"], row["L"]) for row in csv.DictReader(file) if int(row["L"]) <= 2]
    assert [(item.id, item.level) for item in items] == wanted


def test_no_text_of_the_standard_is_copied(page: str, shared_data: Path) -> None:
    with (shared_data / "serving" / "asvs_5.0.0_en.csv").open(encoding="utf-8", newline="") as file:
        texts = [row["req_description"] for row in csv.DictReader(file)]
    assert not [text for text in texts if text[12:72] in page]


def test_counts_are_those_of_the_table(page: str, items: tuple[Item, ...]) -> None:
    counted = Counter((item.kept_by, item.level) for item in items)
    stated = {kind: (int(one), int(two), int(both)) for kind, one, two, both in COUNT.findall(page) if kind in KINDS}
    assert stated == {
        kind: (counted[kind, "1"], counted[kind, "2"], counted[kind, "1"] + counted[kind, "2"]) for kind in KINDS
    }


def test_each_item_is_kept_in_a_known_way_and_says_how(items: tuple[Item, ...]) -> None:
    assert {item.kept_by for item in items} <= set(KINDS)
    assert not [item.id for item in items if item.kept_by == "test" and not NAMED_TEST.search(item.where)]
    assert not [item.id for item in items if len(item.where) < 9]


@cache
def functions_of(path: Path) -> frozenset[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return frozenset(node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))


def test_every_named_test_exists(page: str, root: Path) -> None:
    named = set(NAMED_TEST.findall(page))
    assert len(named) >= 60
    missing = [f"{path}::{name}" for path, name in sorted(named) if not _has(root / path, name)]
    assert not missing


def _has(path: Path, name: str) -> bool:
    return path.is_file() and name in functions_of(path)


def test_every_named_file_exists(page: str, root: Path) -> None:
    assert not [path for path in NAMED_PATH.findall(page) if not (root / path).exists()]


def test_every_named_setting_exists(page: str) -> None:
    named = set(NAMED_SETTING.findall(page))
    assert len(named) >= 10
    assert not [name for name in sorted(named) if not _is_setting(Settings, name.lower().split("__"))]


def _is_setting(model: type[BaseModel], path: list[str]) -> bool:
    field = model.model_fields.get(path[0])
    if field is None:
        return False
    inner = field.annotation
    return len(path) == 1 or (isinstance(inner, type) and issubclass(inner, BaseModel) and _is_setting(inner, path[1:]))
