"""Any container comes in as 16 kHz float32, or is refused with its own reason."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from speech import AudioLimits, AudioRejected, RawFormat, Recording, read_audio
from tests.speech.signals import encoded, noise, silence, tone, wav, wav_head

FORMATS = [
    ("wav", "pcm_s16le", 8_000),
    ("wav", "pcm_mulaw", 8_000),
    ("wav", "pcm_alaw", 8_000),
    ("wav", "pcm_f32le", 44_100),
    ("wav", "pcm_s24le", 48_000),
    ("mp3", "libmp3lame", 44_100),
    ("mp3", "libmp3lame", 8_000),
    ("ipod", "aac", 16_000),
    ("adts", "aac", 44_100),
    ("flac", "flac", 16_000),
    ("ogg", "libopus", 48_000),
    ("webm", "libopus", 48_000),
    ("aiff", "pcm_s16be", 22_050),
    ("amr", "libopencore_amrnb", 8_000),
    ("au", "pcm_mulaw", 8_000),
    ("caf", "pcm_s16le", 16_000),
    ("matroska", "pcm_s16le", 16_000),
]
CODEC_DELAY_S = 0.07  # AAC and AMR pad to whole frames


def _pitch_hz(recording: Recording, channel: int) -> float:
    samples = recording.channels[channel].samples
    return float(np.argmax(np.abs(np.fft.rfft(samples)))) / recording.duration_s


@pytest.mark.parametrize(("container", "codec", "rate_hz"), FORMATS)
def test_container_is_decoded_to_16_khz(container: str, codec: str, rate_hz: int) -> None:
    content = encoded([tone(2.0, rate_hz=rate_hz)], container=container, codec=codec, rate_hz=rate_hz)
    recording = read_audio(content, name="call")
    assert recording.layout == "mono"
    assert recording.source_rate_hz == rate_hz
    assert recording.channels[0].samples.dtype == np.float32
    assert 2.0 <= recording.duration_s < 2.0 + CODEC_DELAY_S
    assert abs(_pitch_hz(recording, 0) - 440) < 1
    assert 0.4 < float(np.abs(recording.channels[0].samples).max()) <= 1.0


@pytest.mark.parametrize("rate_hz", [8_000, 11_025, 16_000, 44_100, 48_000])
def test_duration_of_a_wav_is_exact(rate_hz: int) -> None:
    recording = read_audio(wav(tone(1.5, rate_hz=rate_hz), rate_hz=rate_hz), name="call.wav")
    assert abs(len(recording.channels[0].samples) - 24_000) <= 1


@pytest.mark.parametrize(("container", "codec", "rate_hz"), [row for row in FORMATS if row[0] != "amr"])
def test_two_sides_stay_two_channels(container: str, codec: str, rate_hz: int) -> None:
    sides = [tone(2.0, hz=440, rate_hz=rate_hz), tone(2.0, hz=700, rate_hz=rate_hz)]
    recording = read_audio(encoded(sides, container=container, codec=codec, rate_hz=rate_hz), name="call")
    assert recording.layout == "stereo"
    assert abs(_pitch_hz(recording, 0) - 440) < 1
    assert abs(_pitch_hz(recording, 1) - 700) < 1


@pytest.mark.parametrize(("container", "codec"), [("wav", "pcm_s16le"), ("mp3", "libmp3lame"), ("ogg", "libopus")])
def test_one_signal_written_twice_is_kept_once(container: str, codec: str) -> None:
    one = tone(2.0, rate_hz=48_000)
    recording = read_audio(encoded([one, one], container=container, codec=codec, rate_hz=48_000), name="call")
    assert (recording.layout, len(recording.channels)) == ("dual_mono", 1)


def test_more_than_two_channels_are_mixed_down() -> None:
    content = encoded([tone(1.0)] * 6, container="wav", codec="pcm_s16le", rate_hz=16_000)
    assert read_audio(content, name="call.wav").layout == "mono"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        pytest.param(b"", "empty", id="no bytes"),
        pytest.param(wav_head(0), "empty", id="header alone"),
        pytest.param(b"R", "not_audio", id="one byte"),
        pytest.param("订单号 20240518936 order number\n".encode() * 400, "not_audio", id="text"),
        pytest.param(b"\xff\xd8\xff\xe0" + bytes(4000), "not_audio", id="picture"),
        pytest.param(b"ffconcat version 1.0\nfile /etc/hostname\n", "not_audio", id="script naming a file"),
        pytest.param(b"#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:1,\n/etc/hostname\n", "not_audio", id="playlist"),
        pytest.param(wav_head(576_000_000, rate_hz=8_000) + bytes(1000), "broken", id="ten hours on 1 kB"),
        pytest.param(wav_head(3_175_200_000, rate_hz=44_100) + bytes(1000), "broken", id="ten hours, large rate"),
        pytest.param(wav_head(16_000, rate_hz=1_000_000_000) + bytes(16_000), "broken", id="rate of a gigahertz"),
        pytest.param(wav_head(51_000, rate_hz=8_000, channels=255) + bytes(51_000), "broken", id="255 channels"),
        pytest.param(
            wav_head(4_000, bits=32, encoding=3) + np.full(1_000, np.nan, "<f4").tobytes(), "broken", id="no numbers"
        ),
        pytest.param(np.random.default_rng(7).bytes(50_000), "not_audio", id="random bytes"),
    ],
)
def test_bad_file_is_refused_with_its_reason(content: bytes, reason: str) -> None:
    with pytest.raises(AudioRejected, match=r"^call\.wav ") as refusal:
        read_audio(content, name="call.wav")
    assert refusal.value.reason == reason


def test_video_without_sound_is_refused(silent_video: bytes) -> None:
    with pytest.raises(AudioRejected, match="no sound track") as refusal:
        read_audio(silent_video, name="film.mp4")
    assert refusal.value.reason == "not_audio"


@pytest.mark.parametrize("name", ["absent.wav", "."], ids=["no such file", "a folder"])
def test_path_that_cannot_be_read_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(AudioRejected, match="cannot be read"):
        read_audio(tmp_path / name, name=name)


@pytest.mark.parametrize(
    ("limits", "reason"),
    [(AudioLimits(max_bytes=1_000), "too_large"), (AudioLimits(max_duration_s=1.0), "too_long")],
    ids=["bytes", "seconds"],
)
def test_limits_are_kept(limits: AudioLimits, reason: str) -> None:
    with pytest.raises(AudioRejected) as refusal:
        read_audio(wav(tone(2.0)), name="call.wav", limits=limits)
    assert refusal.value.reason == reason


def test_long_silence_packed_small_stops_at_the_limit() -> None:
    content = encoded([silence(600)], container="flac", codec="flac", rate_hz=16_000)
    assert len(content) < 200_000 < 600 * 16_000
    with pytest.raises(AudioRejected, match="longer than 1 minutes") as refusal:
        read_audio(content, name="bomb.flac", limits=AudioLimits(max_duration_s=60))
    assert refusal.value.reason == "too_long"


@pytest.mark.parametrize("size", [0, 0x7FFF_F000, 0xFFFF_FFFF], ids=["zero", "sox", "ffmpeg"])
def test_wav_written_into_a_pipe_is_read_to_its_end(size: int) -> None:
    recording = read_audio(wav(tone(1.0), promised_bytes=size), name="call.wav")
    assert (recording.duration_s, recording.warnings) == (1.0, ())


def test_missing_end_is_told() -> None:
    content = wav(tone(10.0))
    recording = read_audio(content[: len(content) * 3 // 4], name="call.wav")
    assert 7.4 < recording.duration_s < 7.6
    assert "promises 10.0 s but holds 7.5 s" in recording.warnings[0]


def test_damaged_packets_are_left_out_and_told() -> None:
    content = bytearray(encoded([noise(4.0)], container="flac", codec="flac", rate_hz=16_000))
    content[40_000:40_400] = bytes(400)
    recording = read_audio(bytes(content), name="call.flac")
    assert 3.0 < recording.duration_s <= 4.1


def test_samples_beyond_full_scale_are_clipped() -> None:
    pcm = (3 * tone(0.5)).astype("<f4")
    recording = read_audio(wav_head(pcm.nbytes, bits=32, encoding=3) + pcm.tobytes(), name="loud.wav")
    assert float(np.abs(recording.channels[0].samples).max()) == 1.0


@pytest.mark.parametrize(("encoding", "sample_bytes"), [("s16le", 2), ("mulaw", 1), ("alaw", 1)])
def test_raw_sound_is_read_only_when_named(encoding: str, sample_bytes: int) -> None:
    content = np.random.default_rng(3).bytes(8_000 * sample_bytes)
    with pytest.raises(AudioRejected, match="only with its rate and encoding named"):
        read_audio(content, name="call.raw")
    raw = RawFormat(rate_hz=8_000, encoding=encoding)  # type: ignore[arg-type]
    assert read_audio(content, name="call.raw", raw=raw).duration_s == 1.0


def test_tags_that_are_no_utf8_do_not_matter() -> None:
    title = b"\x03" + "客服录音".encode("gbk")  # claims UTF-8, as old Chinese recorders do
    frame = b"TIT2" + len(title).to_bytes(4, "big") + b"\x00\x00" + title
    tag = b"ID3\x04\x00\x00" + len(frame).to_bytes(4, "big") + frame
    content = encoded([tone(0.5)], container="mp3", codec="libmp3lame", rate_hz=16_000)
    sound = content[10 + int.from_bytes(content[6:10], "big") :] if content.startswith(b"ID3") else content
    assert _outcome(tag + sound) == "read"


@settings(max_examples=60, deadline=None)
@given(cut=st.integers(0, 6_000), flips=st.lists(st.tuples(st.integers(0, 5_999), st.integers(0, 255)), max_size=8))
def test_mutilated_file_is_read_or_refused_and_nothing_else(cut: int, flips: list[tuple[int, int]]) -> None:
    content = bytearray(encoded([tone(0.5)], container="mp3", codec="libmp3lame", rate_hz=16_000))
    for at, value in flips:
        content[at % len(content)] = value
    assert _outcome(bytes(content[:cut])) in {"read", "empty", "broken", "not_audio"}


def _outcome(content: bytes) -> str:
    try:
        recording = read_audio(content, name="call.mp3", limits=AudioLimits(max_duration_s=60))
    except AudioRejected as refusal:
        return refusal.reason
    return "read" if recording.duration_s < 10 else "grown"


def test_every_real_clip_is_read_at_its_stated_length(shared_data: Path) -> None:
    folder = shared_data / "speech" / "clips"
    for line in (folder / "manifest.jsonl").read_text(encoding="utf-8").splitlines():
        clip = json.loads(line)
        if clip["file"].endswith(".raw"):
            continue
        recording = read_audio(folder / clip["file"], name=clip["file"])
        assert abs(recording.duration_s - clip["seconds"]) < 0.1, clip["file"]
        assert len(recording.channels) <= clip["channels"]
