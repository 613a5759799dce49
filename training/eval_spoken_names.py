"""Measure spoken product names through sound: a speech synthesiser, our recognisers, the catalogue.

In: the folder of public evaluation data, and espeak-ng and flite on the machine. Out: a table. The names are drawn from
the list at the time and nothing of them is kept, but for --cache, a file of what was heard. "Hopeless": no word of the
name, Han by sound, is in any of the recogniser's ten best guesses. The Mandarin model is the one in the data's folder
speech/models. What synthesisers say is clearer than people and worse pronounced: it bounds neither.

    nice python -m training.eval_spoken_names --data ../shared/data --clips 100 --cache /tmp/heard.jsonl
"""

from __future__ import annotations

import argparse
import json
import lzma
import random
import re
import subprocess
import tarfile
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import soxr  # type: ignore[import-untyped]
from pocketsphinx import Decoder  # type: ignore[import-untyped]
from pypinyin import Style, lazy_pinyin  # type: ignore[import-untyped, unused-ignore]
from rich.console import Console
from rich.table import Table

from model_cards import locate
from nlp.extraction.catalogue import Catalogue
from nlp.extraction.catalogue_sounds import syllables_of
from nlp.extraction.catalogue_words import core_of, words_of
from speech import SAMPLE_RATE_HZ, Audio, build_transcriber, read_audio
from speech.records import Samples
from training.catalogue_grammar import read_dictionary, said_ways, write_model
from training.catalogue_noise import Listing, read_listing
from training.eval_catalogue import codes_by_name

SEED = 20261123
GUESSES = 10
MANDARIN = "pocketsphinx-zh-tdt_sc_8k"
ENGLISH = "pocketsphinx-en-us"
NARROW_RATE_HZ = 8_000
_PIECE = re.compile(r"[0-9]+|[\u3400-\u9fff]+|[^0-9\u3400-\u9fff]+")
VOICES = {
    "zh": (("espeak-ng", "-v", "cmn-latn-pinyin", "-s", "150"),),
    "en": (
        ("espeak-ng", "-v", "en-us", "-s", "150"),
        ("flite", "-voice", "slt"),
        ("flite", "-voice", "rms"),
    ),
}


@dataclass(frozen=True, slots=True)
class Heard:
    """What one recogniser made of one clip, best guess first; the first guess may be nothing."""

    name: str
    language: str
    voice: str
    engine: str
    guesses: tuple[str, ...]
    seconds: float  # CPU


def spoken(name: str, voice: Sequence[str], folder: Path) -> Audio:
    """Let a synthesiser say a name; in a Chinese one, what is Latin is said by the English voice."""
    is_han = voice == VOICES["zh"][0]
    pieces = [piece for piece in _PIECE.findall(name) if piece.strip()] if is_han else [name]
    said: list[Samples] = [np.zeros(SAMPLE_RATE_HZ // 4, dtype=np.float32)]
    for piece in pieces:
        if is_han and not piece.isascii():
            said.append(_said(_pinyin(piece), voice, folder))
        elif is_han and piece.isdigit():
            said.append(_said(_pinyin("".join(next(said_ways(piece, language="zh")))), voice, folder))
        else:
            said.append(_said(piece, VOICES["en"][0] if is_han else voice, folder))
    said.append(said[0])
    return Audio(np.concatenate(said).astype(np.float32))


def _pinyin(text: str) -> str:
    """Write the syllables with their tones: the voice misreads characters, and reads these."""
    return " ".join(lazy_pinyin(text, style=Style.TONE3, neutral_tone_with_five=True))


def _said(text: str, voice: Sequence[str], folder: Path) -> Samples:
    path = folder / "said.wav"
    command = [*voice, "-w", str(path), text] if voice[0] == "espeak-ng" else [*voice, "-t", text, "-o", str(path)]
    subprocess.run(command, check=True, timeout=30, capture_output=True)
    return np.asarray(0.7 * read_audio(path, name=path.name).channels[0].samples, dtype=np.float32)


def decoder_guesses(decoder: Decoder, audio: Audio, *, rate_hz: int) -> tuple[str, ...]:
    """Return the best guesses of a bare decoder."""
    samples = audio.samples if rate_hz == SAMPLE_RATE_HZ else soxr.resample(audio.samples, SAMPLE_RATE_HZ, rate_hz)
    pcm = np.round(np.clip(samples, -1.0, 1.0) * 32767).astype("<i2").tobytes()
    decoder.reinit_feat()
    decoder.start_utt()
    decoder.process_raw(pcm, full_utt=True)
    decoder.end_utt()
    best = decoder.hyp()
    found = [best.hypstr if best else ""]
    for _, guess in zip(range(4 * GUESSES), decoder.nbest() or (), strict=False):
        if guess is not None:
            found.append(guess.hypstr)
    return tuple(dict.fromkeys(_plain(text) for text in found))[:GUESSES]


def _plain(text: str) -> str:
    words = (word.partition("(")[0] for word in text.split())
    return " ".join(word for word in words if not word.startswith(("<", "[", "+")))


def unpacked(archive: Path, folder: Path) -> Path:
    """Unpack the Mandarin model."""
    with lzma.open(archive) as stream, tarfile.open(fileobj=stream) as tar:
        tar.extractall(folder, filter="data")
    return folder / MANDARIN


def engines(listing: Listing, data: Path, folder: Path) -> dict[tuple[str, str], Callable[[Audio], tuple[str, ...]]]:
    """Build each recogniser, as it is and with the catalogue's words: (language, name) to what it guesses."""
    floor = build_transcriber("sphinx")
    english = locate(ENGLISH, models_dir=None).path
    mandarin = unpacked(data / "speech" / "models" / f"{MANDARIN}.tar.xz", folder)

    def transcribed(audio: Audio) -> tuple[str, ...]:
        segments = floor.transcribe(audio, language="en", hotwords=()).segments
        return (" ".join(segment.text for segment in segments),)

    names = sorted({name for families in listing.families.values() for name in families})
    wide, narrow = SAMPLE_RATE_HZ, NARROW_RATE_HZ
    plain_en = {"hmm": english / "en-us", "lm": english / "en-us.lm.bin", "dict": english / "cmudict-en-us.dict"}
    plain_zh = {"hmm": mandarin, "lm": mandarin / "gigatdt.5000.lm", "dict": mandarin / "mandarin_notone.dic"}
    found: dict[tuple[str, str], Callable[[Audio], tuple[str, ...]]] = {("en", "our floor"): transcribed}
    for language, plain, rate_hz in (("en", plain_en, wide), ("zh", plain_zh, narrow)):
        own = folder / f"words-{language}"
        own.mkdir()
        mine = [name for name in names if language == "zh" or name.isascii()]
        write_model(mine, read_dictionary(plain["dict"]), own, language=language)
        worded = {"hmm": plain["hmm"], "lm": own / "words.lm", "dict": own / "words.dict"}
        for title, files in (("bare decoder", plain), ("catalogue's words", worded)):
            found[language, title] = _guesser(_decoder(files, rate_hz), rate_hz)
    return found


def _decoder(files: dict[str, Path], rate_hz: int) -> Decoder:
    return Decoder(samprate=rate_hz, loglevel="FATAL", **{name: str(path) for name, path in files.items()})


def _guesser(decoder: Decoder, rate_hz: int) -> Callable[[Audio], tuple[str, ...]]:
    return lambda audio: decoder_guesses(decoder, audio, rate_hz=rate_hz)


def drawn(listing: Listing, language: str, count: int) -> list[str]:
    """Draw family names that a person would say."""
    names = {name for families in listing.families.values() for name in families}
    mine = sorted(name for name in names if name.isascii() == (language == "en") and not set("/()[]") & set(name))
    return random.Random(SEED).sample(mine, min(count, len(mine)))


def heard(listing: Listing, data: Path, count: int) -> Iterator[Heard]:
    """Say every name once and let each recogniser of its language hear it."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        ears = engines(listing, data, folder)
        for language, voices in VOICES.items():
            for at, product in enumerate(drawn(listing, language, count)):
                voice = voices[at % len(voices)]
                audio = spoken(product, voice, folder)
                for (spoken_language, engine), guesses in ears.items():
                    if spoken_language == language:
                        started = time.process_time()
                        found = guesses(audio)
                        cost_s = time.process_time() - started
                        yield Heard(product, language, " ".join(voice[:3]), engine, found, cost_s)


def is_hopeless(one: Heard) -> bool:
    """Say whether no word of the name is in any guess."""
    meant = _by_sound(one.name)
    return not any(meant & _by_sound(guess) for guess in one.guesses)


def _by_sound(text: str) -> frozenset[str]:
    words = core_of(words_of(text.replace(" ", "") if not text.isascii() else text))
    return frozenset(word if word.isascii() else syllables_of(word)[0] for word in words)


def show(console: Console, hearings: Sequence[Heard], listing: Listing, catalogue: Catalogue) -> None:
    """Match what was heard, and print a row for each language and recogniser."""
    known = codes_by_name(listing, without_brand=False)
    table = Table("language", "recogniser", "clips", "top-1", "in 5", "top-1 of 10 guesses", "hopeless", "filled", "s")
    for language, engine in dict.fromkeys((one.language, one.engine) for one in hearings):
        mine = [one for one in hearings if (one.language, one.engine) == (language, engine)]
        counts = np.zeros(5)
        for one in mine:
            right = known.get(frozenset(core_of(words_of(one.name))), frozenset())
            matches = [catalogue.match(guess, source="speech") for guess in one.guesses]
            first = [candidate.value for candidate in matches[0].candidates]
            best = max(matches, key=lambda match: max((c.confidence for c in match.candidates), default=0.0))
            counts += [
                bool(first and first[0] in right),
                bool(right & set(first)),
                bool(best.candidates and best.candidates[0].value in right),
                is_hopeless(one),
                matches[0].status == "auto",
            ]
        seconds = sorted(one.seconds for one in mine)[len(mine) // 2]
        table.add_row(language, engine, str(len(mine)), *(f"{n / len(mine):.3f}" for n in counts), f"{seconds:.2f}")
    console.print(table)


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure spoken product names through a synthesiser and recognisers")
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--clips", type=int, default=100, help="clips a language")
    parser.add_argument("--cache", type=Path, help="keep what was heard in this file, and take it from there next time")
    arguments = parser.parse_args()
    listing = read_listing(arguments.data / "nlp" / "mobilemodels")
    if arguments.cache is not None and arguments.cache.is_file():
        lines = [json.loads(line) for line in arguments.cache.read_text(encoding="utf-8").splitlines()]
        hearings = [Heard(**{**line, "guesses": tuple(line["guesses"])}) for line in lines]
    else:
        hearings = list(heard(listing, arguments.data, arguments.clips))
        if arguments.cache is not None:
            text = "".join(json.dumps(asdict(one), ensure_ascii=False) + "\n" for one in hearings)
            arguments.cache.write_text(text, encoding="utf-8")
    show(Console(width=130), hearings, listing, listing.catalogue())


if __name__ == "__main__":
    main()
