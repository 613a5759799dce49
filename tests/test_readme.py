"""README and CONTRIBUTING may not lie: console blocks are run as written, commands and folders they name exist.

A console block holds `$ command` lines, each followed by its output; `...` stands for anything, as in doctest.
"""

from __future__ import annotations

import doctest
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
FENCE = re.compile(r"^```(\w+)\n(.*?)^```", re.MULTILINE | re.DOTALL)
FLAGS = doctest.ELLIPSIS


def joined(text: str) -> str:
    """Long JSON lines are broken in the document for its readers."""
    return "".join(line.strip() for line in text.splitlines())


def blocks(document: str, language: str) -> list[str]:
    text = (ROOT / document).read_text(encoding="utf-8")
    return [body for name, body in FENCE.findall(text) if name == language]


def steps(block: str) -> list[tuple[str, str]]:
    """Split a console block into (command, expected output)."""
    found: list[tuple[str, str]] = []
    for chunk in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
        lines = chunk.splitlines()
        last = next(i for i, line in enumerate(lines) if not line.endswith("\\"))
        found.append(("\n".join(lines[: last + 1]), "\n".join(lines[last + 1 :]) + "\n"))
    return found


@pytest.mark.parametrize("number", range(len(blocks("README.md", "console"))))
def test_readme_console_block_runs_as_printed(number: int, tmp_path: Path) -> None:
    environment = os.environ | {
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "BEFOREHAND_DATA_DIR": str(tmp_path),
        "COLUMNS": "120",
        "NO_COLOR": "1",
    }
    for command, expected in steps(blocks("README.md", "console")[number]):
        ran = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", command],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert ran.returncode == 0, f"$ {command}\n{ran.stdout}{ran.stderr}"
        assert doctest.OutputChecker().check_output(joined(expected), joined(ran.stdout), FLAGS), (
            f"$ {command}\n{ran.stdout}\nexpected:\n{expected}"
        )


def test_readme_gives_three_examples() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    section = text.split("## Three short examples", 1)[1].split("\n## ", 1)[0]
    assert [name for name, _ in FENCE.findall(section)].count("console") == 3


@pytest.mark.parametrize("document", ["README.md", "CONTRIBUTING.md"])
def test_make_targets_named_in_documents_exist(document: str) -> None:
    named = set(re.findall(r"\bmake ([a-z]+)\b", "\n".join(blocks(document, "sh"))))
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    assert named <= targets


def test_readme_tree_names_folders_that_exist() -> None:
    (tree,) = blocks("README.md", "text")
    named = re.findall(r"^([\w.]+)/", tree, re.MULTILINE)
    assert named
    assert [name for name in named if not (ROOT / name).is_dir()] == []


def test_readme_names_both_commands() -> None:
    text = "\n".join(blocks("README.md", "sh"))
    assert "make demo" in text
    assert "make test" in text
