"""A database as a record system: written forms, indexes, read-only, clear mistakes."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import event

from api.connectors.record_options import SqlOptions
from api.connectors.sql_records import SqlRecords
from nlp.records import RecordSystemDown

ORDERS = 100_000


def make_database(path: Path, *, orders: int = 50) -> None:
    """Write orders DD-YYYYMMDD-NNNNNN of customers 0..9, who have mobile numbers without +86."""
    database = sqlite3.connect(path)
    database.executescript(
        f"""PRAGMA synchronous = OFF;
        CREATE TABLE t_order (order_no TEXT PRIMARY KEY, member_id INTEGER, model TEXT, serial_no TEXT, bought TEXT)
            WITHOUT ROWID;
        CREATE TABLE t_member (id INTEGER PRIMARY KEY, mobile TEXT, name TEXT);
        CREATE VIEW v_order AS SELECT * FROM t_order;
        INSERT INTO t_order
            WITH RECURSIVE numbers (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM numbers WHERE n + 1 < {orders})
            SELECT printf('DD-202405%02d-%06d', 1 + n % 28, n), n % 10, 'KFR-35GW', printf('sn%08d', n), '2024-05-18'
            FROM numbers;
        CREATE INDEX by_member ON t_order (member_id);
        CREATE INDEX by_serial ON t_order (serial_no);
        CREATE INDEX by_mobile ON t_member (mobile);"""
    )
    members = ((n, f"138001380{n:02d}", f"客户{n}") for n in range(10))
    database.executemany("INSERT INTO t_member VALUES (?, ?, ?)", members)
    database.commit()
    database.close()


def options(path: Path, **changes: object) -> SqlOptions:
    order = {
        "table": "t_order",
        "kind": "orders",
        "customer": "member_id",
        "fields": {"order_number": "order_no", "device_model": "model", "serial_number": "serial_no"},
    }
    member = {"table": "t_member", "customer": "id", "id": "id", "fields": {"phone_number": "mobile"}}
    return SqlOptions.model_validate(
        {"name": "shop", "kind": "sql", "url": f"sqlite:///{path}", "table": [order | changes, member]}
    )


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[SqlRecords]:
    make_database(tmp_path / "shop.db")
    records = SqlRecords(options(tmp_path / "shop.db"))
    yield records
    records.close()


@pytest.mark.parametrize(
    ("field", "said", "found"),
    [
        ("order_number", "DD-20240508-000007", "orders/DD-20240508-000007"),
        ("order_number", "dd20240508000007", "orders/DD-20240508-000007"),
        ("order_number", "DD 20240508 000007", "orders/DD-20240508-000007"),
        ("serial_number", "SN00000007", "orders/DD-20240508-000007"),
        ("phone_number", "+8613800138007", "t_member/7"),
        ("phone_number", "138-0013-8007", "t_member/7"),
        ("phone_number", "13800138007", "t_member/7"),
        ("order_number", "DD-20240508-999999", None),
        ("order_number", "' OR 1=1 --", None),
        ("phone_number", "+4916012345678", None),
        ("customer_id", "not a number", None),
        ("customer_id", "9" * 40, None),
        ("device_id", "AC-1", None),
    ],
)
def test_value_is_found_however_it_is_written(shop: SqlRecords, field: str, said: str, found: str | None) -> None:
    assert [f"{record.kind}/{record.id}" for record in shop.find(field, said)] == ([found] if found else [])


def test_record_holds_the_mapped_columns_by_our_names(shop: SqlRecords) -> None:
    (record,) = shop.find("serial_number", "sn00000003")
    assert record.values == {
        "order_number": "DD-20240504-000003",
        "device_model": "KFR-35GW",
        "serial_number": "sn00000003",
        "customer_id": "3",
    }


def test_customers_records_are_of_every_table(shop: SqlRecords) -> None:
    assert {(record.kind, record.id) for record in shop.find("customer_id", "3")} == {
        ("orders", "DD-20240504-000003"), ("orders", "DD-20240514-000013"), ("orders", "DD-20240524-000023"),
        ("orders", "DD-20240506-000033"), ("orders", "DD-20240516-000043"), ("t_member", "3"),
    }  # fmt: skip


def test_rows_are_limited(tmp_path: Path) -> None:
    make_database(tmp_path / "shop.db")
    few = options(tmp_path / "shop.db").model_copy(update={"rows": 2})
    records = SqlRecords(few)
    assert len(records.find("customer_id", "3")) == 2
    records.close()


def test_look_ups_use_indexes_in_a_hundred_thousand_orders(tmp_path: Path) -> None:
    make_database(tmp_path / "shop.db", orders=ORDERS)
    records = SqlRecords(options(tmp_path / "shop.db"))
    records.find("order_number", "x")
    assert records._engine is not None
    asked: list[tuple[str, object]] = []
    event.listen(
        records._engine, "before_cursor_execute", lambda c, cursor, text, given, *rest: asked.append((text, given))
    )
    for field, said in (
        ("order_number", "dd20240508099995"), ("serial_number", "SN00000007"), ("phone_number", "+8613800138007"),
        ("customer_id", "3"),
    ):  # fmt: skip
        assert records.find(field, said) or field == "order_number"
    records.close()
    database = sqlite3.connect(tmp_path / "shop.db")
    plans = [row[3] for text, given in asked for row in database.execute(f"EXPLAIN QUERY PLAN {text}", given)]  # type: ignore[arg-type]
    database.close()
    assert len(plans) == 5
    assert [plan for plan in plans if not plan.startswith("SEARCH")] == []


def test_a_folded_column_is_compared_by_its_key(tmp_path: Path) -> None:
    make_database(tmp_path / "shop.db")
    database = sqlite3.connect(tmp_path / "shop.db")
    database.execute("ALTER TABLE t_order ADD COLUMN order_key TEXT")
    database.execute("UPDATE t_order SET order_no = substr(order_no, 1, 7) || ' / ' || substr(order_no, 8)")
    database.execute("UPDATE t_order SET order_key = replace(replace(replace(order_no, '-', ''), '/', ''), ' ', '')")
    database.commit()
    database.close()
    records = SqlRecords(options(tmp_path / "shop.db", folded={"order_number": "order_key"}))
    assert [record.id for record in records.find("order_number", "DD20240508000007")] == ["DD-2024 / 0508-000007"]
    records.close()


def test_database_is_only_read(shop: SqlRecords) -> None:
    shop.find("order_number", "x")
    with shop._connected() as connection, pytest.raises(Exception, match="readonly"):
        connection.exec_driver_sql("DELETE FROM t_order")


@pytest.mark.parametrize(
    ("changes", "en", "zh"),
    [
        ({"table": "orders"}, "there is no table orders", "没有表 orders"),
        (
            {"fields": {"order_number": "orderno"}},
            "has no column orderno; it has order_no, member_id",
            "没有列 orderno",
        ),
        ({"customer": "kunde"}, "t_order has no column kunde", "没有列 kunde"),
        ({"folded": {"order_number": "key"}}, "t_order has no column key", "没有列 key"),
    ],
    ids=["table", "column", "customer", "folded"],
)
def test_mapping_that_does_not_fit_is_told(tmp_path: Path, changes: dict[str, object], en: str, zh: str) -> None:
    make_database(tmp_path / "shop.db")
    records = SqlRecords(options(tmp_path / "shop.db", **changes))
    check = records.check()
    assert (en in check.problem, zh in check.problem_zh) == (True, True)
    with pytest.raises(RecordSystemDown, match=en):
        records.find("order_number", "1")
    records.close()


def test_missing_file_is_not_made(tmp_path: Path) -> None:
    records = SqlRecords(options(tmp_path / "none.db"))
    assert "there is no file" in records.check().problem
    assert not (tmp_path / "none.db").exists()


def test_missing_driver_is_named() -> None:
    where = {
        "name": "erp",
        "kind": "sql",
        "url": "oracle://reader@db/erp",
        "table": [{"table": "t", "fields": {"a": "b"}}],
    }
    assert "no driver for oracle" in SqlRecords(SqlOptions.model_validate(where)).check().problem


def test_check_counts_rows_and_asks_for_an_index(tmp_path: Path) -> None:
    make_database(tmp_path / "shop.db")
    database = sqlite3.connect(tmp_path / "shop.db")
    database.execute("DROP INDEX by_serial")
    database.close()
    records = SqlRecords(options(tmp_path / "shop.db"))
    orders, members = records.check().tables
    assert (orders.rows, members.rows) == (50, 10)
    assert "no index on serial_no" in orders.problem
    assert "order_number = order_no" in orders.columns
    assert members.problem == ""
    records.close()


def test_a_view_and_a_locked_database(tmp_path: Path) -> None:
    make_database(tmp_path / "shop.db")
    records = SqlRecords(options(tmp_path / "shop.db", table="v_order").model_copy(update={"timeout_s": 0.05}))
    assert records.find("order_number", "DD20240508000007")
    lock = sqlite3.connect(tmp_path / "shop.db", isolation_level=None)
    lock.execute("BEGIN EXCLUSIVE")
    with pytest.raises(RecordSystemDown, match="the database does not answer: database is locked"):
        records.find("order_number", "DD20240508000007")
    lock.close()
    records.close()
