"""The catalogue matches what was typed, read and said, and says none where nothing is meant."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest

from nlp import Catalogue, read_catalogue
from nlp.records import CatalogueInvalid

ROWS: list[Mapping[str, str | Sequence[str]]] = [
    {"code": "KFR-35GW/N8XHA1", "names": "风锐空调|Windsharp", "brand": "美岚|Meilan"},
    {"code": "KFR-26GW/N8XHA1", "names": ["酷风"]},
    {"code": "WF-80B5T", "names": "滚筒洗衣机 8 公斤"},
]


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return Catalogue.from_rows(ROWS)


@pytest.mark.parametrize(
    ("text", "source", "code", "status"),
    [
        ("kfr 35gw n8xha1", "text", "KFR-35GW/N8XHA1", "auto"),
        ("ＫＦＲ－３５ＧＷ／Ｎ８ＸＨＡ１", "text", "KFR-35GW/N8XHA1", "auto"),
        ("风锐空调", "text", "KFR-35GW/N8XHA1", "auto"),
        ("美岚风锐空调", "text", "KFR-35GW/N8XHA1", "auto"),
        ("meilan windsharp", "text", "KFR-35GW/N8XHA1", "auto"),
        ("KFR-3SGW/N8XHAI", "ocr", "KFR-35GW/N8XHA1", "auto"),
        ("W F eight zero B five T", "speech", "WF-80B5T", "auto"),
        ("WF-8OBST", "text", "WF-80B5T", "suggest"),
        ("WF-80B5", "text", "WF-80B5T", "suggest"),
        ("zebra", "text", None, "none"),
        ("", "text", None, "none"),
        ("!!!", "ocr", None, "none"),
    ],
)
def test_match(catalogue: Catalogue, text: str, source: str, code: str | None, status: str) -> None:
    match = catalogue.match(text, source=source)  # type: ignore[arg-type]
    assert (match.code, match.status) == (code, status)


def test_a_tie_is_not_filled_in(catalogue: Catalogue) -> None:
    """One character between two codes may be either."""
    match = catalogue.match("KFR-?6GW/N8XHA1".replace("?", "3"), source="ocr")
    assert match.status != "auto"
    assert {candidate.value for candidate in match.candidates} >= {"KFR-35GW/N8XHA1", "KFR-26GW/N8XHA1"}


def test_find_in_points_at_codes_and_names(catalogue: Catalogue) -> None:
    text = "我的酷风和 WF 80B5T 都坏了, xWF80B5Ty 不算"
    assert [(found.code, text[found.start : found.end]) for found in catalogue.find_in(text)] == [
        ("KFR-26GW/N8XHA1", "酷风"),
        ("WF-80B5T", "WF 80B5T"),
    ]


def test_csv_and_jsonl_read_alike() -> None:
    from_csv = read_catalogue(b"code,names\nA-1,one|two\n\n", ".csv")
    from_jsonl = read_catalogue(b'{"code": "A-1", "names": ["one", "two"]}\n', ".jsonl")
    assert from_csv.products == from_jsonl.products


@pytest.mark.parametrize(
    ("content", "suffix", "message"),
    [
        (b"name\nx\n", ".csv", "no column code"),
        (b"code,names\n", ".csv", "no rows"),
        (b"code,names\n,x\n", ".csv", "row 1 has no code"),
        (b'{"code": 1', ".jsonl", "line 1"),
        (b"[1]", ".jsonl", "line 1"),
        (b"\xff\xfe", ".csv", "not UTF-8"),
        (b"code\nA\n", ".xlsx", ".csv or .jsonl"),
    ],
)
def test_bad_files_say_what_is_wrong(content: bytes, suffix: str, message: str) -> None:
    with pytest.raises(CatalogueInvalid, match=message):
        read_catalogue(content, suffix)
