"""What is shipped for other systems: well-formed, in both languages, without scripts in pages and without secrets."""

from __future__ import annotations

import ast
import json
import re
import tomllib
from pathlib import Path

import pytest

from api.connectors.options import ConnectorOptions
from api.connectors.registry import connector_kinds

KINDS = ("chatwoot", "django_helpdesk", "webhook", "zammad", "zendesk")
FILES = Path("api") / "connectors" / "files"


@pytest.mark.parametrize("kind", KINDS)
def test_instructions_are_in_both_languages_and_their_settings_are_taken(kind: str, root: Path) -> None:
    text = (root / FILES / kind / "README.md").read_text(encoding="utf-8")
    assert "## 中文" in text
    assert "## English" in text
    (table,) = re.findall(r"```toml\n(.*?)```", text, re.DOTALL)
    (connector,) = tomllib.loads(table)["connector"]
    secrets = [connector.pop(name) for name in ("password", "token", "secret") if name in connector]
    assert all(secret.startswith("env:") for secret in secrets)
    options = ConnectorOptions.model_validate(connector)
    assert options.kind == kind
    assert kind in connector_kinds()


def test_every_json_is_well_formed(root: Path) -> None:
    for path in (root / FILES).rglob("*.json"):
        json.loads(path.read_text(encoding="utf-8"))


def test_pages_hold_no_script_and_no_style(root: Path) -> None:
    pages = [path for path in (root / FILES).rglob("*.html") if path.is_file()]
    assert pages
    for page in pages:
        text = page.read_text(encoding="utf-8")
        assert not re.search(r"<script(?![^>]*\ssrc=)|<style|\son\w+=|\sstyle=", text), page
        for name in re.findall(r'(?:src|href)="([\w.]+)"', text):
            assert (page.parent / name).exists(), name


def test_sidebar_app_speaks_both_languages(root: Path) -> None:
    app = root / FILES / "zendesk" / "sidebar_app"
    manifest = json.loads((app / "manifest.json").read_text(encoding="utf-8"))
    assert (app / manifest["location"]["support"]["ticket_sidebar"]["url"]).exists()
    assert [one["name"] for one in manifest["parameters"] if one["secure"]] == ["key"]
    zh, en = (
        json.loads((app / "translations" / f"{name}.json").read_text(encoding="utf-8")) for name in ("zh-cn", "en")
    )
    assert zh["app"]["parameters"].keys() == en["app"]["parameters"].keys() == {"address", "connector", "key"}


def test_helpdesk_app_is_python(root: Path) -> None:
    tree = ast.parse((root / FILES / "django_helpdesk" / "beforehand_hook.py.txt").read_text(encoding="utf-8"))
    assert [node.name for node in tree.body if isinstance(node, ast.ClassDef)] == ["BeforehandHook"]
