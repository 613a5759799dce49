"""`transcribe` with headerless sound and redacted copies: what lies there already is never written over."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from api.cli.commands import command

RUNNER = CliRunner()


@pytest.fixture
def raw(tmp_path: Path) -> Path:
    """Write two seconds of silence on two channels, 8 kHz mu-law without a header."""
    path = tmp_path / "call.raw"
    path.write_bytes(b"\xff" * 32_000)
    return path


@pytest.mark.model
def test_redacted_copy_is_written_once(raw: Path, tmp_path: Path) -> None:
    line = ["transcribe", str(raw), "--raw-rate", "8000", "--raw-encoding", "mulaw", "--raw-channels", "2", "--json"]
    line += ["--redact", str(tmp_path / "copies"), "--data-dir", str(tmp_path / "data")]
    first = RUNNER.invoke(command, line)
    body = json.loads(first.stdout)
    assert (first.exit_code, body["duration_s"], body["segments"]) == (0, 2.0, [])
    assert body["analytics"]["silence_s"] == 2.0
    copy = tmp_path / "copies" / "call.raw.wav"
    written = copy.read_bytes()
    second = RUNNER.invoke(command, line)
    assert (second.exit_code, "call.raw.wav" in json.loads(second.stdout)["error"]["detail"]) == (1, True)
    assert copy.read_bytes() == written


@pytest.mark.parametrize(
    "options",
    [["--raw-rate", "100"], ["--raw-channels", "3"], ["--raw-encoding", "mp3"], ["--customer-channel", "top"]],
    ids=lambda options: options[0],
)
def test_wrong_option_is_a_usage_error(raw: Path, options: list[str]) -> None:
    assert RUNNER.invoke(command, ["transcribe", str(raw), *options]).exit_code == 2
