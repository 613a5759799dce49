"""Every operation of the OpenAPI document with what fits its schema and with what does not, through the app in process.

About 1,500 cases; BEFOREHAND_TEST_LENGTH=full makes them more than 20,000. No 5xx, no answer outside its own schema, no
hang; afterwards the service answers as before.
"""

from __future__ import annotations

import os
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
import schemathesis
from fastapi import FastAPI
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as hypothesis_settings
from hypothesis.errors import Unsatisfiable
from schemathesis.core.failures import Failure, FailureGroup
from schemathesis.core.result import Ok
from schemathesis.generation import GenerationMode
from schemathesis.python import asgi
from schemathesis.schemas import APIOperation, BaseSchema
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from api.app import create_app
from api.cli.keys import create_key
from api.engines import StandIns
from api.settings import Limits, Settings
from speech import Word, build_activity, build_transcriber
from vision import Line, build_reader

pytestmark = [
    pytest.mark.systems,
    pytest.mark.filterwarnings("ignore::hypothesis.errors.HypothesisDeprecationWarning"),  # schemathesis's own habits
]

CASES = 24_000 if os.environ.get("BEFOREHAND_TEST_LENGTH") == "full" else 1_500
ANSWER_S = 20.0
"""Of one answer: the slowest legitimate one here takes well below a second, with room for a busy machine."""
UNAVAILABLE = ("POST /v1/embeddings",)
"""What may say 503 here, as its schema says: no encoder is installed in this test."""
CHECKS = [
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
QUESTION = {"messages": [{"id": "m1", "text": "订单 20240518936，E4 screen dark"}], "locale": "zh-CN"}


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> FastAPI:
    """Put the service together on engines that say what they were told to, with no limit on the number of calls."""
    box = ((10.0, 10.0), (200.0, 10.0), (200.0, 30.0), (10.0, 30.0))
    stand_ins = StandIns(
        transcriber=build_transcriber("scripted", script=(Word(0.5, 1.0, "E4", 0.9),), language="zh"),
        activity=build_activity("energy"),
        reader=build_reader("scripted", lines={"label.png": (Line("S/N CL3A2506180427", box, 0.99),)}),
    )
    folder: Path = tmp_path_factory.mktemp("fuzz")
    limits = Limits(failures_at_once=10**9, requests_at_once=10**9)
    return create_app(
        Settings(data_dir=folder / "data", models_dir=folder / "models", limits=limits), stand_ins=stand_ins
    )


@pytest.fixture(scope="module")
def client(app: FastAPI) -> Iterator[asgi.ASGIClient]:
    """Start the service; every case goes to this one."""
    _, key = create_key(app.state.store, name="fuzz", scopes=["admin"])
    with asgi.get_client(app) as client:
        client.headers["Authorization"] = f"Bearer {key}"
        yield client
    asgi.shutdown_lifespans()


def operations_of(schema: BaseSchema) -> list[APIOperation]:
    return [found.ok() for found in schema.get_all_operations() if isinstance(found, Ok)]


def test_every_operation_keeps_its_promises(app: FastAPI, client: asgi.ASGIClient) -> None:
    schema = schemathesis.openapi.from_asgi("/openapi.json", app)
    before = drafted(client)
    operations = operations_of(schema)
    assert len(operations) >= 30
    failures: Counter[str] = Counter()
    examples: dict[str, str] = {}
    count = 0
    each = -(-CASES // (2 * len(operations)))
    for operation in operations:
        for mode in GenerationMode:
            for told, example in told_of(operation, mode, client, each):
                count += told == ""
                if told:
                    failures[told] += 1
                    examples.setdefault(told, example)
    print(f"{count} cases over {len(operations)} operations, {sum(failures.values())} failures")  # noqa: T201
    assert not failures, "\n".join(f"{times} x {told}\n    {examples[told]}" for told, times in failures.items())
    assert count >= CASES * 0.9
    assert drafted(client) == before


def drafted(client: asgi.ASGIClient) -> object:
    """Return what is made of one question, without what differs by nature: ids and times."""
    answer = client.post("http://testserver/v1/prefill", json=QUESTION)
    assert answer.status_code == 200, answer.text
    return {name: value for name, value in answer.json().items() if name not in ("id", "created_at", "timing_ms")}


def told_of(
    operation: APIOperation, mode: GenerationMode, client: asgi.ASGIClient, count: int
) -> list[tuple[str, str]]:
    """Return what is wrong with each of so many cases ("" for nothing), with the call that showed it."""
    told: list[tuple[str, str]] = []

    @hypothesis_settings(
        max_examples=count,
        derandomize=True,
        deadline=None,
        database=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def ask(case: schemathesis.Case) -> None:
        started = time.perf_counter()
        response = case.call(session=client)
        took_s = time.perf_counter() - started
        told.append(("", ""))
        if response.status_code >= 500 and not (response.status_code == 503 and operation.label in UNAVAILABLE):
            told.append((f"{operation.label}: {response.status_code} {response.text[:200]}", case.as_curl_command()))
        if took_s > ANSWER_S:
            told.append((f"{operation.label}: no answer in {ANSWER_S} s", case.as_curl_command()))
        try:
            case.validate_response(response, checks=CHECKS)
        except FailureGroup as group:
            told.extend(
                (f"{operation.label}: {one.title}: {one.message[:300]}", case.as_curl_command()[:600])
                for one in group.exceptions
            )
        except Failure as one:
            told.append((f"{operation.label}: {one.title}: {one.message[:300]}", case.as_curl_command()[:600]))

    try:
        ask()
    except Unsatisfiable:
        pass  # there is nothing wrong to say to an operation that takes nothing
    except Exception as error:
        told.append((f"{operation.label} {mode}: {type(error).__name__}: {str(error)[:400]}", ""))
    return told
