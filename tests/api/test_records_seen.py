"""The business's records as people meet them: commands, doctor, /readyz, candidates; and whose they are."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from typer.testing import CliRunner

from api.cli.commands import command as commands
from api.cli.doctor import examine
from api.cli.keys import create_key
from api.errors import Language, words
from api.settings import Settings
from api.tenants import folder_of

ORDERS = """order_number,customer_id,product,ordered_at
20231105-8871,C-7,美的空调,2023-11-05
20240311-2209,C-7,"Bosch dishwasher",2024-03-11
"""
AWAY = """
[[system]]
name = "crm"
kind = "sql"
url = "sqlite:///{folder}/gone/shop.db"
[[system.table]]
table = "orders"
kind = "orders"
[system.table.fields]
order_number = "order_no"
"""
MISTAKEN = '[[system]]\nname = "crm"\nkind = "oracle"\n'


def put_orders(folder: Path, rows: str = ORDERS) -> None:
    (folder / "records").mkdir(parents=True, exist_ok=True)
    (folder / "records" / "orders.csv").write_text(rows, encoding="utf-8")


def run(folder: Path, *arguments: str, language: str = "en") -> tuple[int, list[dict[str, Any]], str]:
    """Run a command; return its status, the JSON lines of stdout, and stderr."""
    locale = {"zh": "zh_CN.UTF-8", "en": "en_US.UTF-8"}[language]
    env = {"NO_COLOR": "1", "COLUMNS": "200", "LC_ALL": locale}
    ran = CliRunner().invoke(commands, [*arguments, "--data-dir", str(folder)], env=env)
    lines = [json.loads(line) for line in ran.stdout.splitlines() if line.startswith("{")]
    return ran.exit_code, lines, ran.stdout + ran.stderr


def test_check_says_rows_and_columns(tmp_path: Path) -> None:
    put_orders(tmp_path)
    status, (line,), _ = run(tmp_path, "records", "check", "--json")
    assert (status, line["ok"], line["kind"]) == (0, True, "csv")
    assert [(one["kind"], one["rows"]) for one in line["tables"]] == [("orders", 2)]
    assert "order_number" in line["tables"][0]["columns"]


@pytest.mark.parametrize(("language", "word"), [("zh", "records/*.csv"), ("en", "no record system")])
def test_check_without_records_says_what_to_do(tmp_path: Path, language: str, word: str) -> None:
    status, lines, told = run(tmp_path, "records", "check", language=language)
    assert (status, lines) == (1, [])
    assert word in told.lower()


def test_check_exits_1_where_a_system_is_away(tmp_path: Path) -> None:
    (tmp_path / "records.toml").write_text(AWAY.format(folder=tmp_path), encoding="utf-8")
    status, (line,), _ = run(tmp_path, "records", "check", "--json")
    assert (status, line["name"], line["ok"]) == (1, "crm", False)
    assert line["problem"]


@pytest.mark.parametrize("arguments", [("check",), ("find", "order_number", "1")])
def test_wrong_settings_are_told_and_exit_1(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    (tmp_path / "records.toml").write_text(MISTAKEN, encoding="utf-8")
    status, _, told = run(tmp_path, "records", *arguments)
    assert status == 1
    assert "oracle" in told
    assert "Traceback" not in told


@pytest.mark.parametrize("written", ["20231105-8871", "20231105 8871", "２０２３１１０５－８８７１"])
def test_find_takes_a_value_as_a_customer_writes_it(tmp_path: Path, written: str) -> None:
    put_orders(tmp_path)
    status, (found,), _ = run(tmp_path, "records", "find", "order_number", written, "--json")
    assert (status, found["kind"], found["values"]["product"]) == (0, "orders", "美的空调")


def test_find_of_nothing_prints_nothing(tmp_path: Path) -> None:
    put_orders(tmp_path)
    assert run(tmp_path, "records", "find", "order_number", "1", "--json")[:2] == (0, [])


@pytest.mark.parametrize("language", ["zh", "en"])
def test_doctor_counts_the_rows(api_settings: Settings, language: Language) -> None:
    put_orders(api_settings.data_dir)
    part = {part.name: part for part in examine(api_settings, words(language))}["records records"]
    assert (part.state, part.detail) == ("ok", "orders.csv: 2")


@pytest.mark.parametrize(("language", "word"), [("zh", "无"), ("en", "none")])
def test_doctor_says_that_there_are_no_records(api_settings: Settings, language: Language, word: str) -> None:
    part = {part.name: part for part in examine(api_settings, words(language))}["records"]
    assert (part.state, part.detail) == ("degraded", word)
    assert "records" in part.fix


@pytest.mark.parametrize("language", ["zh", "en"])
def test_doctor_says_which_system_is_away(api_settings: Settings, language: Language) -> None:
    folder = api_settings.data_dir
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "records.toml").write_text(AWAY.format(folder=folder), encoding="utf-8")
    part = {part.name: part for part in examine(api_settings, words(language))}["records crm"]
    assert part.state == "broken"
    assert "records check" in part.fix


def records_parts(client: TestClient, language: str = "en") -> dict[str, dict[str, str]]:
    parts = client.get("/readyz", headers={"Accept-Language": language}).json()["parts"]
    return {part["name"]: part for part in parts if part["name"].startswith("records")}


def test_readyz_says_that_records_answer(api_client: TestClient, api_settings: Settings) -> None:
    put_orders(api_settings.data_dir)
    assert records_parts(api_client)["records records"]["state"] == "ok"


@pytest.mark.parametrize(("language", "word"), [("zh", "最近一次应答"), ("en", "last answer")])
def test_readyz_says_how_a_system_last_failed(
    api_client: TestClient, api_settings: Settings, language: str, word: str
) -> None:
    (api_settings.data_dir / "records.toml").write_text(AWAY.format(folder=api_settings.data_dir), encoding="utf-8")
    assert records_parts(api_client)["records crm"]["state"] == "ok"  # nobody asked it yet
    body = {"template": "ecommerce_return", "messages": [{"text": "订单号 20231105-8871"}]}
    assert api_client.post("/v1/prefill", json=body).json()["warnings"]
    part = records_parts(api_client, language)["records crm"]
    assert part["state"] == "degraded"
    assert part["detail"].startswith(word)


def test_readyz_says_what_is_wrong_with_the_settings(api_client: TestClient, api_settings: Settings) -> None:
    (api_settings.data_dir / "records.toml").write_text(MISTAKEN, encoding="utf-8")
    part = records_parts(api_client)["records"]
    assert part["state"] == "degraded"
    assert "oracle" in part["detail"]


# --- what a candidate stands for


def drafted(client: TestClient, text: str, *, customer: str | None = None) -> dict[str, Any]:
    body = {"template": "ecommerce_return", "messages": [{"id": "m1", "text": text}], "customer": {"id": customer}}
    answer: dict[str, Any] = client.post("/v1/prefill", json=body).json()
    return answer


@pytest.mark.parametrize("text", ["东西坏了，我要退货", "it is broken, I want to return it"])
def test_orders_of_the_customer_are_offered_with_product_and_day(
    api_client: TestClient, api_settings: Settings, text: str
) -> None:
    put_orders(api_settings.data_dir)
    offered = drafted(api_client, text, customer="C-7")["fields"]["order_number"]["candidates"]
    assert {one["value"]: one["detail"] for one in offered} == {
        "20231105-8871": "美的空调 2023-11-05",
        "20240311-2209": "Bosch dishwasher 2024-03-11",
    }


def test_candidate_that_no_record_knows_has_no_detail(api_client: TestClient) -> None:
    (one,) = drafted(api_client, "订单号 20231105-8871")["fields"]["order_number"]["candidates"]
    assert set(one) == {"value", "confidence"}


# --- whose they are


@pytest.fixture
def other_client(api_app: FastAPI, api_client: TestClient, api_settings: Settings) -> TestClient:
    """Sign in for another tenant, whose folder holds an order of its own."""
    _, secret = create_key(api_app.state.store.of("other"), name="other", scopes=["admin"])
    put_orders(api_settings.data_dir)
    put_orders(
        folder_of(api_settings.data_dir, "other"), "order_number,customer_id,product\n20221201-3355,C-7,秘密机器\n"
    )
    return TestClient(api_app, headers={"Authorization": f"Bearer {secret}"})


@pytest.mark.parametrize(
    ("mine", "theirs"),
    [("20231105-8871", "20221201-3355"), ("20240311-2209", "20221201-3355")],
    ids=["first", "second"],
)
def test_an_order_is_known_to_its_own_tenant_alone(
    api_client: TestClient, other_client: TestClient, mine: str, theirs: str
) -> None:
    def is_known(client: TestClient, number: str) -> bool:
        field = drafted(client, f"订单号 {number}")["fields"]["order_number"]
        return field["status"] == "auto" and {"name": "exists_in_orders", "passed": True} in [
            {"name": check["name"], "passed": check["passed"]} for check in field["checks"]
        ]

    assert (is_known(api_client, mine), is_known(api_client, theirs)) == (True, False)
    assert (is_known(other_client, theirs), is_known(other_client, mine)) == (True, False)


def test_a_customer_of_the_same_id_is_another_tenants_other_person(
    api_client: TestClient, other_client: TestClient
) -> None:
    mine, theirs = (json.dumps(drafted(one, "我要退货", customer="C-7")) for one in (api_client, other_client))
    assert "20231105-8871" in mine
    assert "20221201-3355" not in mine
    assert "20221201-3355" in theirs
    assert "20231105-8871" not in theirs


def test_readyz_names_the_tenant_whose_records_it_tells_of(api_client: TestClient, other_client: TestClient) -> None:
    drafted(other_client, "订单号 20221201-3355")
    assert set(records_parts(api_client)) == {"records records", "records records (other)"}
