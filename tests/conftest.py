"""All fixtures. One section a package; evaluation data is a folder that may be absent."""

from __future__ import annotations

import gzip
import io
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import av
import httpx
import pytest
import structlog
from fastapi import FastAPI
from fastapi.testclient import TestClient
from hypothesis import settings as hypothesis_settings
from playwright.sync_api import Browser, sync_playwright

from api.app import create_app
from api.cli.keys import create_key
from api.engines import StandIns
from api.settings import Limits, Settings
from nlp.encoders.embed import build_embedder
from speech import Word, build_activity, build_transcriber
from tests.browser.console_server import ConsoleServer
from tests.console.panel_agent import Agent
from tests.console.ticket_desk import TicketDesk, connect, write_connectors
from tests.model_cards.hub_server import Hub
from training.remembering_embedder import RememberingEmbedder
from vision import Line, build_reader

ROOT = Path(__file__).resolve().parent.parent

# The same examples each time, so that a change fails for what it changed; `--hypothesis-profile=explore` looks further.
hypothesis_settings.register_profile("repeat", derandomize=True, deadline=None)
hypothesis_settings.register_profile("explore", max_examples=1_000, deadline=None)
hypothesis_settings.load_profile("repeat")
# An unexpected error is logged as plain text: with the local variables of an app's frames rich takes minutes over it.
structlog.configure(
    processors=[
        structlog.processors.add_log_level,
        structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback),
    ]
)


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


# --- api --------------------------------------------------------------------------------------------------------------


@pytest.fixture
def api_settings(tmp_path: Path) -> Settings:
    """Return settings whose data folder is empty."""
    return Settings(data_dir=tmp_path / "data", models_dir=tmp_path / "models")


@pytest.fixture(scope="session")
def encoder() -> RememberingEmbedder:
    """Load the shipped encoder once; it encodes no text twice."""
    return RememberingEmbedder(build_embedder("onnx", model=Settings().encoder_model, threads=1))


@pytest.fixture
def api_app(api_settings: Settings, encoder: RememberingEmbedder) -> FastAPI:
    """Put the service together on engines that say what they were told to."""
    words = (
        Word(0.5, 0.9, "订", 0.9),
        Word(0.9, 1.2, "单", 0.9),
        *(Word(1.2 + 0.1 * at, 1.3 + 0.1 * at, digit, 0.9) for at, digit in enumerate("20250618936")),
    )
    box = ((10.0, 10.0), (200.0, 10.0), (200.0, 30.0), (10.0, 30.0))
    lines = {"label.png": (Line("型号 KFR-35GW/CL3A", box, 0.99), Line("S/N CL3A2506180427", box, 0.99))}
    stand_ins = StandIns(
        transcriber=build_transcriber("scripted", script=words, language="zh"),
        activity=build_activity("energy"),
        reader=build_reader("scripted", lines=lines),
        embedder=encoder,
    )
    return create_app(api_settings, stand_ins=stand_ins)


@pytest.fixture
def api_key(api_app: FastAPI) -> str:
    """Make a key that may do everything."""
    _, secret = create_key(api_app.state.store, name="test", scopes=["admin"])
    return secret


@pytest.fixture
def api_client(api_app: FastAPI, api_key: str) -> Iterator[TestClient]:
    """Start the service and speak to it with the key."""
    with TestClient(api_app, raise_server_exceptions=False) as client:
        client.headers["Authorization"] = f"Bearer {api_key}"
        yield client


# --- console ----------------------------------------------------------------------------------------------------------


PLATE = tuple(
    Line(text, ((20.0, top), (300.0, top), (300.0, top + 24.0), (20.0, top + 24.0)), confidence)
    for text, top, confidence in (
        ("型号：KFR-35GW/CL3A", 20.0, 0.99),
        ("序列号：CL3A2506180427", 60.0, 0.98),
        ("额定电压：220V~", 100.0, 0.7),
    )
)
"""What the scripted reader of the console's tests reads from 铭牌.jpg."""


@pytest.fixture(scope="session")
def console_app(tmp_path_factory: pytest.TempPathFactory, encoder: RememberingEmbedder) -> Iterator[FastAPI]:
    """Put one service together for all console tests: its database is made once."""
    box = ((10.0, 10.0), (200.0, 10.0), (200.0, 30.0), (10.0, 30.0))
    stand_ins = StandIns(
        transcriber=build_transcriber("scripted", script=(Word(0.5, 1.0, "E4", 0.9),), language="zh"),
        activity=build_activity("energy"),
        reader=build_reader(
            "scripted", lines={"label.png": (Line("S/N CL3A2506180427", box, 0.99),), "铭牌.jpg": PLATE}
        ),
        embedder=encoder,
    )
    app = create_app(Settings(data_dir=tmp_path_factory.mktemp("console")), stand_ins=stand_ins)
    yield app
    app.state.engines.close()
    app.state.store.database.close()


@pytest.fixture
def console_key(console_app: FastAPI) -> str:
    """Make a key that may do everything."""
    _, secret = create_key(console_app.state.store, name="console", scopes=["admin"])
    return secret


@pytest.fixture
def console_client(console_app: FastAPI, console_key: str) -> TestClient:
    """Sign in to the console as a browser does."""
    headers = {"Origin": "http://testserver", "Accept-Language": "en-US"}
    client = TestClient(console_app, headers=headers, raise_server_exceptions=False)
    answer = client.post("/console/sign-in", data={"key": console_key}, follow_redirects=False)
    assert answer.status_code == 303
    return client


@pytest.fixture(scope="module")
def ticket_desk() -> TicketDesk:
    """Return a ticket system that panels are shown beside."""
    return TicketDesk()


@pytest.fixture(scope="module")
def panel_app(
    tmp_path_factory: pytest.TempPathFactory, ticket_desk: TicketDesk, encoder: RememberingEmbedder
) -> Iterator[FastAPI]:
    """Put a service together that is connected to the ticket desk."""
    patient = Limits(failures_at_once=10_000)
    settings = Settings(data_dir=tmp_path_factory.mktemp("panel"), limits=patient)
    write_connectors(settings.data_dir)
    box = ((10.0, 10.0), (200.0, 10.0), (200.0, 30.0), (10.0, 30.0))
    stand_ins = StandIns(
        reader=build_reader("scripted", lines={"label.png": (Line("S/N CL3A2506180427", box, 0.99),)}),
        embedder=encoder,
    )
    app = create_app(settings, stand_ins=stand_ins)
    connect(app, ticket_desk)
    app.state.foresight.start()
    yield app
    app.state.work.stop()
    app.state.engines.close()
    app.state.store.database.close()


@pytest.fixture(params=["en", "zh"])
def agent(panel_app: FastAPI, request: pytest.FixtureRequest) -> Agent:
    """Return somebody beside a ticket, in each language."""
    return Agent(panel_app, request.param)


@pytest.fixture
def english(panel_app: FastAPI) -> Agent:
    """Return somebody beside a ticket who reads English."""
    return Agent(panel_app, "en")


@pytest.fixture(scope="module")
def panel_key(panel_app: FastAPI) -> str:
    """Make a key for whoever drafts tickets."""
    return create_key(panel_app.state.store, name="panel", scopes=["admin"])[1]


@dataclass(frozen=True, slots=True)
class ServedConsole:
    """A running service with the examples loaded, and a key for it."""

    address: str
    key: str


@pytest.fixture(scope="module")
def served_console(tmp_path_factory: pytest.TempPathFactory, examples: Path) -> Iterator[ServedConsole]:
    """Serve the examples: the real reader, a scripted recogniser, articles, orders and a month of telemetry.

    One a module: a process runs the jobs of one service only, and the next module may serve another.
    """
    from nlp import load_articles

    said = ["my", "order", "number", "is", "2", "0", "2", "6", "0", "3", "0", "2", "1", "1", "8"]
    script = tuple(Word(11.3 + 0.3 * at, 11.6 + 0.3 * at, word, 0.9) for at, word in enumerate(said))
    stand_ins = StandIns(
        transcriber=build_transcriber("scripted", script=script, language="en"), activity=build_activity("energy")
    )
    settings = Settings(data_dir=tmp_path_factory.mktemp("served"))
    app = create_app(settings, stand_ins=stand_ins)
    app.state.engines.catalogues.put("devices", (examples / "catalogue.csv").read_bytes(), suffix=".csv")
    (settings.data_dir / "records").mkdir()
    (settings.data_dir / "records" / "orders.csv").write_bytes((examples / "orders.csv").read_bytes())
    app.state.engines.knowledge_base().put_many(load_articles(examples / "kb"))
    _, key = create_key(app.state.store, name="browser", scopes=["admin"])
    server = ConsoleServer(app)
    server.start()
    readings = gzip.decompress((examples / "telemetry.ndjson.gz").read_bytes())
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/x-ndjson"}
    answer = httpx.post(f"{server.address}/v1/telemetry", content=readings, headers=headers, timeout=120)
    assert answer.status_code == 202, answer.text
    yield ServedConsole(server.address, key)
    server.stop()


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Start headless Chromium: $CHROMIUM, or the system's own."""
    names = ("chromium", "chromium-browser", "google-chrome")
    path = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, names)), None)
    if path is None:
        pytest.skip("no Chromium here: apt install chromium, or set CHROMIUM to its path")
    with sync_playwright() as playwright:
        # A browser that is muted hands out a tab's sound as silence.
        browser = playwright.chromium.launch(
            executable_path=path, args=CHROMIUM_ARGS, ignore_default_args=["--mute-audio"]
        )
        yield browser
        browser.close()


CHROMIUM_ARGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--use-fake-device-for-media-stream",  # a microphone that beeps; a page still needs the permission
    "--auto-select-tab-capture-source-by-title=Softphone",
]
