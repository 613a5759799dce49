"""What most pages of one website repeat is no article's own; headings, tables and code that they share are."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from nlp.search.knowledge_base import KnowledgeBase
from nlp.sources.ingest import SourceReport, bring_up_to_date
from nlp.sources.site_boilerplate import FEWEST, repeated_lines
from nlp.sources.source import open_source
from nlp.sources.sources import is_loadable

WORDS = {
    "zh": (
        "这篇文章对您有帮助吗？请告诉我们。",
        "如需人工服务，请拨打 400-800-1234。",
        "适用范围",
        "第{0}步：清洗第{0}号过滤网，再启动设备。",
    ),
    "en": (
        "Was this page helpful? Tell us.",
        "For a person, call 400-800-1234.",
        "Applies to",
        "Step {0}: rinse filter number {0}, then start the device again.",
    ),
}


@pytest.fixture(params=["zh", "en"])
def words(request: pytest.FixtureRequest) -> tuple[str, ...]:
    return WORDS[request.param]


@pytest.fixture
def base(tmp_path: Path) -> Iterator[KnowledgeBase]:
    with KnowledgeBase(tmp_path / "kb.sqlite3") as base:
        yield base


def page(number: int, words: tuple[str, ...]) -> str:
    asks, calls, heading, step = words
    return (
        f"<html><head><title>E{number}</title></head><body><h1>E{number}</h1><p>{step.format(number)}</p>"
        f"<h2>{heading}</h2><p>KFR-{number}5GW, KFR-{number}6GW</p><div><p>{asks}</p><p>{calls}</p></div></body></html>"
    )


def write(folder: Path, count: int, words: tuple[str, ...]) -> None:
    folder.mkdir(exist_ok=True)
    for number in range(count):
        (folder / f"e{number}.html").write_text(page(number, words), encoding="utf-8")


def index(base: KnowledgeBase, folder: Path) -> SourceReport:
    with open_source(folder, wanted=is_loadable) as source:
        return bring_up_to_date(base, source, on_rejected=lambda problem: pytest.fail(str(problem)))


def body(base: KnowledgeBase, name: str) -> str:
    article = base.get(name)
    assert article is not None
    return article.body


def test_what_most_pages_repeat_is_left_out_of_each(
    base: KnowledgeBase, tmp_path: Path, words: tuple[str, ...]
) -> None:
    write(tmp_path / "site", FEWEST, words)
    index(base, tmp_path / "site")
    for number in range(FEWEST):
        text = body(base, f"e{number}.html")
        assert words[3].format(number) in text
        assert words[2] in text  # a heading
        assert words[0] not in text
        assert words[1] not in text


def test_of_few_pages_nothing_is_left_out(base: KnowledgeBase, tmp_path: Path, words: tuple[str, ...]) -> None:
    write(tmp_path / "site", FEWEST - 1, words)
    index(base, tmp_path / "site")
    assert words[1] in body(base, "e1.html")


def test_a_page_more_is_read_alone_and_loses_the_same(
    base: KnowledgeBase, tmp_path: Path, words: tuple[str, ...]
) -> None:
    write(tmp_path / "site", FEWEST, words)
    index(base, tmp_path / "site")
    assert index(base, tmp_path / "site").read == 0
    write(tmp_path / "site", FEWEST + 1, words)
    assert index(base, tmp_path / "site").read == 1
    assert words[1] not in body(base, f"e{FEWEST}.html")


def test_files_that_are_no_pages_keep_their_lines(base: KnowledgeBase, tmp_path: Path, words: tuple[str, ...]) -> None:
    folder = tmp_path / "notes"
    folder.mkdir()
    for number in range(FEWEST):
        (folder / f"n{number}.md").write_text(f"# E{number}\n\n{words[3]}\n\n{words[1]}\n", encoding="utf-8")
    index(base, folder)
    assert words[1] in body(base, "n1.md")


@pytest.mark.parametrize(
    "line",
    ["## 适用范围", "| Name | Type |", "```\nimport os\n```", "---", "1."],
    ids=["heading", "table", "code", "rule", "sign"],
)
def test_what_pages_share_by_their_form_is_theirs(line: str) -> None:
    assert repeated_lines(f"Text {number}.\n{line}\n" for number in range(FEWEST)) == frozenset()


def test_a_line_of_half_of_the_pages_is_theirs() -> None:
    halves = ["Only with the adapter.\n" if number % 2 else "" for number in range(20)]
    assert repeated_lines(f"{half}Text {number}." for number, half in enumerate(halves)) == frozenset()
