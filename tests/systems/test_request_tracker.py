"""The loop in a real Request Tracker 5: webhook in, fields and comment out, a maintenance ticket opened and resolved,
and none of it lost or done twice when our process is killed."""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.systems.beforehand_process import BeforehandProcess
from tests.systems.rt import RequestTracker, free_port, wait_until

pytestmark = pytest.mark.systems

SECRET = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="
FILES = Path(__file__).resolve().parents[2] / "api" / "connectors" / "files" / "request_tracker"
CONNECTORS = """
[[connector]]
name = "rt"
kind = "request_tracker"
url = "{url}"
token = "env:RT_TOKEN"
secret = "env:RT_HOOK_SECRET"
mode = "fill_if_empty"
allow_private = true
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
    """A Request Tracker and our service, connected."""

    rt: RequestTracker
    service: BeforehandProcess


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """Start both, as their instructions say."""
    port = free_port()
    settings = {
        "BeforehandURL": f"http://127.0.0.1:{port}",
        "BeforehandConnector": "rt",
        "BeforehandSecret": SECRET,
        "BeforehandUser": "beforehand",
        "BeforehandTimeout": "2",
    }
    rt = RequestTracker(tmp_path_factory.mktemp("rt"), settings=settings)
    rt.set_up()
    rt.install(FILES, "install_custom_fields.pl")
    token = rt.install(FILES, "install_user.pl").strip()
    rt.install(FILES, "install_scrips.pl")
    rt.add_pages(FILES)
    rt.start()
    data_dir = tmp_path_factory.mktemp("beforehand")
    (data_dir / "connectors.toml").write_text(CONNECTORS.format(url=rt.url), encoding="utf-8")
    environment = {"RT_TOKEN": token, "RT_HOOK_SECRET": SECRET, "BEFOREHAND_CATCH_UP_EVERY_S": "5"}
    service = BeforehandProcess(data_dir, port=port, environment=environment)
    service.make_key()
    service.start()
    yield Desk(rt, service)
    service.stop()
    rt.stop()


@pytest.mark.parametrize(
    ("subject", "content", "question"),
    [
        ("空调报 E5", "订单号 20240518936，型号 KFR-35GW，显示 E5。", "电话"),
        ("AC shows E5", "My order number is 20240518936, the display shows E5.", "phone number"),
    ],
    ids=["zh", "en"],
)
def test_a_created_ticket_is_filled_in_and_commented_on(desk: Desk, subject: str, content: str, question: str) -> None:
    ticket = desk.rt.create_ticket(subject, content)
    wait_until(lambda: bool(desk.rt.comments(ticket)), "the comment is there", limit_s=30)
    fields = desk.rt.fields(ticket)
    assert fields["OrderNumber"] == "20240518936"
    assert fields["FaultCode"] == "E5"
    (comment,) = desk.rt.comments(ticket)
    assert "20240518936" in comment
    assert question
