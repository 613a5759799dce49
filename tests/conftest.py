"""All fixtures. One section a package; evaluation data is a folder that may be absent."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.model_cards.hub_server import Hub

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def root() -> Path:
    """Return the checkout."""
    return ROOT


@pytest.fixture(scope="session")
def examples(root: Path) -> Path:
    """Return the folder `make demo` runs on."""
    return root / "examples"


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Return the public evaluation data; skip where it is not at hand."""
    folder = Path(os.environ.get("BEFOREHAND_EVAL_DATA", ROOT.parent / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip(f"evaluation data is not at {folder}; set BEFOREHAND_EVAL_DATA to its folder")
    return folder


# --- model_cards ------------------------------------------------------------------------------------------------------


@pytest.fixture
def hub() -> Iterator[Hub]:
    """Serve an empty model hub on a free loopback port."""
    server = Hub()
    server.start()
    yield server
    server.stop()
