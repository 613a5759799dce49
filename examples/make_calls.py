"""Speak the two example calls: lines of dialogue in, stereo 8 kHz WAV files out (channel 0 agent, channel 1 customer).

Needs the Debian packages espeak-ng and flite; both write to a file that is read back here. The voices are robots: the
recordings show the way through, they do not say how well a recogniser does on people.

Run: python -m examples.make_calls
"""

from __future__ import annotations

import subprocess
import tempfile
import wave
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import soxr

FOLDER = Path(__file__).parent
RATE_HZ = 8_000
"""What a telephone line carries (G.711), and so what a call centre records."""
PAUSE_S = 0.3
LINE_NOISE = 0.0006
"""Standard deviation of the hiss under the voices, about -64 dBFS: a quiet line, never digital silence."""
SEED = 20261122

Samples = npt.NDArray[np.float32]
Speak = Callable[[str, Path], list[str]]


@dataclass(frozen=True, slots=True)
class Voice:
    """A side of the call: its channel and the command that speaks a text into a file."""

    channel: int
    command: Speak


def mandarin(*, variant: str, pitch: int, words_per_minute: int) -> Speak:
    """Speak Mandarin with espeak-ng, in one of its voice variants."""
    options = ["-v", f"cmn+{variant}", "-p", str(pitch), "-s", str(words_per_minute)]
    return lambda text, path: ["espeak-ng", *options, "-w", str(path), text]


def english(*, voice: str, stretch: float) -> Speak:
    """Speak English with flite; stretch above 1 is slower."""
    return lambda text, path: [
        "flite",
        "-voice",
        voice,
        "--setf",
        f"duration_stretch={stretch}",
        "-t",
        text,
        "-o",
        str(path),
    ]


AGENT_ZH = Voice(0, mandarin(variant="f3", pitch=58, words_per_minute=205))
CUSTOMER_ZH = Voice(1, mandarin(variant="m3", pitch=38, words_per_minute=200))
AGENT_EN = Voice(0, english(voice="slt", stretch=0.95))
CUSTOMER_EN = Voice(1, english(voice="rms", stretch=1.05))

CALL_ZH = (
    (AGENT_ZH, "您好,澄岚售后,请问有什么可以帮您?"),
    (CUSTOMER_ZH, "你好,我家空调昨天晚上开始不制冷,面板显示故障代码 E 四。"),
    (AGENT_ZH, "好的,请报一下订单号。"),
    (CUSTOMER_ZH, "订单号是,二零二五,零六一八,九三六。"),
    (AGENT_ZH, "收到,请问型号是什么?"),
    (CUSTOMER_ZH, "型号是 K F R 三五 G W,斜杠,C L 三 A。"),
    (AGENT_ZH, "请问联系电话是多少?"),
    (CUSTOMER_ZH, "幺三八,零零幺三,八零零零。"),
    (AGENT_ZH, "好的,明天上午九点安排师傅上门,麻烦您把铭牌拍照发来。"),
)
CALL_EN = (
    (AGENT_EN, "Harrowbrook support, how can I help?"),
    (CUSTOMER_EN, "Hi, my washing machine stopped this morning and will not drain. It shows error code E two."),
    (AGENT_EN, "I am sorry to hear that. What is your order number?"),
    (CUSTOMER_EN, "My order number is two zero two six, zero three, oh two, one one eight."),
    (AGENT_EN, "Thank you. And which model is it?"),
    (CUSTOMER_EN, "The model is H B, W M, eight one four."),
    (AGENT_EN, "What is the best phone number to reach you?"),
    (CUSTOMER_EN, "Four one five, five five five, zero one three two."),
    (AGENT_EN, "Please send me a photo of the label inside the door."),
)


def spoken(text: str, voice: Voice, folder: Path) -> Samples:
    """Speak one line and bring it to 8 kHz at an even loudness."""
    path = folder / "line.wav"
    subprocess.run(voice.command(text, path), check=True, capture_output=True)
    with wave.open(str(path), "rb") as file:
        rate_hz = file.getframerate()
        samples = np.frombuffer(file.readframes(file.getnframes()), dtype="<i2").astype(np.float32) / 32768
    telephone: Samples = soxr.resample(samples, rate_hz, RATE_HZ)
    audible = np.flatnonzero(np.abs(telephone) > 0.01)
    telephone = telephone[audible[0] : audible[-1] + 1]
    return telephone * np.float32(0.5 / np.abs(telephone).max())


def call_of(lines: Sequence[tuple[Voice, str]], *, seed: int) -> npt.NDArray[np.int16]:
    """Lay the lines one after the other, each on its speaker's channel.  # (n, 2) int16"""
    pause = np.zeros(int(PAUSE_S * RATE_HZ), dtype=np.float32)
    sides: tuple[list[Samples], list[Samples]] = ([pause], [pause])
    with tempfile.TemporaryDirectory() as folder:
        for voice, text in lines:
            line = spoken(text, voice, Path(folder))
            sides[voice.channel].extend((line, pause))
            sides[1 - voice.channel].append(np.zeros(len(line) + len(pause), dtype=np.float32))
    both = np.stack([np.concatenate(side) for side in sides], axis=1)  # (n, 2)
    hiss = np.random.default_rng(seed).normal(0, LINE_NOISE, both.shape)
    return np.clip((both + hiss) * 32767, -32768, 32767).astype(np.int16)


def write(name: str, lines: Sequence[tuple[Voice, str]]) -> None:
    """Write one call as stereo PCM16."""
    samples = call_of(lines, seed=SEED)
    with wave.open(str(FOLDER / name), "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(RATE_HZ)
        file.writeframes(samples.astype("<i2").tobytes())


if __name__ == "__main__":
    write("call_zh.wav", CALL_ZH)
    write("call_en.wav", CALL_EN)
