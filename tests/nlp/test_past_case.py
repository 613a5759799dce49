"""A solved ticket becomes an article without what is personal; one that says nothing becomes none."""

from __future__ import annotations

import pytest

from nlp.search.passages import split_passages
from nlp.sources.past_case import SolvedTicket, past_case

ZH = SolvedTicket(
    "T-1",
    "你好，我叫王小明，家里空调显示E4不制冷，电话13800138000。",
    "上门清洗过滤网，补充冷媒后恢复正常，已回访13800138000。",
    secrets=("C-90210",),
)
EN = SolvedTicket(
    "T-2",
    "Hello, my name is Anna Smith. The washer shows E2 and does not drain, mail me at anna@example.com.",
    "Cleaned the pump filter with the customer C-90210 on the phone; it drains again.",
    locale="en-US",
    attachments=("Photo of the label: HB-W8, anna@example.com",),
    secrets=("C-90210",),
)


@pytest.mark.parametrize(
    ("ticket", "title", "headings"),
    [
        (ZH, "空调显示E4不制冷", ["问题", "解决办法"]),
        (EN, "The washer shows E2 and does not drain", ["Problem", "What solved it", "Attachments"]),
    ],
    ids=["zh", "en"],
)
def test_problem_and_solution_are_kept_and_personal_data_is_not(
    ticket: SolvedTicket, title: str, headings: list[str]
) -> None:
    case = past_case(ticket, allowed=("agents",))
    assert case is not None
    assert title in case.title
    assert [passage.heading for passage in split_passages(case)] == headings
    whole = case.title + case.body
    assert not [secret for secret in ("13800138000", "王小明", "Anna Smith", "anna@", "C-90210") if secret in whole]
    assert (case.id, case.allowed) == (f"past-case/{ticket.id}", ("agents",))
    assert case.locale[:2] == ("zh" if headings[0] == "问题" else "en")


@pytest.mark.parametrize("solution", ["", "已处理", "Done.", "ok thanks", "   "])
def test_ticket_that_does_not_say_what_solved_it_is_no_case(solution: str) -> None:
    assert past_case(SolvedTicket("T-3", "空调显示E4不制冷", solution)) is None


@pytest.mark.parametrize(
    ("problem", "number"),
    [
        ("空调不制冷，订单号20250908191，序列号YXW32509081013", "20250908191"),
        ("The fridge is loud, order number 20260607198.", "20260607198"),
    ],
    ids=["zh", "en"],
)
def test_number_of_one_sale_is_not_kept(problem: str, number: str) -> None:
    case = past_case(SolvedTicket("T-5", problem, "更换压缩机后恢复正常 replaced the compressor"))
    assert case is not None
    assert number not in case.title + case.body
    assert "YXW3250" not in case.body


def test_customers_line_is_no_heading() -> None:
    case = past_case(SolvedTicket("T-4", "# E4 故障 报警", "清洗过滤网后恢复正常"))
    assert case is not None
    assert [passage.heading for passage in split_passages(case)] == ["问题", "解决办法"]
