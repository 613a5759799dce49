"""SenseVoice and Paraformer through sherpa-onnx, with networks of random weights: structure, times, languages, and
folders that are refused before they could end the process.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from model_cards import load_card, pull
from speech import (
    Audio,
    ModelUnavailable,
    Recording,
    Stretch,
    Transcriber,
    build_activity,
    build_transcriber,
    read_audio,
    transcribe_recording,
)
from speech.recognisers.onnx_metadata import read_metadata
from speech.recognisers.sherpa_folder import open_sherpa_folder
from speech.recognisers.transcriber import LanguageDetector
from speech.records import Samples
from tests.model_cards.hub_server import Hub
from tests.speech.signals import noise, silence, tone

pytest.importorskip("sherpa_onnx", reason="the extra `sherpa` brings sherpa-onnx")
pytest.importorskip("onnx", reason="random networks are made with the extra `train`")


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    from training.random_sherpa import MAKERS

    models = tmp_path_factory.mktemp("models")
    return {kind: make(models / f"sherpa-{kind}", seed=0) for kind, make in MAKERS.items()}


@pytest.fixture(scope="module")
def sense_voice(folders: dict[str, Path]) -> Transcriber:
    return build_transcriber("sherpa", folder=folders["sense-voice"])


@pytest.fixture(scope="module")
def paraformer(folders: dict[str, Path]) -> Transcriber:
    return build_transcriber("sherpa", folder=folders["paraformer"])


@pytest.fixture
def spoilt(folders: dict[str, Path], tmp_path: Path) -> Callable[[str], Path]:
    """Return a copy of a folder without its card's sizes, so that its files may be changed."""

    def copy(kind: str) -> Path:
        folder = tmp_path / f"sherpa-{kind}"
        shutil.copytree(folders[kind], folder)
        card = folder / "CARD.md"
        lines = (line.partition(", sha256")[0] for line in card.read_text(encoding="utf-8").splitlines())
        kept = (line + ", sha256: null, bytes: null}" if line.startswith("  - {path") else line for line in lines)
        card.write_text("\n".join(kept) + "\n", encoding="utf-8")
        return folder

    return copy


def test_sherpa_keeps_the_protocol(sense_voice: Transcriber) -> None:
    assert isinstance(sense_voice, Transcriber)
    assert isinstance(sense_voice, LanguageDetector)
    assert sense_voice.engine == "sherpa:sherpa-sense-voice"


@pytest.mark.parametrize("engine", ["sense_voice", "paraformer"])
def test_words_lie_in_order_within_their_stretch(engine: str, request: pytest.FixtureRequest) -> None:
    transcriber: Transcriber = request.getfixturevalue(engine)
    stretches = (Stretch(0.5, 2.5), Stretch(3.0, 3.9))
    said = transcriber.transcribe(Audio(noise(4.0)), language="zh", hotwords=(), stretches=stretches)
    assert (said.language, len(said.segments)) == ("zh", 2)
    for segment, stretch in zip(said.segments, stretches, strict=True):
        starts = [word.start_s for word in segment.words]
        assert starts == sorted(starts)
        assert all(stretch.start_s <= word.start_s <= word.end_s <= stretch.end_s for word in segment.words)
        assert segment.text.replace(" ", "") == "".join(word.text for word in segment.words)


def test_recogniser_that_tells_no_confidence_is_half_sure_and_says_so(sense_voice: Transcriber) -> None:
    said = sense_voice.transcribe(Audio(noise(1.0)), language="zh", hotwords=())
    assert {word.confidence for segment in said.segments for word in segment.words} == {0.5}
    assert "half sure" in said.warnings[0]


@pytest.mark.parametrize(("language", "heard"), [("zh", "zh"), ("en", "en"), ("auto", "zh")])
def test_sense_voice_is_told_the_language_or_tells_it(sense_voice: Transcriber, language: str, heard: str) -> None:
    assert sense_voice.transcribe(Audio(noise(1.0)), language=language, hotwords=()).language == heard


def test_sense_voice_detects_and_paraformer_cannot(sense_voice: Transcriber, paraformer: Transcriber) -> None:
    assert isinstance(sense_voice, LanguageDetector)
    assert isinstance(paraformer, LanguageDetector)
    audio, stretches = Audio(noise(1.0)), (Stretch(0.0, 1.0),)
    assert sense_voice.detect_language(audio, stretches) == "zh"
    assert sense_voice.detect_language(audio, ()) == "und"
    assert paraformer.detect_language(audio, stretches) == "und"


def test_language_the_model_does_not_hear_is_told(paraformer: Transcriber) -> None:
    said = paraformer.transcribe(Audio(noise(1.0)), language="en", hotwords=())
    assert said.segments == ()
    assert "does not hear en" in said.warnings[0]


@pytest.mark.parametrize(
    "samples",
    [
        pytest.param(silence(0.0), id="nothing"),
        pytest.param(silence(0.05), id="shorter than a frame"),
        pytest.param(tone(0.09), id="a click"),
    ],
)
@pytest.mark.parametrize("engine", ["sense_voice", "paraformer"])
def test_too_little_sound_gives_no_words(engine: str, samples: Samples, request: pytest.FixtureRequest) -> None:
    said = request.getfixturevalue(engine).transcribe(Audio(samples), language="zh", hotwords=())
    assert (said.segments, said.language) == ((), "und")


def test_call_is_heard_on_both_channels_and_twice_the_same(sense_voice: Transcriber, examples: Path) -> None:
    call = read_audio(examples / "call_zh.wav", name="call_zh.wav")
    activity = build_activity("energy")
    first = transcribe_recording(call, transcriber=sense_voice, activity=activity, language="zh")
    assert {segment.channel for segment in first.segments} == {0, 1}
    assert transcribe_recording(call, transcriber=sense_voice, activity=activity, language="zh") == first


@pytest.mark.model
def test_no_words_where_nobody_speaks(sense_voice: Transcriber) -> None:
    recording = Recording("call.wav", (Audio(noise(8.0)),), "mono", "pcm_s16le", 16_000)
    said = transcribe_recording(recording, transcriber=sense_voice, activity=build_activity(), language="zh")
    assert said.segments == ()


def test_families_are_told_by_metadata(folders: dict[str, Path]) -> None:
    found = {kind: open_sherpa_folder("", models_dir=None, folder=folder).family for kind, folder in folders.items()}
    assert found == {"sense-voice": "sense_voice", "paraformer": "paraformer", "zipformer": "zipformer"}


def test_missing_weights_name_the_mending_command(tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailable, match="beforehand models pull sherpa-sense-voice"):
        build_transcriber("sherpa", models_dir=tmp_path)


def test_pulled_model_speaks(folders: dict[str, Path], hub: Hub, tmp_path: Path) -> None:
    card = load_card("sherpa-sense-voice")
    for file in card.files:
        content = (folders["sense-voice"] / file.path).read_bytes()
        hub.put(card.source.hub, file.path, content, is_large=file.path.endswith(".onnx"))
    pull(card.name, models_dir=tmp_path, endpoint=hub.endpoint)
    transcriber = build_transcriber("sherpa", models_dir=tmp_path)
    assert transcriber.transcribe(Audio(noise(1.0)), language="zh", hotwords=()).segments


@pytest.mark.parametrize("name", ["sherpa-sense-voice", "sherpa-paraformer-zh", "sherpa-zipformer-zh-en"])
def test_card_names_networks_that_are_understood(name: str) -> None:
    paths = [file.path for file in load_card(name).files]
    networks = {path.split("-")[0].split(".")[0] for path in paths if path.endswith(".onnx")}
    assert networks in ({"model"}, {"encoder", "decoder", "joiner"})
    assert "tokens.txt" in paths


@pytest.mark.parametrize(
    ("content", "says"),
    [
        pytest.param(b"not a network at all", "is not an ONNX file", id="something else"),
        pytest.param(b"", "metadata lack", id="empty"),
        pytest.param(b"\x08\x08", "metadata lack", id="no metadata"),
        pytest.param(b"\x3a\xff\xff\xff\x7f", "breaks off", id="cut"),
        pytest.param(b"\x72\xff\xff\xff\x7f", "no metadata", id="an entry of 256 MiB"),
        pytest.param(b"\xff" * 20, "a number does not end", id="ones"),
    ],
)
def test_file_that_is_no_network_is_refused(spoilt: Callable[[str], Path], content: bytes, says: str) -> None:
    folder = spoilt("sense-voice")
    (folder / "model.int8.onnx").write_bytes(content)
    with pytest.raises(ModelUnavailable, match=says):
        build_transcriber("sherpa", folder=folder)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        pytest.param(b"lang_yue", b"lang_xxx", "lack lang_yue", id="a key is missing"),
        pytest.param(b"vocab_size\x12\x02", b"vocab_size\x12\x01", "is not an ONNX file", id="lengths do not fit"),
    ],
)
def test_metadata_that_would_end_the_process_are_refused(
    spoilt: Callable[[str], Path], old: bytes, new: bytes, says: str
) -> None:
    path = spoilt("sense-voice") / "model.int8.onnx"
    path.write_bytes(path.read_bytes().replace(old, new, 1))
    with pytest.raises(ModelUnavailable, match=says):
        build_transcriber("sherpa", folder=path.parent)


@pytest.mark.parametrize(
    "tokens", ["", "a b c\n", "空\n", "a 1\nb\n"], ids=["empty", "three columns", "no number", "one without"]
)
def test_tokens_that_would_end_the_process_are_refused(spoilt: Callable[[str], Path], tokens: str) -> None:
    folder = spoilt("paraformer")
    (folder / "tokens.txt").write_text(tokens, encoding="utf-8")
    with pytest.raises(ModelUnavailable, match="is not a token and its number"):
        build_transcriber("sherpa", folder=folder)


def test_metadata_are_those_that_onnx_reads(folders: dict[str, Path]) -> None:
    import onnx

    path = folders["zipformer"] / "encoder.int8.onnx"
    assert read_metadata(path) == {entry.key: entry.value for entry in onnx.load(path).metadata_props}
