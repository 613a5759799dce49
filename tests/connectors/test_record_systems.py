"""All record systems of a folder as one: one time for a draft, what others answered, breakers, settings."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from api.connectors.record_breaker import Breaker
from api.connectors.record_options import read_record_options
from api.connectors.record_systems import RecordSystems
from api.connectors.system import OptionsInvalid
from nlp import build_extractors, compose, extract, load_template, resolve
from nlp.records import Part, RecordSystem, RecordSystemDown, Resolution
from tests.connectors.record_server import RecordServer

ORDERS_CSV = (
    "order_number,customer_id,phone,device_model,serial_number\nDD-20240518-936,C-7,138 0013 8000,KFR-35GW,SN20240001\n"
)
TIMEOUT_S = 0.15
SLACK_S = 1.5
"""For a machine that is busy with other things; a draft that waited for each look-up would take ten time-outs."""


def write_rest(folder: Path, url: str, **changes: object) -> None:
    told = {"failures": 2, "rest_s": 60.0, "retries": 0} | changes
    (folder / "records.toml").write_text(
        f"""timeout_s = {TIMEOUT_S}
[[system]]
name = "crm"
kind = "rest"
url = "{url}"
allow_private = true
timeout_s = {TIMEOUT_S}
{chr(10).join(f"{name} = {value}" for name, value in told.items())}
[[system.call]]
kind = "orders"
id = "/no"
fields = {{ order_number = "/no" }}
[system.call.find]
order_number = "/orders/{{value}}"
serial_number = "/devices/{{value}}"
phone_number = "/members/{{value}}"
customer_id = "/members/{{value}}/orders"
""",
        encoding="utf-8",
    )


def write_csv(folder: Path) -> None:
    (folder / "records").mkdir()
    (folder / "records" / "orders.csv").write_text(ORDERS_CSV, encoding="utf-8")


@pytest.fixture
def server() -> Iterator[RecordServer]:
    running = RecordServer()
    running.start()
    yield running
    running.stop()


@pytest.fixture
def systems(tmp_path: Path) -> Iterator[RecordSystems]:
    found = RecordSystems(tmp_path)
    yield found
    found.close()


def drafted(
    text: str, records: RecordSystem | None, *, locale: str = "zh-CN", customer: str | None = None
) -> Resolution:
    document = compose([Part(text, "m1", "text", "customer")], locale=locale)
    mentions = extract(document, build_extractors())
    return resolve(
        mentions, document, template=load_template("appliance_repair"), records=records, customer_id=customer
    )


def test_no_file_is_no_system(systems: RecordSystems) -> None:
    assert systems.current() is None
    assert systems.check() == ()


@pytest.mark.parametrize(
    ("locale", "text", "words"),
    [
        ("zh-CN", "订单号 DD20240518936，序列号 SN20240001，电话13800138000", "业务记录没有回应"),
        ("en-US", "order number DD20240518936, serial number SN20240001, phone 13800138000", "did not answer"),
    ],
    ids=["zh", "en"],
)
def test_a_system_that_hangs_costs_one_time_out_and_is_told(
    tmp_path: Path, server: RecordServer, systems: RecordSystems, locale: str, text: str, words: str
) -> None:
    drafted(text, None, locale=locale)  # what is loaded once counts for nobody
    server.is_hanging = True
    write_rest(tmp_path, server.url)
    started = time.monotonic()
    resolution = drafted(text, systems.current(), locale=locale, customer="C-7")
    assert time.monotonic() - started < TIMEOUT_S + SLACK_S
    assert len(server.asked) == 1
    (warning,) = resolution.warnings
    assert words in warning
    assert "crm" in warning
    order = resolution.fields["order_number"]
    assert (order.value, order.status) == ("DD20240518936", "suggest")
    assert [(check.name, check.passed) for check in order.checks] == [("checked_in_records", False)]


def test_a_draft_is_less_sure_without_its_records(tmp_path: Path, server: RecordServer, systems: RecordSystems) -> None:
    write_csv(tmp_path)
    text = "订单号 DD20240518936"
    sure = drafted(text, systems.current()).fields["order_number"]
    (tmp_path / "records" / "orders.csv").unlink()
    server.is_hanging = True
    write_rest(tmp_path, server.url)
    unsure = drafted(text, systems.current()).fields["order_number"]
    assert unsure.confidence < sure.confidence
    assert (sure.value, unsure.value) == ("DD-20240518-936", "DD20240518936")


def test_what_another_system_holds_is_used_while_one_hangs(
    tmp_path: Path, server: RecordServer, systems: RecordSystems
) -> None:
    server.is_hanging = True
    write_csv(tmp_path)
    write_rest(tmp_path, server.url)
    resolution = drafted("订单号 DD20240518936", systems.current(), customer="C-7")
    assert len(resolution.warnings) == 1
    values = {name: resolution.fields[name].value for name in ("order_number", "serial_number", "device_model")}
    assert values == {"order_number": "DD-20240518-936", "serial_number": "SN20240001", "device_model": "KFR-35GW"}
    assert [check.name for check in resolution.fields["order_number"].checks] == [
        "exists_in_orders",
        "belongs_to_customer",
    ]


def test_breaker_leaves_a_failing_system_alone_and_tries_again(tmp_path: Path, server: RecordServer) -> None:
    now = [0.0]
    write_rest(tmp_path, server.url)
    systems = RecordSystems(tmp_path, clock=lambda: now[0])
    server.failing = [500, 500]
    for _ in range(3):
        view = systems.current()
        assert view is not None
        with pytest.raises(RecordSystemDown):
            view.find("order_number", "1")
    assert len(server.asked) == 2
    (state,) = systems.states()
    assert (state.report.state, state.report.rest_s) == ("open", 60.0)
    now[0] = 61.0
    assert systems.states()[0].report.state == "half_open"
    view = systems.current()
    assert view is not None
    assert view.find("order_number", "1") == ()
    assert systems.states()[0].report.state == "closed"
    systems.close()


def test_breaker_lets_one_through_when_half_open() -> None:
    now = [0.0]
    breaker = Breaker(failures=1, rest_s=10.0, clock=lambda: now[0])
    breaker.note_failure("down")
    assert not breaker.admit()
    now[0] = 10.0
    assert [breaker.admit(), breaker.admit()] == [True, False]
    breaker.note_failure("still down")
    assert not breaker.admit()
    now[0] = 20.0
    assert breaker.admit()
    breaker.note_answer()
    assert (breaker.admit(), breaker.report().error) == (True, "")


def test_changed_settings_are_read_again(tmp_path: Path, systems: RecordSystems, server: RecordServer) -> None:
    write_rest(tmp_path, server.url)
    assert [state.name for state in systems.states()] == ["crm"]
    (tmp_path / "records.toml").write_text(
        '[[system]]\nname = "x"\nkind = "csv"\nfolder = "exports"\n', encoding="utf-8"
    )
    (tmp_path / "records.toml").touch()
    assert [state.name for state in systems.states()] == ["x"]
    (check,) = systems.check()
    assert "no CSV file" in check.problem


MISTAKES = """
timeout_s = "soon"
[[system]]
name = "shop"
kind = "sql"
url = "postgresql://reader:secret@db/shop"
table = []
[[system]]
name = "crm"
kind = "rest"
url = "ftp://crm"
tokn = "env:X"
[[system.call]]
kind = "orders"
find = { order_number = "orders" }
"""


def test_all_mistakes_are_told_at_once(tmp_path: Path, systems: RecordSystems) -> None:
    (tmp_path / "records.toml").write_text(MISTAKES, encoding="utf-8")
    with pytest.raises(OptionsInvalid) as caught:
        read_record_options(tmp_path)
    told = str(caught.value)
    for place in ("timeout_s", "system shop.sql.url", "system shop.sql.table", "system crm.rest.url", "tokn", "find"):
        assert place in told
    assert "secret" not in told
    view = systems.current()
    assert view is not None
    with pytest.raises(RecordSystemDown, match=r"records\.toml"):
        view.find("order_number", "1")


@pytest.mark.parametrize(
    "text",
    [
        '[[system]]\nname="a"\nkind="csv"\nfolder="x"\n[[system]]\nname="a"\nkind="csv"\nfolder="y"\n',
        "[[system]\n",
        "system = 3\n",
        '[[system]]\nname="a"\nkind="xml"\n',
        'nothing = "known"\n',
    ],
    ids=["same name", "no toml", "no table", "unknown kind", "unknown name"],
)
def test_settings_that_do_not_fit(tmp_path: Path, text: str) -> None:
    (tmp_path / "records.toml").write_text(text, encoding="utf-8")
    with pytest.raises(OptionsInvalid, match=r"records\.toml"):
        read_record_options(tmp_path)
