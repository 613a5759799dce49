"""What the templates page says of the classifier that picks templates: none, in force, unreadable."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from api.cli.keys import create_key
from api.console.desk import LANGUAGE_COOKIE
from api.intents import INTENT_FOLDER, WEIGHTS_FILE
from nlp import Labelled, fit_classifier

COMMAND = "beforehand classify fit --examples F --use"
EXAMPLES = [
    Labelled("我要退货", "<b>return"),
    Labelled("要退款", "<b>return"),
    Labelled("停机了", "down"),
    Labelled("又停机", "down"),
]


@pytest.fixture
def admin(panel_app: FastAPI) -> TestClient:
    _, secret = create_key(panel_app.state.store, name="Anna", scopes=["admin"])
    client = TestClient(panel_app, headers={"Origin": "http://testserver"}, raise_server_exceptions=False)
    assert client.post("/console/sign-in", data={"key": secret}, follow_redirects=False).status_code == 303
    return client


@pytest.fixture
def folder(panel_app: FastAPI) -> Iterator[Path]:
    """Return where the classifier in force is kept; nothing of it is left to the tests that share the app."""
    kept: Path = panel_app.state.settings.data_dir / INTENT_FOLDER
    kept.mkdir(parents=True)
    yield kept
    shutil.rmtree(kept)


def shown(admin: TestClient, language: str) -> str:
    admin.cookies.set(LANGUAGE_COOKIE, language)
    answer = admin.get("/console/templates")
    assert answer.status_code == 200
    assert COMMAND in answer.text
    return answer.text


@pytest.mark.parametrize(("language", "said"), [("zh", "尚未启用"), ("en", "None is in force")])
def test_without_a_classifier_the_page_says_how_to_fit_one(admin: TestClient, language: str, said: str) -> None:
    assert said in shown(admin, language)


@pytest.mark.parametrize(("language", "said"), [("zh", "已启用，共 2 个标签"), ("en", "In force: 2 labels")])
def test_a_classifier_in_force_is_told_by_its_labels(folder: Path, admin: TestClient, language: str, said: str) -> None:
    fit_classifier(EXAMPLES).save(folder)
    page = shown(admin, language)
    assert said in page
    assert "&lt;b&gt;return · down" in page


@pytest.mark.parametrize(("language", "said"), [("zh", "无法读取"), ("en", "cannot be read")])
def test_one_that_cannot_be_read_is_not_said_to_be_in_force(
    folder: Path, admin: TestClient, language: str, said: str
) -> None:
    (folder / WEIGHTS_FILE).write_bytes(b"not a model")
    assert said in shown(admin, language)
