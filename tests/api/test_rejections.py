"""Why readings are refused, said in both languages."""

from __future__ import annotations

import re

import numpy as np
import pytest
from fastapi.testclient import TestClient

from api.errors import words
from api.ingest.rejections import chinese, english, rejection
from predictive import Columns
from predictive.records import Rejection
from predictive.stream import Stream, StreamOptions

NOW_S = 1_795_312_800.0
REFUSED = {
    "future": (["a"], NOW_S + 9_000.0, 1.0, "kPa"),
    "early": (["a"], 60.0, 1.0, "kPa"),
    "no time": (["a"], np.nan, 1.0, "kPa"),
    "no number": (["a"], NOW_S, np.inf, "kPa"),
    "name": ([" "], NOW_S, 1.0, "kPa"),
    "full": (["b"], NOW_S, 1.0, "kPa"),
    "unit": (["a"], NOW_S, 1.0, "°C"),
}


def refused_by_the_stream(device_ids: list[str], at_s: float, value: float, unit: str) -> Rejection:
    stream = Stream(StreamOptions(max_series=1))
    first = Columns(["a"], ["p"], np.array([NOW_S - 60.0]), np.array([1.0]), ["kPa"])
    stream.admit(first, received_at_s=NOW_S)
    columns = Columns(device_ids, ["p"], np.array([at_s]), np.array([value]), [unit])
    (refused,) = stream.admit(columns, received_at_s=NOW_S).rejected
    return refused


@pytest.mark.parametrize("reading", REFUSED.values(), ids=REFUSED)
def test_what_the_stream_refuses_is_said_alike_in_english_and_also_in_chinese(
    reading: tuple[list[str], float, float, str],
) -> None:
    refused = refused_by_the_stream(*reading)
    assert english(refused.kind, **dict(refused.values)) == refused.reason
    assert re.search("[\u4e00-\u9fff]", chinese(refused))


def test_every_kind_can_be_said_with_the_same_values() -> None:
    kinds = [key.partition(".")[2] for key in words("en").table if key.startswith("rejected.")]
    assert len(kinds) > 20
    for kind in kinds:
        values = dict.fromkeys(re.findall(r"\{(\w+)\}", words("en").table[f"rejected.{kind}"]), "值")
        assert re.search("[\u4e00-\u9fff]", chinese(rejection(0, kind, **values)))


def test_what_has_no_kind_stays_as_it_was_said() -> None:
    assert chinese(Rejection(0, "payload is not Sparkplug B")) == "payload is not Sparkplug B"


def test_an_answer_names_the_reason_in_both_languages(api_client: TestClient) -> None:
    readings = [{"device_id": "空调", "metric": "p", "at": "昨天", "value": 1}, 7]
    body = api_client.post("/v1/telemetry", json=readings).json()
    assert [(entry["reason"], entry["reason_zh"]) for entry in body["rejected"]] == [
        ("at '昨天' is not ISO 8601", "at '昨天' 不是 ISO 8601 时间"),
        ("not an object", "不是对象"),
    ]
