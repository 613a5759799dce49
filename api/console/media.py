"""Keep what a person dropped into the console, as safe copies beside the draft, so that evidence can be shown on it.

Uploads and the draft made of them in; upright JPEG pages, one mono WAV a recording, waveform columns and the messages
out. A customer's own bytes are decoded by the gates of speech and vision and never served. Only the newest drafts are
kept. It does not know HTTP.
"""

from __future__ import annotations

import io
import json
import shutil
import wave
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import BaseModel

from api.console.waveform import peaks_of
from api.schemas.prefill import Message, PageBody, PrefillResponse

if TYPE_CHECKING:
    from speech.records import Recording
    from vision.records import Image

KEPT_DRAFTS = 200
"""A full working week of a busy agent; at 2 MB a draft (a three-minute call, three photos) that is 400 MB."""
MAX_SIDE_PX = 2000
"""Wider than any column of the page; what a box was read from is still legible."""
JPEG_QUALITY = 85


class KeptRecording(BaseModel):
    """`lanes` are the waveform columns of each channel."""

    file: str
    stored: str
    lanes: list[list[float]]


class KeptPage(BaseModel):
    file: str
    page: int
    stored: str


class Kept(BaseModel):
    """What is at hand of a draft's sources; `stored` names files of its folder."""

    messages: list[Message] = []
    recordings: list[KeptRecording] = []
    pages: list[KeptPage] = []


@dataclass(frozen=True, slots=True)
class Media:
    """The folder of all kept drafts."""

    folder: Path

    def keep(self, response: PrefillResponse, *, messages: Sequence[Message], files: Mapping[str, bytes]) -> None:
        """Keep the sources of a draft, and let the oldest go. `files` go by the names that the evidence uses."""
        target = self.folder / response.id
        target.mkdir(parents=True)
        recordings = [
            _keep_recording(target, number, name=transcript.file, content=files[transcript.file])
            for number, transcript in enumerate(response.transcripts)
            if transcript.file in files
        ]
        pages = [page for name in files for page in _keep_pages(target, name, files[name], response.pages)]
        kept = Kept(messages=list(messages), recordings=recordings, pages=pages)
        (target / "kept.json").write_text(kept.model_dump_json(), encoding="utf-8")
        self._let_go()

    def load(self, prefill_id: str) -> Kept | None:
        """Return what is kept of a draft; None where it came over the API, or was let go."""
        path = self.folder / prefill_id / "kept.json"
        return Kept.model_validate(json.loads(path.read_text(encoding="utf-8"))) if path.is_file() else None

    def file(self, prefill_id: str, stored: str) -> Path | None:
        """Return the path of a stored copy that the draft names; nothing else in the folder can be asked for."""
        kept = self.load(prefill_id)
        if kept is None:
            return None
        named = {recording.stored for recording in kept.recordings} | {page.stored for page in kept.pages}
        return self.folder / prefill_id / stored if stored in named else None

    def _let_go(self) -> None:
        folders = sorted(self.folder.iterdir(), key=lambda path: path.stat().st_mtime, reverse=True)
        for old in folders[KEPT_DRAFTS:]:
            shutil.rmtree(old)


def _keep_recording(target: Path, number: int, *, name: str, content: bytes) -> KeptRecording:
    from speech import read_audio

    recording = read_audio(content, name=name)
    stored = f"recording-{number}.wav"
    (target / stored).write_bytes(_wav_of(recording))
    lanes = [list(peaks_of(channel.samples)) for channel in recording.channels]
    return KeptRecording(file=name, stored=stored, lanes=lanes)


def _wav_of(recording: Recording) -> bytes:
    """Mix the channels into one: two sides of a call in two ears tire the listener."""
    import numpy as np

    from speech.records import SAMPLE_RATE_HZ

    mixed = np.zeros(max(len(channel.samples) for channel in recording.channels), dtype=np.float32)
    for channel in recording.channels:
        mixed[: len(channel.samples)] += channel.samples
    content = io.BytesIO()
    with wave.open(content, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(SAMPLE_RATE_HZ)
        file.writeframes((np.clip(mixed, -1.0, 1.0) * 32767).astype("<i2").tobytes())
    return content.getvalue()


def _keep_pages(target: Path, name: str, content: bytes, pages: Sequence[PageBody]) -> list[KeptPage]:
    wanted = {page.page: page for page in pages if page.file == name}
    if not wanted:
        return []
    from vision import read_images

    kept = []
    for image in read_images(content, name=name):
        page = wanted.get(image.page)
        if page is None:
            continue
        stored = f"page-{pages.index(page)}.jpg"
        (target / stored).write_bytes(_jpeg_of(image, rotation=page.rotation))
        kept.append(KeptPage(file=name, page=image.page, stored=stored))
    return kept


def _jpeg_of(image: Image, *, rotation: int) -> bytes:
    """Turn the decoded picture as the reader turned it, and write it without any metadata."""
    from PIL import Image as Picture

    picture = Picture.fromarray(image.pixels).rotate(-rotation, expand=True)
    picture.thumbnail((MAX_SIDE_PX, MAX_SIDE_PX))
    content = io.BytesIO()
    picture.save(content, "JPEG", quality=JPEG_QUALITY)
    return content.getvalue()
