"""Whose clock decides what "today" means: the customers', in whatever zone a system tells its times."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from fastapi import FastAPI
from pydantic import ValidationError

from api.connectors.options import ConnectorOptions
from api.connectors.records import ExternalTicket
from api.enrich.request import request_of
from api.settings import Limits, Settings
from nlp import load_template
from tests.api.test_enrich import OPTIONS, House

LATE = datetime(2026, 11, 21, 18, 30, tzinfo=UTC)  # half past two in the morning of the 22nd in Shanghai
TEMPLATE = {
    "$id": "fault",
    "type": "object",
    "properties": {"fault_time": {"x-extract": {"field": "fault_time"}}},
}


@pytest.fixture
def app(api_app: FastAPI) -> Iterator[FastAPI]:
    yield api_app
    api_app.state.store.database.close()


@pytest.mark.parametrize(
    ("text", "zone", "day"),
    [
        ("空调今天凌晨1点开始不制冷", "", "2026-11-22"),
        ("空调今天下午1点开始不制冷", "Europe/London", "2026-11-21"),
        ("The fault began today at 1 am", "Asia/Tokyo", "2026-11-22"),
        ("The fault began today at 1 pm", "America/New_York", "2026-11-21"),
    ],
)
def test_today_is_the_customers_day(app: FastAPI, text: str, zone: str, day: str) -> None:
    import json

    assert load_template(TEMPLATE).field("fault_time")
    app.state.store.templates.put("fault", json.dumps(TEMPLATE), at=LATE)
    fields = {"fault_time": "Since"}
    house = House(app, OPTIONS.model_copy(update={"template": "fault", "time_zone": zone, "fields": fields}))
    house.now = LATE
    house.open(text)
    house.system.tickets["1"] = replace(house.system.tickets["1"], created_at=LATE, fields={"fault_time": ""})
    stored = house.store.drafts.prefill(str(house.tell()["prefill_id"]))
    assert str(stored.response.fields["fault_time"].value).startswith(day)


def test_a_ticket_without_a_time_is_read_at_the_customers_now() -> None:
    options = ConnectorOptions(name="desk", kind="webhook")
    at = LATE.astimezone(Settings().time_zone)
    request = request_of(ExternalTicket("1", "不制冷"), options=options, limits=Limits(), at=at)
    assert request.reference_time is not None
    assert request.reference_time.isoformat() == "2026-11-22T02:30:00+08:00"


@pytest.mark.parametrize("name", ["Mars/Olympus", "../etc/passwd", "Asia", "中国/上海"])
def test_an_unknown_time_zone_is_refused_at_the_start(name: str) -> None:
    with pytest.raises(ValidationError, match="no time zone is called"):
        Settings(default_time_zone=name)
    with pytest.raises(ValidationError, match="no time zone is called"):
        ConnectorOptions(name="desk", kind="webhook", time_zone=name)


@pytest.mark.parametrize(("region", "zone"), [("CN", "Asia/Shanghai"), ("US", "UTC")])
def test_the_region_decides_where_no_zone_is_set(region: str, zone: str) -> None:
    assert str(Settings(default_region=region).time_zone) == zone
