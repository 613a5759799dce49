"""Templates that choose themselves: by a classifier in force, its labels or the map beside it, else the default."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from api.intents import INTENT_FOLDER, TEMPLATES_FILE, WEIGHTS_FILE
from nlp import Labelled, fit_classifier

RETURN = [
    "我要退货",
    "申请退款",
    "退货怎么操作",
    "退款什么时候到账",
    "I want a refund",
    "return my order",
    "how do I return it",
]
FACTORY = [
    "车间机床停机了",
    "生产线报警",
    "注塑机温度异常",
    "数控机床主轴异响",
    "the press line stopped",
    "spindle alarm",
    "conveyor is down",
]


def in_force(app: FastAPI, *, labels: tuple[str, str]) -> Path:
    """Fit on the two kinds of texts and put the classifier where the service looks."""
    folder: Path = app.state.settings.data_dir / INTENT_FOLDER
    texts = zip(labels, (RETURN, FACTORY), strict=True)
    fit_classifier([Labelled(text, label) for label, several in texts for text in several]).save(folder)
    return folder


def drafted(client: TestClient, text: str, **more: str) -> dict[str, object]:
    answer = client.post("/v1/prefill", json={"messages": [{"text": text}], **more})
    assert answer.status_code == 200, answer.text
    body: dict[str, object] = answer.json()
    return body


@pytest.mark.parametrize(
    ("text", "template"),
    [
        ("你好，我要申请退货退款", "ecommerce_return"),
        ("数控机床报警停机", "manufacturing_repair"),
        ("I want a refund for my order", "ecommerce_return"),
        ("жжж", "appliance_repair"),
    ],
)
def test_a_ticket_that_names_no_template_gets_the_one_it_is_about(
    api_app: FastAPI, api_client: TestClient, text: str, template: str
) -> None:
    in_force(api_app, labels=("ecommerce_return", "manufacturing_repair"))
    draft = drafted(api_client, text)
    assert draft["template"] == template
    intent = draft["classification"]["intent"]  # type: ignore[index]
    assert intent == (None if template == "appliance_repair" else template)


def test_a_template_that_was_named_stays(api_app: FastAPI, api_client: TestClient) -> None:
    in_force(api_app, labels=("ecommerce_return", "manufacturing_repair"))
    assert drafted(api_client, "我要退货退款", template="general")["template"] == "general"


def test_labels_are_mapped_to_templates_where_a_file_says_so(api_app: FastAPI, api_client: TestClient) -> None:
    folder = in_force(api_app, labels=("退货", "停机"))
    assert drafted(api_client, "我要申请退货退款")["template"] == "appliance_repair"
    (folder / TEMPLATES_FILE).write_text(json.dumps({"退货": "ecommerce_return"}), encoding="utf-8")
    draft = drafted(api_client, "我要申请退货退款")
    assert (draft["template"], draft["classification"]["intent"]) == ("ecommerce_return", "退货")  # type: ignore[index]


def test_a_classifier_that_cannot_be_read_stops_no_ticket(api_app: FastAPI, api_client: TestClient) -> None:
    folder = in_force(api_app, labels=("ecommerce_return", "manufacturing_repair"))
    (folder / WEIGHTS_FILE).write_bytes(b"broken")
    draft = drafted(api_client, "我要退货退款")
    assert (draft["template"], draft["classification"]["intent"]) == ("appliance_repair", None)  # type: ignore[index]
