"""Spoken digits to learn from: recordings of people, and synthetic voices of many kinds and accents.

In: the FSDD folder (four people, CC BY-SA 4.0), and the speech synthesisers of Debian where they are installed
(espeak-ng, flite). Out: `Spoken` words, 16 kHz, the silence around them cut away. What is not a digit bears
the label OTHER. Everything drawn is drawn from a seed.
"""

from __future__ import annotations

import io
import subprocess
import wave
import zipfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from shutil import which

import numpy as np
import soxr  # type: ignore[import-untyped]

from speech.records import SAMPLE_RATE_HZ, Samples
from training.digit_words import ACCENTS, ENGLISH, ENGLISH_OTHERS, MANDARIN, MANDARIN_OTHERS

ENGLISH_ACCENTS = ("en-us", "en-gb", "en-gb-scotland", "en-029", "en-gb-x-rp", "en-gb-x-gbclan", "en-gb-x-gbcwmd")
MANDARIN_ACCENTS = ("cmn-latn-pinyin",)  # the voice `cmn` reads the pinyin of characters as English
FLITE_VOICES = ("kal", "kal16", "awb", "rms", "slt")
QUIET = 0.02
"""Of the peak; what lies below it at both ends of a synthetic word is silence."""
SYNTHESIS_S = 20.0
OTHERS = 4


@dataclass(frozen=True, slots=True)
class Spoken:
    """One spoken word."""

    samples: Samples  # (n,) 16 kHz
    label: int  # 0..9, or OTHER
    voice: str  # a person's name, or the synthesiser's and its voice's
    take: int = 0


def people(folder: Path) -> Iterator[Spoken]:
    """Yield FSDD's recordings, speaker by speaker, in name order: names are digit_speaker_take.wav."""
    for archive in sorted(folder.glob("*.zip")):
        with zipfile.ZipFile(archive) as files:
            for name in sorted(one for one in files.namelist() if one.endswith(".wav")):
                digit, speaker, take = Path(name).stem.split("_")
                yield Spoken(wav_samples(files.read(name)), int(digit), speaker, int(take))


def wav_samples(content: bytes) -> Samples:
    """Decode 16-bit mono wav and bring it to 16 kHz."""
    with wave.open(io.BytesIO(content)) as opened:
        pcm = np.frombuffer(opened.readframes(opened.getnframes()), "<i2").astype(np.float32) / 32768
        rate_hz = opened.getframerate()
    return np.asarray(soxr.resample(pcm, rate_hz, SAMPLE_RATE_HZ), dtype=np.float32)


def synthetic(language: str, *, count: int, seed: int) -> list[Spoken]:
    """Return what `count` voices say: each every digit once, and OTHERS words that are none."""
    rng = np.random.default_rng(seed)
    orders = [order for number in range(count) for order in _orders(language, number, rng)]
    with ThreadPoolExecutor(2) as pool:
        return [spoken for spoken in pool.map(_spoken, orders) if spoken is not None]


@dataclass(frozen=True, slots=True)
class _Order:
    command: tuple[str, ...]
    text: str
    label: int
    voice: str


def _orders(language: str, number: int, rng: np.random.Generator) -> Iterator[_Order]:
    command, accent, name = _voice(language, rng)
    digits, others = (ENGLISH, ENGLISH_OTHERS) if language == "en" else (MANDARIN, MANDARIN_OTHERS)
    voice = f"{number}:{name}"
    for label, names in enumerate(digits):
        text = ACCENTS[accent][label] if accent in ACCENTS else str(rng.choice(names))
        yield _Order(command, text, label, voice)
    for text in rng.choice(others, size=OTHERS, replace=False).tolist():
        yield _Order(command, text, len(digits), voice)


def _voice(language: str, rng: np.random.Generator) -> tuple[tuple[str, ...], str, str]:
    """Return a command without its text, the accent and the name."""
    chance = rng.random()
    if language == "en" and chance < 0.2:
        voice = str(rng.choice(FLITE_VOICES))
        stretch, pitch = rng.uniform(0.75, 1.4), rng.uniform(80, 240)
        options = ("--setf", f"duration_stretch={stretch:.2f}", "--setf", f"int_f0_target_mean={pitch:.0f}")
        return ("flite", "-voice", voice, *options, "-t"), "", f"flite:{voice}"
    accents = MANDARIN_ACCENTS if language == "zh" else sorted(ACCENTS) if chance < 0.55 else ENGLISH_ACCENTS
    accent, variant = str(rng.choice(accents)), str(rng.choice(espeak_variants()))
    options = ("-s", str(rng.integers(110, 260)), "-p", str(rng.integers(5, 95)))
    command = ("espeak-ng", "-v", f"{accent}+{variant}", *options, "--stdout")
    return command, accent, f"espeak-ng:{accent}+{variant}"


@cache
def espeak_variants() -> Sequence[str]:
    """Return the names of espeak-ng's voice variants, in name order; none where it is absent."""
    if which("espeak-ng") is None:
        return ("f1", "m1")
    listed = subprocess.run(["espeak-ng", "--voices=variant"], capture_output=True, text=True, check=True).stdout
    names = [
        line.split()[-1] if line.split()[-1].startswith("!v/") else line.split()[4] for line in listed.splitlines()[1:]
    ]
    return sorted({name.removeprefix("!v/") for name in names})


def _spoken(order: _Order) -> Spoken | None:
    """Return the word as spoken; nothing where the synthesiser is absent or says nothing."""
    if which(order.command[0]) is None:
        return None
    text = (order.text, "/dev/stdout") if order.command[0] == "flite" else (order.text,)
    ran = subprocess.run([*order.command, *text], stdin=subprocess.DEVNULL, capture_output=True, timeout=SYNTHESIS_S)
    if ran.returncode != 0 or len(ran.stdout) < 100:
        return None
    trimmed = trim(wav_samples(_whole_header(ran.stdout)))
    return Spoken(trimmed, order.label, order.voice) if len(trimmed) > SAMPLE_RATE_HZ // 20 else None


def _whole_header(content: bytes) -> bytes:
    """Write the true length into a header that was written before the length was known."""
    at = content.find(b"data")
    size = len(content) - at - 8
    return (
        content[:4]
        + (len(content) - 8).to_bytes(4, "little")
        + content[8 : at + 4]
        + size.to_bytes(4, "little")
        + content[at + 8 :]
    )


def trim(samples: Samples) -> Samples:
    """Cut the silence away before and after."""
    loud = np.flatnonzero(np.abs(samples) > QUIET * np.abs(samples).max(initial=1e-9))
    return samples[loud[0] : loud[-1] + 1] if len(loud) else samples[:0]
