"""Where an article is cut."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlp.records import Article
from nlp.search.passages import MAX_WEIGHT, split_passages, split_sentences

MARKUP = st.lists(
    st.sampled_from(
        ["# 标题\n", "## Part\n", "```\n", "| a | b |\n", "一句话。", "Words here. ", "\n", "x" * 700, "长句" * 400]
    )
    | st.text(max_size=20),
    max_size=40,
).map("".join)


@given(MARKUP)
@settings(max_examples=150, deadline=None)
def test_spans_are_exact_in_order_and_bounded(body: str) -> None:
    passages = split_passages(Article("a", "t", body))
    assert bool(passages) == bool(body.strip())
    end = 0
    for passage in passages:
        assert body[passage.start : passage.end] == passage.text
        assert passage.start >= end
        assert 0 < len(passage.text) <= MAX_WEIGHT + 2
        end = passage.end


def test_headings_part_passages_and_name_them() -> None:
    body = "# 空调\n开头。\n## 原因\n传感器坏了。\n# Washer\nDrain blocked.\n"
    passages = split_passages(Article("a", "t", body))
    assert [(passage.heading, passage.text) for passage in passages] == [
        ("空调", "开头。"),
        ("空调 > 原因", "传感器坏了。"),
        ("Washer", "Drain blocked."),
    ]


def test_comment_in_a_fence_is_no_heading() -> None:
    (passage,) = split_passages(Article("a", "t", "先看：\n```sh\n# not a heading\nls\n```\n再看。"))
    assert passage.heading == ""
    assert "# not a heading" in passage.text


def test_table_that_fits_stays_in_one_passage() -> None:
    table = "| 代码 | meaning |\n|---|---|\n| E4 | sensor |"
    passages = split_passages(Article("a", "t", "句子。" * 210 + "\n\n" + table))
    assert passages[-1].text == table


@pytest.mark.parametrize(
    ("heading", "row", "wanted"),
    [("## 故障代码\n", "| 代码 | 含义 |", "故障代码 > 代码 | 含义"), ("", "| Code | Meaning |", "Code | Meaning")],
    ids=["zh", "en"],
)
def test_header_row_is_said_again_where_a_table_is_cut(heading: str, row: str, wanted: str) -> None:
    rows = "".join(f"| E{number} | {'传感器 sensor ' * 4}|\n" for number in range(60))
    body = f"{heading}{row}\n| --- | --- |\n{rows}\nNothing more.\n"
    first, *others, last = split_passages(Article("a", "t", body))
    assert (first.heading, first.text.startswith(row)) == (heading.strip("# \n"), True)
    assert len(others) > 1
    assert {passage.heading for passage in others} == {wanted}
    assert (last.heading, last.text) == (heading.strip("# \n"), "Nothing more.")
    assert all(passage.text.startswith("| E") for passage in others)


def test_long_prose_is_cut_at_sentence_ends() -> None:
    passages = split_passages(Article("a", "t", "这是一个很长的句子，说明如何操作。" * 100))
    assert len(passages) > 1
    assert all(passage.text.endswith("。") for passage in passages)


def test_headings_alone_still_make_a_passage() -> None:
    assert [passage.text for passage in split_passages(Article("a", "t", "# 只有标题"))] == ["# 只有标题"]


def test_first_line_stands_in_for_a_missing_title() -> None:
    assert split_passages(Article("a", "", "怎么复位？\n长按五秒。"))[0].title == "怎么复位？"


def test_sentences_end_in_both_languages_and_not_after_abbreviations() -> None:
    text = "先断电！再等 5 分钟。Use a coin, e.g. a dime. Then 3.5 mm “ok.” Done"
    assert [text[span.start : span.end] for span in split_sentences(text)] == [
        "先断电！",
        "再等 5 分钟。",
        "Use a coin, e.g. a dime.",
        "Then 3.5 mm “ok.”",
        "Done",
    ]


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        (
            "Clean the filter; a clogged one costs power. Dry it.",
            ["Clean the filter; a clogged one costs power.", "Dry it."],
        ),
        ("每两周清洗一次；脏堵会费电。晾干。", ["每两周清洗一次；脏堵会费电。", "晾干。"]),
        (
            "A dirty filter lowers suction pressure a little and\nlowers superheat. Clean it.",
            ["A dirty filter lowers suction pressure a little and\nlowers superheat.", "Clean it."],
        ),
        ("kubectl get pods\nkubectl apply", ["kubectl get pods", "kubectl apply"]),  # short lines are commands
        (
            "The list of what it takes is on the next page\n\nand here",
            ["The list of what it takes is on the next page", "and here"],
        ),
    ],
    ids=["semicolon-en", "semicolon-zh", "wrapped", "commands", "paragraphs"],
)
def test_sentence_is_whole(text: str, sentences: list[str]) -> None:
    assert [text[span.start : span.end] for span in split_sentences(text)] == sentences
