"""A file of readings replayed: uploaded, judged as time passes, and drawn by the browser with a scrubber.

Nothing of it is kept; the page carries what it shows.
"""

from __future__ import annotations

import json
import zlib
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile

from api.console.desk import ConsoleRoute, Desk, Entry
from api.errors import Problem, say
from api.upkeep.playback import Playback, play
from api.upkeep.watching import replay_monitor

MOST_BYTES = 64 * 1024 * 1024
"""Unpacked; 400,000 readings as NDJSON take 48 MB."""
EXAMPLE = Path(__file__).parents[2] / "examples" / "telemetry.ndjson.gz"
router = APIRouter(prefix="/console", route_class=ConsoleRoute)
ReplayDesk = Annotated[Desk, Depends(Entry("telemetry"))]


@router.get("/replay")
def show_replay(desk: ReplayDesk) -> Response:
    """Show the form."""
    return desk.page("replay.html", here="devices", playback=None, frames="", name="", has_example=EXAMPLE.is_file())


@router.post("/replay")
async def replay_file(desk: ReplayDesk, request: Request) -> Response:
    """Play a file, or the example where none was chosen."""
    async with request.form(max_files=1, max_fields=4, max_part_size=1_000) as form:
        file, is_example = form.get("file"), bool(form.get("example"))
        if isinstance(file, UploadFile) and file.filename:
            name, content = file.filename[-120:], await file.read()
        elif is_example and EXAMPLE.is_file():
            name, content = EXAMPLE.name, EXAMPLE.read_bytes()
        else:
            raise Problem("validation_failed", say("detail.replay_no_file"))
    return await run_in_threadpool(_played, desk, name, content)


def _played(desk: Desk, name: str, content: bytes) -> Response:
    monitor = replay_monitor(desk.engines.settings, store=desk.store)
    playback = play(unpacked(content), name=name.removesuffix(".gz"), monitor=monitor)
    frames = json.dumps(frames_of(playback, language=desk.words.language), ensure_ascii=False, separators=(",", ":"))
    return desk.page(
        "replay.html", here="devices", playback=playback, frames=frames, name=name, has_example=EXAMPLE.is_file()
    )


def unpacked(content: bytes) -> bytes:
    """Return a file's bytes, unpacked where it is gzip; bounded.

    Raises:
        Problem: it is damaged or too large.
    """
    if not content.startswith(b"\x1f\x8b"):
        return content
    unpacker = zlib.decompressobj(wbits=31)
    try:
        whole = unpacker.decompress(content, MOST_BYTES)
    except zlib.error as error:
        raise Problem("telemetry_unreadable", say("detail.replay_damaged")) from error
    if unpacker.unconsumed_tail:
        raise Problem("body_too_large", say("detail.replay_too_large", limit=MOST_BYTES >> 20))
    return whole


def frames_of(playback: Playback, *, language: str) -> dict[str, object]:
    """Return a playback as the browser draws it: numbers in arrays, times as seconds since 1970."""
    return {
        "series": [
            {
                "device": one.device_id,
                "metric": one.metric,
                "unit": one.unit,
                "at": [round(at, 1) for at in one.at_s.tolist()],
                "values": [float(f"{value:.5g}") for value in one.values.tolist()],
                "strange": [number for number, is_strange in enumerate(one.strange) if is_strange],
                "bandAt": [round(at, 1) for at in one.band_at_s],
                "lower": [_short(value) for value in one.lower],
                "upper": [_short(value) for value in one.upper],
            }
            for one in playback.series
        ],
        "alerts": [
            {
                "at": alert.at_s,
                "device": alert.device_id,
                "change": alert.change,
                "severity": alert.severity,
                "title": alert.title_zh if language == "zh" else alert.title_en,
            }
            for alert in playback.alerts
        ],
    }


def _short(value: float | None) -> float | None:
    return None if value is None else float(f"{value:.5g}")
