"""A real PostgreSQL as a record system: read-only, in time, by index, with its own types."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import create_engine

from api.connectors.record_options import SqlOptions
from api.connectors.sql_records import SqlRecords
from nlp.records import RecordSystemDown
from tests.systems.postgres import Postgres, missing_postgres

pytestmark = [pytest.mark.systems, pytest.mark.skipif(bool(missing_postgres()), reason=missing_postgres())]


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    server = Postgres(tmp_path_factory.mktemp("records") / "postgres")
    server.start()
    engine = create_engine(server.url)
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE SCHEMA sales")
        connection.exec_driver_sql(
            "CREATE TABLE sales.t_order (no varchar(40) PRIMARY KEY, member_id bigint, model char(20),"
            " paid numeric(10, 2), bought date)"
        )
        connection.exec_driver_sql("CREATE INDEX ON sales.t_order (member_id)")
        connection.exec_driver_sql(
            "INSERT INTO sales.t_order"
            " SELECT 'DD-202405' || lpad((1 + mod(n, 28))::text, 2, '0') || '-' || lpad(n::text, 6, '0'), mod(n, 1000),"
            " 'KFR-35GW', 2999.00, '2024-05-18' FROM generate_series(0, 99999) AS n"
        )
    engine.dispose()
    yield server.url
    server.stop()


@pytest.fixture
def shop(url: str) -> Iterator[SqlRecords]:
    table = {
        "table": "sales.t_order",
        "kind": "orders",
        "customer": "member_id",
        "fields": {"order_number": "no", "device_model": "model", "amount": "paid", "purchase_date": "bought"},
    }
    given = {"name": "shop", "kind": "sql", "url": url, "timeout_s": 1.0, "table": [table]}
    records = SqlRecords(SqlOptions.model_validate(given))
    yield records
    records.close()


@pytest.mark.parametrize("said", ["dd20240508000007", "DD-20240508-000007", "DD 20240508 000007"])
def test_order_is_found_with_its_types_as_text(shop: SqlRecords, said: str) -> None:
    (record,) = shop.find("order_number", said)
    assert record.values == {
        "customer_id": "7",
        "order_number": "DD-20240508-000007",
        "device_model": "KFR-35GW",
        "amount": "2999.00",
        "purchase_date": "2024-05-18",
    }


def test_customer_of_a_number_column_and_no_number(shop: SqlRecords) -> None:
    assert len(shop.find("customer_id", "7")) == 50
    assert shop.find("customer_id", "C-7'; DROP TABLE sales.t_order; --") == []
    assert shop.check().tables[0].rows == 100_000


def test_session_is_read_only_and_a_slow_statement_is_ended(shop: SqlRecords) -> None:
    shop.find("order_number", "x")
    with shop._connected() as connection, pytest.raises(Exception, match="read-only"):
        connection.exec_driver_sql("DELETE FROM sales.t_order")
    with shop._connected() as connection, pytest.raises(Exception, match="statement timeout"):
        connection.exec_driver_sql("SELECT pg_sleep(5)")


def test_look_up_uses_the_index(shop: SqlRecords) -> None:
    shop.find("order_number", "dd20240508000007")
    (asked,) = shop._tables[0].asked.values()
    given = {**asked.fixed, **dict.fromkeys(asked.parameters, "DD-20240508-000007")}
    with shop._connected() as connection:
        plan = " ".join(row[0] for row in connection.exec_driver_sql(f"EXPLAIN {asked.text}", given))
    assert "Index" in plan
    assert "Seq Scan" not in plan


def test_database_that_went_away_is_down_and_comes_back_with_its_own_words() -> None:
    given = {"name": "shop", "kind": "sql", "url": "postgresql+psycopg://nobody@127.0.0.1:1/none", "timeout_s": 1.0,
             "table": [{"table": "t", "fields": {"order_number": "no"}}]}  # fmt: skip
    records = SqlRecords(SqlOptions.model_validate(given))
    with pytest.raises(RecordSystemDown, match="shop: the database does not answer") as caught:
        records.find("order_number", "1")
    assert "数据库没有回应" in caught.value.zh
