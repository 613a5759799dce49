"""All fixtures. One section a package; evaluation data is a folder that may be absent."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from pathlib import Path

import av
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


# --- speech -----------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def silent_video() -> bytes:
    """Return an MP4 with a picture track and no sound."""
    target = io.BytesIO()
    with av.open(target, mode="w", format="mp4") as output:
        stream = output.add_stream("mpeg4", rate=5)
        stream.width, stream.height, stream.pix_fmt = 64, 64, "yuv420p"
        for _ in range(5):
            output.mux(stream.encode(av.VideoFrame(64, 64, "yuv420p")))
        output.mux(stream.encode(None))
    return target.getvalue()


@pytest.fixture(scope="session")
def random_whisper(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a Whisper of random weights, once; needs the extra `train`."""
    for library in ("torch", "transformers", "whisper"):
        pytest.importorskip(library, reason="a random-weight Whisper is made with the extra `train`")
    from training.random_whisper import make_random_whisper

    return make_random_whisper(tmp_path_factory.mktemp("models") / "whisper-random", seed=0)
