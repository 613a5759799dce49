"""The loop in a real Request Tracker 5: webhook in, fields and comment out, a maintenance ticket opened and resolved,
and none of it lost or done twice when our process is killed."""

from __future__ import annotations

import gzip
import os
import random
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, expect

from tests.systems.beforehand_process import BeforehandProcess
from tests.systems.cutting_proxy import CuttingProxy
from tests.systems.rt import PASSWORD, RequestTracker, free_port, wait_until

pytestmark = pytest.mark.systems

SECRET = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="
FILES = Path(__file__).resolve().parents[2] / "api" / "connectors" / "files" / "request_tracker"
IS_FULL = os.environ.get("BEFOREHAND_TEST_LENGTH") == "full"
TICKETS = 1_000 if IS_FULL else 30
KILLS = 100 if IS_FULL else 6
WORKED_S = 60.0
"""One ticket takes under a second on an idle machine; a start of ours, some seconds."""
SEEN_MS = 60_000
CONNECTORS = """
[[connector]]
name = "rt"
kind = "request_tracker"
url = "{url}"
token = "env:RT_TOKEN"
secret = "env:RT_HOOK_SECRET"
mode = "fill_if_empty"
allow_private = true
frame_ancestors = ["{rt}"]
[connector.fields]
order_number = "OrderNumber"
device_model = "DeviceModel"
error_code = "FaultCode"
phone_number = "PhoneNumber"
[connector.maintenance]
queue = "General"
"""


@dataclass(frozen=True, slots=True)
class Desk:
    """A Request Tracker and our service, connected through something that can cut the line."""

    rt: RequestTracker
    line: CuttingProxy
    service: BeforehandProcess


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """Start both, set up by the shipped files."""
    port = free_port()
    settings = {
        "BeforehandURL": f"http://127.0.0.1:{port}",
        "BeforehandConnector": "rt",
        "BeforehandSecret": SECRET,
        "BeforehandUser": "beforehand",
        "BeforehandTimeout": "2",
    }
    with ExitStack() as stack:
        rt = RequestTracker(tmp_path_factory.mktemp("rt"), settings=settings)
        stack.callback(rt.stop)
        rt.set_up()
        rt.install(FILES, "install_custom_fields.pl")
        token = rt.install(FILES, "install_user.pl").strip()
        rt.install(FILES, "install_scrips.pl")
        rt.add_pages(FILES)
        rt.start()
        line = CuttingProxy(rt.url)
        line.start()
        stack.callback(line.stop)
        data_dir = tmp_path_factory.mktemp("beforehand")
        (data_dir / "connectors.toml").write_text(CONNECTORS.format(url=line.url, rt=rt.url), encoding="utf-8")
        environment = {"RT_TOKEN": token, "RT_HOOK_SECRET": SECRET, "BEFOREHAND_CATCH_UP_EVERY_S": "5"}
        service = BeforehandProcess(data_dir, port=port, environment=environment)
        stack.callback(service.stop)
        service.make_key()
        service.start()
        yield Desk(rt, line, service)


def faults(rt: RequestTracker, orders: dict[str, str]) -> list[str]:
    """Return what is wrong with tickets that should each hold their order number, written once, and one comment."""
    found: list[str] = []
    for ticket, order in orders.items():
        if rt.fields(ticket)["OrderNumber"] != order:
            found.append(f"{ticket}: lost: the field does not hold {order}")
        if (comments := len(rt.comments(ticket))) != 1:
            found.append(f"{ticket}: {'lost' if not comments else 'duplicated'}: {comments} comments")
        if (writes := rt.writes(ticket, "OrderNumber")) != 1:
            found.append(f"{ticket}: the field was written {writes} times")
    return found


def worked(rt: RequestTracker, ticket: str) -> None:
    wait_until(lambda: bool(rt.comments(ticket)), f"ticket {ticket} has its comment", limit_s=WORKED_S)


def learnt(client: httpx.Client) -> int:
    """Return how many verdicts all events brought so far."""
    jobs = client.get("/v1/jobs", params={"kind": "enrich", "state": "done", "limit": 500}).json()
    return sum(client.get(f"/v1/jobs/{job['id']}").json()["result"]["learnt"] for job in jobs)


@pytest.mark.parametrize(
    ("subject", "content", "question"),
    [
        ("空调报 E5", "订单号 20240518936，型号 KFR-35GW，显示 E5。", "联系电话"),
        ("AC shows E5", "My order number is 20240518936, model KFR-35GW, the display shows E5.", "phone number"),
    ],
    ids=["zh", "en"],
)
def test_a_created_ticket_is_filled_in_and_commented_on(desk: Desk, subject: str, content: str, question: str) -> None:
    ticket = desk.rt.create_ticket(subject, content)
    worked(desk.rt, ticket)
    fields = desk.rt.fields(ticket)
    assert (fields["OrderNumber"], fields["FaultCode"]) == ("20240518936", "E5")
    (comment,) = desk.rt.comments(ticket)
    assert "20240518936" in comment
    assert question in comment


def test_a_value_that_a_person_wrote_stays(desk: Desk) -> None:
    ticket = desk.rt.create_ticket("报修", "订单号 20240518936，显示 E5。", OrderNumber="20259999999")
    worked(desk.rt, ticket)
    assert desk.rt.fields(ticket)["OrderNumber"] == "20259999999"
    assert desk.rt.fields(ticket)["FaultCode"] == "E5"
    assert "20259999999" in desk.rt.comments(ticket)[0]


def test_what_an_agent_makes_of_a_value_is_learnt_and_it_can_be_put_back(desk: Desk) -> None:
    ticket = desk.rt.create_ticket("报修", "订单号 20240518936，显示 E5。")
    worked(desk.rt, ticket)
    with desk.service.client() as client:
        query = {"ticket_id": ticket, "connector": "rt"}
        wait_until(lambda: len(client.get("/v1/changes", params=query).json()) == 2, "recorded", limit_s=WORKED_S)
        changes = {change["field"]: change for change in client.get("/v1/changes", params=query).json()}
        before = learnt(client)
        desk.rt.edit(ticket, FaultCode="E6")
        wait_until(lambda: learnt(client) > before, "the edit is learnt from", limit_s=WORKED_S)
        reverted = client.post(f"/v1/changes/{changes['order_number']['id']}/revert")
        assert reverted.json()["state"] == "reverted"
        assert desk.rt.fields(ticket)["OrderNumber"] == ""
        refused = client.post(f"/v1/changes/{changes['error_code']['id']}/revert")
        assert refused.status_code == 409
        assert desk.rt.fields(ticket)["FaultCode"] == "E6"


def test_a_failing_device_opens_a_ticket_and_resolves_it(desk: Desk, examples: Path) -> None:
    readings = gzip.decompress((examples / "telemetry.ndjson.gz").read_bytes())
    with desk.service.client() as client:
        answer = client.post("/v1/telemetry", content=readings, headers={"Content-Type": "application/x-ndjson"})
        assert answer.status_code == 202, answer.text
        ours = client.get("/v1/tickets").json()
    assert ours
    query = "Creator = 'beforehand'"
    wait_until(lambda: len(desk.rt.tickets(query)) >= len(ours), "tickets are opened", limit_s=WORKED_S)
    resolved = [one for one in ours if one["state"] == "resolved"]
    wait_until(
        lambda: sum(one["Status"] == "resolved" for one in desk.rt.tickets(query)) == len(resolved),
        "what is over is resolved",
        limit_s=WORKED_S,
    )
    assert len(desk.rt.tickets(query)) == len(ours)


ARTICLE = {
    "title": "空调显示 E5：清洗过滤网",
    "body": "空调显示 E5 表示电流保护。断电十分钟，清洗过滤网和室外机散热片，再通电试机。",
    "locale": "zh-CN",
}


def test_an_agent_uses_a_suggestion_in_the_panel_on_the_tickets_page(desk: Desk, chromium: Browser) -> None:
    with desk.service.client() as client:
        assert client.put("/v1/articles/ac-e5", json=ARTICLE).is_success
    ticket = desk.rt.create_ticket("空调显示 E5", "订单号 20240518936，空调显示 E5，不制冷。")
    worked(desk.rt, ticket)
    context = chromium.new_context(locale="zh-CN", viewport={"width": 1280, "height": 1000})
    page = context.new_page()
    page.goto(f"{desk.rt.url}/Ticket/Display.html?id={ticket}")
    page.fill("input[name=user]", "root")
    page.fill("input[name=pass]", PASSWORD)
    page.click("input[type=submit]")
    panel = page.frame_locator("iframe[title=Beforehand]")
    expect(panel.get_by_text("20240518936").first).to_be_visible(timeout=SEEN_MS)
    use = panel.locator("form[hx-post='/panel/use'] button").first
    expect(use).to_be_visible(timeout=SEEN_MS)
    use.click()
    wait_until(lambda: len(desk.rt.comments(ticket)) == 2, "the suggestion is in a comment", limit_s=WORKED_S)
    assert "清洗过滤网" in desk.rt.comments(ticket)[1]
    page.reload()
    expect(panel.get_by_text("✓").first).to_be_visible(timeout=SEEN_MS)  # read from the feedback that was kept
    context.close()


MOMENTS = {
    "after_the_fields_were_written": lambda method, path: method == "PUT",
    "after_the_comment_was_added": lambda method, path: path.endswith("/comment"),
}


@pytest.mark.parametrize("moment", MOMENTS)
def test_a_crash_after_a_write_does_not_repeat_it(desk: Desk, moment: str) -> None:
    ticket = crash_at(desk, moment, order="20240518937")
    assert faults(desk.rt, {ticket: "20240518937"}) == []


def test_control_without_looking_up_the_mark_a_crash_does_repeat_the_comment(desk: Desk) -> None:
    desk.line.forgets = lambda method, path: "/attachments" in path and "Subject" in path and desk.line.cuts > 0
    ticket = crash_at(desk, "after_the_comment_was_added", order="20240518938")
    wait_until(lambda: len(desk.rt.comments(ticket)) > 1, "the comment is there twice", limit_s=WORKED_S)
    desk.line.forgets = lambda method, path: False
    assert any("duplicated" in fault for fault in faults(desk.rt, {ticket: "20240518938"}))


def crash_at(desk: Desk, moment: str, *, order: str) -> str:
    """Kill the service at a moment of a ticket's work, take it up again, and return the ticket when it is worked."""
    desk.line.cuts = 0
    desk.line.on_cut = desk.service.kill
    desk.line.cut = MOMENTS[moment]
    ticket = desk.rt.create_ticket("报修", f"订单号 {order}")
    wait_until(lambda: desk.line.cuts == 1, "the service is killed", limit_s=WORKED_S)
    desk.service.start()
    worked(desk.rt, ticket)
    settle(desk)
    return ticket


def settle(desk: Desk) -> None:
    """Wait until nothing is left to do."""
    with desk.service.client() as client:
        busy = ("queued", "running", "waiting")
        wait_until(
            lambda: not any(client.get("/v1/jobs", params={"state": state}).json() for state in busy),
            "every job is over",
            limit_s=WORKED_S * (20 if IS_FULL else 4),
        )


def test_no_ticket_is_lost_or_worked_twice_when_the_service_is_killed_at_random(desk: Desk) -> None:
    dice = random.Random(7)
    kills = 0

    def kill_now_and_then() -> None:
        nonlocal kills
        while kills < KILLS:
            pause.wait(dice.uniform(0.5, 5.0))
            desk.service.kill()
            kills += 1
            desk.service.start()

    pause = threading.Event()
    killer = threading.Thread(target=kill_now_and_then)
    killer.start()
    orders: dict[str, str] = {}
    for number in range(TICKETS):
        order = str(20250000000 + number)
        orders[desk.rt.create_ticket(f"报修 {number}", f"订单号 {order}")] = order
    killer.join()
    empty = "'CF.{OrderNumber}' IS NULL AND Creator = 'root' AND Subject LIKE '报修 '"
    wait_until(lambda: not desk.rt.tickets(empty), "all is worked", limit_s=WORKED_S * TICKETS / 6, pause_s=2)
    settle(desk)
    assert kills == KILLS
    assert faults(desk.rt, orders) == []
