"""The house's own rules, as tests: who owns our folder names, what is light to import, how long a file may be."""

from __future__ import annotations

import ast
import subprocess
import sys
import tomllib
from importlib import metadata
from pathlib import Path

import pytest

PACKAGES = ("nlp", "speech", "vision", "predictive", "api", "training", "model_cards")
HEAVY = (
    "torch",
    "transformers",
    "sentence_transformers",
    "onnxruntime",
    "faster_whisper",
    "ctranslate2",
    "rapidocr",
    "cv2",
    "pocketsphinx",
    "matplotlib",
)
MAX_FILE_LINES = 400
MAX_FUNCTION_LINES = 40


def source_files(root: Path) -> list[Path]:
    return sorted(path for package in PACKAGES for path in (root / package).rglob("*.py"))


def function_lines(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    body = node.body[1:] if ast.get_docstring(node) is not None else node.body
    return (body[-1].end_lineno or 0) - body[0].lineno + 1 if body else 1


def test_no_installed_distribution_owns_a_folder_name() -> None:
    owners = {
        (package, name)
        for package, names in metadata.packages_distributions().items()
        for name in names
        if package in PACKAGES and name != "beforehand"
    }
    assert owners == set()


@pytest.mark.parametrize("module", ["nlp", "speech", "vision", "predictive", "model_cards", "api.app"])
def test_import_loads_no_model_library(module: str, root: Path) -> None:
    code = f"import sys, {module}; print(*sorted(set({HEAVY!r}) & set(sys.modules)))"
    ran = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True)
    assert ran.stdout.split() == []


def test_no_module_bears_the_name_of_a_library(root: Path) -> None:
    stolen = set(sys.stdlib_module_names) | {"datasets", "evaluate"}
    assert [str(path) for path in source_files(root) if path.stem in stolen and path.stem != "__main__"] == []


def test_files_and_functions_stay_short(root: Path) -> None:
    long: list[str] = []
    for path in source_files(root):
        text = path.read_text(encoding="utf-8")
        if text.count("\n") + 1 > MAX_FILE_LINES:
            long.append(f"{path.relative_to(root)}: {text.count(chr(10)) + 1} lines")
        long += [
            f"{path.relative_to(root)}:{node.lineno} {node.name}: {function_lines(node)} lines"
            for node in ast.walk(ast.parse(text))
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and function_lines(node) > MAX_FUNCTION_LINES
        ]
    assert long == []


def test_every_module_says_what_it_is(root: Path) -> None:
    silent = [
        str(path.relative_to(root))
        for path in source_files(root)
        if not ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    ]
    assert silent == []


def test_base_install_names_no_training_library(root: Path) -> None:
    base = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]["dependencies"]
    assert [
        line for line in base if line.startswith(("torch", "transformers", "sentence-transformers", "openai-whisper"))
    ] == []


def test_package_names_are_public_or_private_on_purpose(root: Path) -> None:
    """Each engine's `__init__` exports with `__all__` and holds nothing else."""
    for package in ("nlp", "speech", "vision", "predictive", "model_cards"):
        body = ast.parse((root / package / "__init__.py").read_text(encoding="utf-8")).body
        kinds = {type(node).__name__ for node in body}
        assert kinds <= {"Expr", "Import", "ImportFrom", "Assign"}, (
            f"{package}/__init__.py holds more than exports: {kinds}"
        )
        assert any(isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__" for node in body), package
