"""Errors are counted as the field counts them."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from speech import Audio, Recording
from tests.speech.signals import tone, wav
from training.eval_speech import (
    Clip,
    as_telephone,
    character_errors,
    first_clips,
    measure,
    missed_keywords,
    nothing,
    read_clips,
    recognisers_in,
    word_errors,
)


@pytest.mark.parametrize(
    ("reference", "heard", "errors"),
    [
        ("one two three", "One, two THREE!", (0, 3)),
        ("one two three", "one too three four", (2, 3)),
        ("one two three", "", (3, 3)),
        ("it isn't on", "it is not on", (2, 3)),
    ],
)
def test_word_errors_count_wrong_missing_and_added(reference: str, heard: str, errors: tuple[int, int]) -> None:
    assert word_errors(reference, heard) == errors


@pytest.mark.parametrize(
    ("reference", "heard", "errors"),
    [("空调不制冷。", "空 调 不 致冷", (1, 5)), ("故障", "", (2, 2)), ("ＡＢ12", "ab12", (0, 4))],
)
def test_character_errors_ignore_spaces_and_widths(reference: str, heard: str, errors: tuple[int, int]) -> None:
    assert character_errors(reference, heard) == errors


def test_keywords_are_found_across_spaces() -> None:
    assert missed_keywords(("公司 的 支持", "理财 计划"), "感谢公司的支持") == (1, 2)


def test_telephone_loses_what_lies_above_four_kilohertz() -> None:
    recording = Recording("call", (Audio(tone(1.0, hz=1_000) + tone(1.0, hz=6_000)),), "mono", "made", 16_000)
    spectrum = np.abs(np.fft.rfft(as_telephone(recording).channels[0].samples))
    assert spectrum[1_000] > 100 * spectrum[6_000]


def test_sounds_of_nothing_are_each_different() -> None:
    sounds = dict(nothing())
    assert len(sounds) == 7
    assert len({samples.tobytes() for samples in sounds.values()}) == 7


def test_measure_judges_every_version_of_a_clip(tmp_path: Path) -> None:
    folder = tmp_path / "clips"
    folder.mkdir()
    (folder / "a.wav").write_bytes(wav(tone(1.0)))
    rows = [
        {"file": "a.wav", "sample_rate": 16_000, "language": "en", "text": "one two"},
        {"file": "a.wav", "sample_rate": 8_000, "language": "en", "keywords": "two, three"},
        {"file": "a.wav", "sample_rate": 16_000, "language": "zh", "text": "一二"},
        {"file": "a.wav", "sample_rate": 16_000, "language": "mixed"},
    ]
    (folder / "manifest.jsonl").write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    scores = list(
        measure(list(read_clips(tmp_path)), lambda recording, language: "one two" if recording.codec != "made" else "")
    )
    assert [(score.group, score.errors, score.total) for score in scores if score.group != "nothing"] == [
        ("en", 0, 2),
        ("en_8k", 0, 2),
        ("keywords_8k", 1, 2),
        ("zh", 6, 2),
    ]


def test_recognisers_are_found_in_a_models_folder(tmp_path: Path) -> None:
    for name in ("whisper-tiny", "sherpa-sense-voice", "sherpa-zipformer-zh-en", "sherpa-speaker-turns"):
        (tmp_path / name).mkdir()
    (tmp_path / "whisper-notes").touch()
    found = [(engine, folder.name) for engine, folder in recognisers_in(tmp_path)]
    assert found == [
        ("sherpa", "sherpa-sense-voice"),
        ("sherpa", "sherpa-zipformer-zh-en"),
        ("whisper", "whisper-tiny"),
    ]


@pytest.mark.parametrize(("limit", "count"), [(0, 5), (1, 2), (2, 4), (9, 5)])
def test_first_clips_of_each_language_are_kept(limit: int, count: int) -> None:
    clips = [Clip(Path("a"), language, 16_000, False, "text", ()) for language in ("en", "zh", "en", "zh", "en")]
    assert len(first_clips(clips, limit)) == count
