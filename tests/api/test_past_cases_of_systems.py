"""A ticket system's solved tickets become past cases: masked, renewed by the next run, never lost by a bad one."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import docx
import pytest

from api.backtest.past_cases import CasesReport, system_cases
from api.connectors.options import ConnectorOptions
from api.connectors.records import Attached, CustomerOf, ExternalTicket, FieldWrite, NewTicket, TicketMessage
from api.connectors.system import ConnectorDown
from api.engines import Engines
from api.settings import Settings
from nlp import KnowledgeBase, bring_up_to_date
from nlp.records import Article

OPTIONS = ConnectorOptions(name="rt", kind="request_tracker")
SINCE = datetime(2026, 1, 20, tzinfo=UTC)
CUSTOMER = CustomerOf(id="C-90210", name="Anna Smith", phone="13800138000", email="anna@example.com")


class PastDesk:
    """A ticket system that only has a past; `is_up` is whether it answers to the end."""

    def __init__(self, tickets: Sequence[ExternalTicket]) -> None:
        self.tickets = list(tickets)
        self.is_up = True

    def since(self, at: datetime) -> Iterator[ExternalTicket]:
        yield from (one for one in self.tickets if one.created_at is not None and one.created_at >= at)
        if not self.is_up:
            raise ConnectorDown("connector rt: no answer")

    def read(self, ticket_id: str) -> ExternalTicket:
        return next(one for one in self.tickets if one.id == ticket_id)

    def write(self, ticket_id: str, writes: Sequence[FieldWrite]) -> None: ...

    def comment(self, ticket_id: str, text: str, *, mark: str) -> None: ...

    def close(self, ticket_id: str, text: str, *, mark: str) -> None: ...

    def create(self, ticket: NewTicket) -> str:
        return ticket.key

    def check(self) -> str:
        return "a past"


def report_of(text: str) -> Attached:
    document, saved = docx.Document(), io.BytesIO()
    document.add_paragraph(text)
    document.save(saved)
    return Attached("report.docx", saved.getvalue())


def ticket(
    number: int, *said: str, status: str = "resolved", month: int = 2, files: Sequence[Attached] = ()
) -> ExternalTicket:
    """Return a ticket whose customer and agent take turns."""
    authors = ("customer", "agent")
    messages = [TicketMessage(str(at), authors[at % 2], text) for at, text in enumerate(said)]  # type: ignore[arg-type]
    return ExternalTicket(
        str(number),
        "",
        status=status,
        created_at=datetime(2026, month, 3, tzinfo=UTC),
        messages=tuple(messages),
        attachments=tuple(files),
        customer=CUSTOMER,
    )


ZH = ticket(1, "空调显示E4不制冷，我叫王小明", "请清洗过滤网，再补充冷媒。", "好了", "感谢反馈，祝您愉快！",
            files=[report_of("检测报告：冷媒压力0.3MPa，联系人13800138000"), Attached("tune.xyz", b"?")])  # fmt: skip
EN = ticket(
    2, "The washer shows E2, I am Anna Smith", "Clean the pump filter, then restart it.", month=3, status="Closed"
)
OPEN = ticket(3, "The fridge is loud", "Please move it away from the wall.", status="open")


@pytest.fixture(scope="module")
def engines(tmp_path_factory: pytest.TempPathFactory) -> Engines:
    return Engines(Settings(data_dir=tmp_path_factory.mktemp("past")))


@pytest.fixture
def base(tmp_path: Path) -> Iterator[KnowledgeBase]:
    with KnowledgeBase(tmp_path / "kb.sqlite3") as base:
        yield base


def run(desk: PastDesk, base: KnowledgeBase, engines: Engines, *, since: datetime = SINCE) -> CasesReport:
    with system_cases(desk, OPTIONS, engines=engines, since=since, on_problem=lambda problem: None) as cases:
        bring_up_to_date(base, cases.source, on_rejected=lambda problem: None)
    return cases.report


def article(base: KnowledgeBase, number: int) -> Article:
    found = base.get(f"past-case/{number}")
    assert found is not None
    return found


def test_solved_tickets_become_masked_cases_with_their_attachments(base: KnowledgeBase, engines: Engines) -> None:
    assert run(PastDesk([ZH, EN, OPEN]), base, engines) == CasesReport(2, 0, 1)
    assert base.article_ids() == ("past-case/1", "past-case/2")
    text = article(base, 1).body + article(base, 2).body
    assert "请清洗过滤网，再补充冷媒。" in text
    assert "祝您愉快" not in text
    assert "冷媒压力0.3MPa" in text
    assert not [secret for secret in ("13800138000", "王小明", "Anna Smith", "C-90210") if secret in text]


def test_a_run_renews_what_it_reads_and_leaves_the_months_before(base: KnowledgeBase, engines: Engines) -> None:
    run(PastDesk([ZH, EN]), base, engines)
    better = ticket(2, "The washer shows E2", "Replace the drain pump of the washer.", month=3, status="closed")
    run(PastDesk([better]), base, engines, since=datetime(2026, 3, 15, tzinfo=UTC))
    assert "drain pump" in article(base, 2).body
    assert "过滤网" in article(base, 1).body  # of February, which this run did not ask for
    run(PastDesk([ticket(9, "It hums", "Tighten the screws of the fan.")]), base, engines)
    assert base.article_ids() == ("past-case/9",)  # the others are solved no more


@pytest.mark.parametrize("is_up", [True, False], ids=["nothing to tell", "breaks off"])
def test_a_system_that_tells_nothing_or_breaks_off_deletes_nothing(
    base: KnowledgeBase, engines: Engines, is_up: bool
) -> None:
    run(PastDesk([ZH, EN]), base, engines)
    desk = PastDesk([] if is_up else [ZH])
    desk.is_up = is_up
    if is_up:
        run(desk, base, engines)
    else:
        with pytest.raises(ConnectorDown):
            run(desk, base, engines)
    assert base.article_ids() == ("past-case/1", "past-case/2")
