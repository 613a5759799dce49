"""The template editor: rows in, a template out; a conversation tried on it; nothing lost on the way."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from importlib.resources import files

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

import nlp
from api.cli.keys import create_key
from api.console.conversation import messages_in
from api.console.template_form import EditorRow, TemplateForm, rows_of, schema_of
from nlp.extraction.templates import Choice, TemplateField

HOSTILE = "<script>alert(1)</script>"


@pytest.fixture
def admin(panel_app: FastAPI) -> TestClient:
    """Sign in as an administrator of the default tenant."""
    _, secret = create_key(panel_app.state.store, name="Anna", scopes=["admin"])
    client = TestClient(panel_app, headers={"Origin": "http://testserver"}, raise_server_exceptions=False)
    assert client.post("/console/sign-in", data={"key": secret}, follow_redirects=False).status_code == 303
    return client


def form_of(rows: tuple[EditorRow, ...], *, name: str = "laptop", before: str = "") -> TemplateForm:
    return TemplateForm(name=name, before=before, title_zh="", title_en="Laptop", conversation="", rows=rows)


def sent(form: TemplateForm, **more: str) -> dict[str, str | list[str]]:
    body: dict[str, str | list[str]] = {"name": form.name, "before": form.before, "title_en": form.title_en, **more}
    for column in ("name", "kind", "label_zh", "label_en", "question_zh", "question_en", "required", "choices"):
        body[f"row_{column}"] = [getattr(row, column) for row in form.rows]
    return body


def unordered(field: TemplateField) -> TemplateField:
    """Return the field with the words of its choices in one order: the editor puts Chinese ones first."""
    choices = tuple(Choice(choice.value, tuple(sorted(choice.words))) for choice in field.choices)
    return replace(field, choices=choices)


ORDER = EditorRow(kind="order_number", label_zh="订单", label_en="Order", required="yes")
COLOUR = EditorRow(kind="choices", label_en="Colour", choices="red: 红, 红色、red\nblue")


@pytest.mark.parametrize("name", nlp.template_names())
def test_a_built_in_template_comes_back_as_it_was(name: str) -> None:
    template = nlp.load_template(name)
    schema = json.loads(files("nlp.extraction").joinpath("schemas", f"{name}.json").read_text(encoding="utf-8"))
    again = nlp.load_template(schema_of(form_of(rows_of(template), name=name), before=schema))
    assert [unordered(field) for field in again.fields] == [unordered(field) for field in template.fields]


def test_rows_become_a_template() -> None:
    template = nlp.load_template(schema_of(form_of((ORDER, COLOUR, ORDER)), before={}))
    assert [field.name for field in template.fields] == ["order_number", "colour", "order_number_2"]
    order, colour, _ = template.fields
    assert (order.field, order.is_required, order.label.zh) == ("order_number", True, "订单")
    assert [(choice.value, choice.words) for choice in colour.choices] == [
        ("red", ("红", "红色", "red")),
        ("blue", ("blue",)),
    ]


def test_what_the_editor_does_not_show_stays() -> None:
    before = {"description": "ours", "properties": {"order_number": {"type": "string", "maxLength": 9}}, "required": []}
    schema = schema_of(form_of((ORDER,)), before=before)
    assert schema["description"] == "ours"
    properties = schema["properties"]
    assert isinstance(properties, Mapping)
    assert properties["order_number"]["maxLength"] == 9


def test_a_template_is_saved_edited_listed_and_dropped(admin: TestClient) -> None:
    answer = admin.post("/console/templates", data=sent(form_of((ORDER, COLOUR))), follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/console/templates/laptop?saved=true")
    assert 'value="红' not in admin.get("/console/templates").text
    assert "red: 红, 红色, red" in admin.get("/console/templates/laptop").text
    assert admin.post("/console/templates/laptop/delete", follow_redirects=False).status_code == 303
    assert admin.get("/console/templates/laptop").status_code == 422
    assert admin.post("/console/templates/laptop/delete").status_code == 422


@pytest.mark.parametrize(
    ("language", "conversation", "shown"),
    [
        ("zh", "客服：请问订单号？\n客户：20240518936", "请问颜色是？"),
        ("en", "Agent: order number?\nCustomer: my order number is 20240518936", "What is the colour?"),
    ],
)
def test_a_conversation_is_tried_and_nothing_is_kept(
    admin: TestClient, language: str, conversation: str, shown: str
) -> None:
    admin.get(f"/console/language/{language}")
    rows = (ORDER, EditorRow(kind="by_hand", label_zh="颜色", label_en="Colour", required="yes"))
    answer = admin.post("/console/template-preview", data=sent(form_of(rows), conversation=conversation))
    assert answer.status_code == 200
    assert "20240518936" in answer.text
    assert shown in answer.text
    assert "laptop" not in admin.get("/console/templates").text


def test_what_is_no_template_is_said(admin: TestClient) -> None:
    torn = {**sent(form_of((ORDER,))), "row_kind": ["order_number", "imei"]}
    assert admin.post("/console/templates", data=torn).status_code == 422
    assert admin.post("/console/templates", data=sent(form_of((), name="empty"))).status_code == 422
    assert admin.post("/console/templates", data=sent(form_of((ORDER,), name="../x"))).status_code == 422
    assert admin.get("/console/template-row?kind=shoe_size").status_code in (404, 422)
    many = sent(form_of((ORDER,) * 101))
    assert admin.post("/console/templates", data=many).status_code in (400, 413, 422)


def test_hostile_labels_are_text(admin: TestClient) -> None:
    row = EditorRow(kind="by_hand", label_en=HOSTILE, question_en=HOSTILE, choices=HOSTILE)
    admin.post("/console/templates", data=sent(form_of((row,), name="hostile")))
    assert HOSTILE not in admin.get("/console/templates/hostile").text
    assert HOSTILE not in admin.get("/console/templates").text


def test_an_own_template_is_dropped_by_the_api(admin: TestClient, panel_app: FastAPI) -> None:
    _, secret = create_key(panel_app.state.store, name="api", scopes=["admin"])
    client = TestClient(panel_app, headers={"Authorization": f"Bearer {secret}"})
    schema = json.loads(json.dumps(schema_of(form_of((ORDER,), name="general"), before={})))
    assert client.put("/v1/templates/general", json=schema).status_code == 200
    assert client.delete("/v1/templates/general").status_code == 204
    assert client.delete("/v1/templates/general").status_code == 404
    assert "email" in client.get("/v1/templates/general").json()["schema"]["properties"]


def test_speakers_go_on_until_another_speaks() -> None:
    said = messages_in("hello\nAgent: yes?\nplease go on\n客户：E4\n\n  ")
    assert [(one.id, one.role, one.text) for one in said] == [
        ("m1", "customer", "hello"),
        ("m2", "agent", "yes?"),
        ("m3", "agent", "please go on"),
        ("m4", "customer", "E4"),
    ]
