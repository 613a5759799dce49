"""`transcribe`: recordings in, what was said out; a file that cannot be used is named, the rest go on."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

import typer
from rich.table import Table

from api.cli.desk import AsJson, DataDir, open_engines, settings_for
from api.cli.each_file import Files, each_file
from api.cli.output import console, log_to_stderr, read_file, speaks_json
from api.engines import Engines
from api.errors import Problem, say
from api.prefill.answer import transcript_body
from api.prefill.hear import CUSTOMER_CHANNELS
from api.prefill.private_words import private_stretches, without_private
from api.schemas.prefill import CallAnalyticsBody, CustomerChannel, TranscriptBody
from speech.records import Recording, Stretch
from speech.sound.audio import RATES_HZ, RawEncoding, RawFormat
from speech.sound.wav_writer import wav_pieces
from speech.transcribe import Sides

HOTWORDS = 200
FEWEST_HZ, MOST_HZ = RATES_HZ


@dataclass(frozen=True, slots=True)
class _Asked:
    """What the command line says of every file."""

    language: str
    terms: tuple[str, ...]
    sides: Sides
    raw: RawFormat | None
    redacted_dir: Path | None


def transcribe(
    files: Files,
    language: Annotated[Literal["zh", "en", "auto"], typer.Option(help="What is spoken.")] = "auto",
    hotwords: Annotated[Path | None, typer.Option(help="Words to listen for, one a line, up to 5,000.")] = None,
    customer_channel: Annotated[
        CustomerChannel, typer.Option(help="Side on which the customer speaks; auto: the one that does not greet.")
    ] = "auto",
    redact: Annotated[
        Path | None,
        typer.Option(help="Folder for copies with a beep over card and identity numbers; they leave the text, too."),
    ] = None,
    raw_rate: Annotated[
        int | None, typer.Option(min=FEWEST_HZ, max=MOST_HZ, help="Files are sound without a header, of this rate.")
    ] = None,
    raw_encoding: Annotated[RawEncoding, typer.Option(help="How headerless sound is written.")] = "s16le",
    raw_channels: Annotated[int, typer.Option(min=1, max=2, help="Channels of headerless sound.")] = 1,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Write down what was said in recordings."""
    log_to_stderr()
    engines = open_engines(settings_for(data_dir))
    words = read_file(hotwords).decode("utf-8", "replace").split("\n") if hotwords else []
    asked = _Asked(
        language=language,
        terms=tuple(word.strip() for word in words if word.strip()),
        sides=Sides(customer_channel=CUSTOMER_CHANNELS[customer_channel]),
        raw=RawFormat(raw_rate, raw_encoding, 2 if raw_channels == 2 else 1) if raw_rate else None,
        redacted_dir=redact,
    )

    def work(path: Path) -> TranscriptBody:
        return _transcribed(path, asked, engines)

    each_file(files, work, show=_show_transcript, what="transcribe", is_json=speaks_json(as_json))


def _transcribed(path: Path, asked: _Asked, engines: Engines) -> TranscriptBody:
    recording = engines.listen(path, name=path.name, raw=asked.raw)
    transcript = engines.transcribe(
        recording,
        name=path.name,
        language=asked.language,
        hotwords=asked.terms[:HOTWORDS],
        terms=asked.terms,
        sides=asked.sides,
    )
    if asked.redacted_dir is not None:
        name = path.name if path.suffix.lower() == ".wav" else f"{path.name}.wav"
        _write_redacted(asked.redacted_dir / name, recording, private_stretches(transcript))
        transcript = without_private(transcript)
    return transcript_body(transcript, file=str(path))


def _write_redacted(target: Path, recording: Recording, covered: tuple[Stretch, ...]) -> None:
    """Write the copy; what lies there already is never written over: it may be the recording itself."""
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        file = target.open("xb")
    except FileExistsError as error:
        raise Problem("validation_failed", say("detail.redacted_exists", name=str(target)), where="--redact") from error
    with file:
        for piece in wav_pieces(recording.channels, covered=covered):
            file.write(piece)


def _show_transcript(body: TranscriptBody) -> None:
    table = Table(title=f"{body.file}  {body.engine}  {body.language}  {body.duration_s} s", title_justify="left")
    for column in ("from", "to", "who", "said"):
        table.add_column(column)
    for segment in body.segments:
        who = segment.speaker or str(segment.channel)
        table.add_row(f"{segment.start_s:.1f}", f"{segment.end_s:.1f}", who, segment.text)
    console().print(table)
    if body.analytics is not None and body.segments:
        _show_analytics(body.analytics)
    for warning in body.warnings:
        console().print(f"[yellow]{warning}")


def _show_analytics(analytics: CallAnalyticsBody) -> None:
    for side in analytics.sides:
        who = side.speaker or str(side.channel)
        rate = f"{side.words_per_min:g} words/min, {side.characters_per_min:g} characters/min"
        console().print(f"{who}: {side.talk_s:.1f} s, {side.interruptions} interruptions, {rate}", highlight=False)
    hold = analytics.longest_hold
    held = "" if hold is None else f", longest {hold.start_s:.1f}-{hold.end_s:.1f} s"
    said = f"silence {analytics.silence_s:.1f} s{held}; both at once {analytics.overlap_s:.1f} s"
    console().print(said, highlight=False)
