"""Keep what a draft was made of, as safe copies beside it, so that its evidence can be shown in console and panel.

Messages, files and the draft made of them in; upright JPEG pages, one mono WAV a recording, waveform columns and the
messages out. A customer's own bytes are decoded by the gates of speech and vision and never served. What is too old, or
beyond the room given, is let go. Each tenant has a folder of its own. It does not know HTTP.
"""

from __future__ import annotations

import io
import json
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from pydantic import BaseModel

from api.prefill.private_words import private_stretches, spoken_of
from api.prefill.waveform import peaks_of_audio
from api.schemas.prefill import Message, PageBody, PrefillResponse
from api.settings import Settings

if TYPE_CHECKING:
    from speech.records import Recording
    from vision.records import Image

FOLDER = "console"
"""In the tenant's data folder; named before there was a panel."""
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
class KeptMedia:
    """The folder of a tenant's kept drafts."""

    folder: Path
    keep_for: timedelta
    room_bytes: int

    def keep(
        self,
        response: PrefillResponse,
        *,
        messages: Sequence[Message],
        files: Mapping[str, bytes],
        at: datetime,
        live: Mapping[str, Recording] = MappingProxyType({}),
    ) -> None:
        """Keep the sources of a draft, and let go what is too old. `files`, and recordings of `live` calls, go by the
        names that the evidence uses."""
        target = self.folder / response.id
        target.mkdir(parents=True, exist_ok=True)
        recordings = [
            _keep_recording(target, number, _decoded(transcript.file, files, live))
            for number, transcript in enumerate(response.transcripts)
            if transcript.file in files or transcript.file in live
        ]
        pages = [page for name in files for page in keep_pages(target, name, files[name], response.pages)]
        kept = Kept(messages=list(messages), recordings=recordings, pages=pages)
        (target / "kept.json").write_text(kept.model_dump_json(), encoding="utf-8")
        self.let_go(at=at)

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

    def forget(self, prefill_id: str) -> None:
        """Delete what is kept of a draft."""
        if prefill_id in (path.name for path in self.folder.iterdir()):
            shutil.rmtree(self.folder / prefill_id)

    def let_go(self, *, at: datetime) -> None:
        """Delete what is older than it may be, and then the oldest until the rest fits its room."""
        newest_first = sorted(self.folder.iterdir(), key=lambda path: path.stat().st_mtime, reverse=True)
        oldest_s = (at - self.keep_for).timestamp()
        taken = 0
        for number, draft in enumerate(newest_first):
            taken += sum(path.stat().st_size for path in draft.iterdir())
            is_too_much = number > 0 and taken > self.room_bytes
            if is_too_much or draft.stat().st_mtime < oldest_s:
                self.forget(draft.name)


def redacted_pieces(path: Path, response: PrefillResponse, kept: Kept) -> Iterator[bytes]:
    """Yield a kept recording of a draft as WAV, with a beep over the card and identity numbers said in it."""
    from speech import read_audio
    from speech.sound.wav_writer import wav_pieces

    file = next(recording.file for recording in kept.recordings if recording.stored == path.name)
    said = next(transcript for transcript in response.transcripts if transcript.file == file)
    return wav_pieces(read_audio(path, name=file).channels, covered=private_stretches(spoken_of(said)))


def media_of(settings: Settings) -> KeptMedia:
    """Return the kept media of a tenant, by its own settings."""
    return KeptMedia(
        settings.data_dir / FOLDER, timedelta(days=settings.media_keep_days), settings.media_keep_mib * 1024 * 1024
    )


def _decoded(name: str, files: Mapping[str, bytes], live: Mapping[str, Recording]) -> Recording:
    from speech import read_audio

    return live[name] if name in live else read_audio(files[name], name=name)


def _keep_recording(target: Path, number: int, recording: Recording) -> KeptRecording:
    """Mix the channels into one: two sides of a call in two ears tire the listener."""
    from speech.sound.wav_writer import wav_pieces

    stored = f"recording-{number}.wav"
    with (target / stored).open("wb") as file:
        for piece in wav_pieces(recording.channels, is_mixed=True):
            file.write(piece)
    lanes = [list(peaks_of_audio(channel)) for channel in recording.channels]
    return KeptRecording(file=recording.name, stored=stored, lanes=lanes)


def keep_pages(target: Path, name: str, content: bytes, pages: Sequence[PageBody]) -> list[KeptPage]:
    """Write a file's pages as they were read into a folder, numbered by their place among `pages`."""
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
