"""promtool's own opinion of the rules, and of what the service tells."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

pytestmark = pytest.mark.systems


@pytest.fixture(scope="module")
def promtool() -> str:
    path = shutil.which("promtool")
    if path is None:
        pytest.skip("no promtool here: apt-get install prometheus")
    return path


@pytest.mark.parametrize(
    "arguments", [("check", "rules", "prometheus-rules.yaml"), ("test", "rules", "prometheus-rules-test.yaml")]
)
def test_the_rules_hold(promtool: str, root: Path, arguments: tuple[str, ...]) -> None:
    ran = subprocess.run([promtool, *arguments], cwd=root / "deploy", capture_output=True, text=True, timeout=60)
    assert ran.returncode == 0, ran.stdout + ran.stderr


def test_the_numbers_are_in_good_form(promtool: str, api_client: TestClient) -> None:
    api_client.get("/v1/prefills/none")
    told = api_client.get("/metrics").content
    ran = subprocess.run([promtool, "check", "metrics"], input=told, capture_output=True, timeout=60)
    wrong = [line for line in ran.stderr.decode().splitlines() if "beforehand_" in line]
    assert wrong == []
