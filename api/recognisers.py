"""Settings in; out comes which recogniser hears which language, what is degraded and why, and the one that is built of
it. Nothing is loaded until it is built; what is here is told by folders and cards alone.

"auto" takes for Chinese a sherpa-onnx model before Whisper, for English Whisper before sherpa-onnx, and the floor
where neither is at hand. A recogniser asked for by name speaks alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Literal

from api.schemas.ops import EngineState
from api.settings import Settings
from model_cards import ModelCardError, locate
from model_cards.rungs import Rung

if TYPE_CHECKING:
    from speech import Transcriber
    from speech.recognisers.by_language import Load

FLOOR_MODEL = "pocketsphinx-en-us"
Spoken = Literal["zh", "en"]
PREFERRED: dict[Spoken, tuple[str, ...]] = {"zh": ("sherpa", "whisper"), "en": ("whisper", "sherpa")}
"""SenseVoice and Paraformer were trained for Chinese first, Whisper for English first; by their makers' words, nothing
of it was measured here: no weights were at hand.
"""
HEARD_BY_FLOOR = ("en",)


@dataclass(frozen=True, slots=True)
class Recogniser:
    """One that settings name. `languages` is empty where it is not at hand; then reason and fix say why."""

    name: str
    model: str
    rung: Rung | Literal["none"] = "none"
    languages: tuple[str, ...] = ()
    reason: str = ""
    fix: str = ""

    @property
    def engine(self) -> str:
        return f"{self.name}:{self.model}"


@dataclass(frozen=True, slots=True)
class Chosen:
    """Who hears what; `lacking` would hear better and is not at hand."""

    by_language: dict[Spoken, Recogniser]
    lacking: Recogniser | None = None

    @property
    def engine(self) -> str:
        """Return one name, or one for each language where they differ."""
        names = {language: one.engine for language, one in self.by_language.items()}
        if len(set(names.values())) == 1:
            return names["zh"]
        return ", ".join(f"{name} ({language})" for language, name in names.items())

    def state(self) -> EngineState:
        """Say it as /readyz and `doctor` do."""
        lacking = self.lacking
        rung = self.by_language["en"].rung
        if lacking is None:
            return EngineState(name="speech", engine=self.engine, rung=rung)
        return EngineState(
            name="speech", engine=self.engine, rung=rung, degraded=True, reason=lacking.reason, fix=lacking.fix
        )


def choose_recognisers(settings: Settings) -> Chosen:
    """Return who hears Chinese and who English."""
    floor = Recogniser("sphinx", FLOOR_MODEL, "package", HEARD_BY_FLOOR)
    if settings.transcriber == "sphinx":
        return Chosen({"zh": floor, "en": floor})
    if settings.transcriber != "auto":
        only = _look(settings.transcriber, settings)
        return Chosen({"zh": only, "en": only}, lacking=None if only.languages else only)
    found = {name: _look(name, settings) for name in ("whisper", "sherpa")}
    by_language: dict[Spoken, Recogniser] = {}
    lacking = None
    for language, names in PREFERRED.items():
        at_hand = [found[name] for name in names if language in found[name].languages]
        by_language[language] = at_hand[0] if at_hand else floor
        lacking = lacking if at_hand else found["whisper"]
    return Chosen(by_language, lacking)


def build_recogniser(settings: Settings) -> Transcriber:
    """Build what was chosen.

    Raises:
        ModelUnavailable: a recogniser asked for by name is not here.
    """
    from speech import ByLanguage

    chosen = choose_recognisers(settings)
    loads = {one: partial(_build, one, settings) for one in chosen.by_language.values()}
    if len(loads) == 1:
        return next(iter(loads.values()))()
    by_language: dict[str, Load] = {language: loads[one] for language, one in chosen.by_language.items()}
    return ByLanguage(by_language, engine=chosen.engine)


def _look(name: Literal["whisper", "sherpa"], settings: Settings) -> Recogniser:
    """Look whether a recogniser and its weights are here."""
    from speech.sherpa_library import EXTRA, is_installed

    model = settings.whisper_model if name == "whisper" else settings.sherpa_model
    if name == "sherpa" and not is_installed():
        return Recogniser(name, model, reason="sherpa-onnx is not installed", fix=EXTRA)
    try:
        located = locate(model, models_dir=settings.models_folder)
    except ModelCardError as error:
        return Recogniser(name, model, reason=str(error), fix=f"beforehand models pull {model}")
    return Recogniser(name, located.card.name, located.rung, located.card.languages)


def _build(one: Recogniser, settings: Settings) -> Transcriber:
    from speech import build_transcriber
    from speech.recognisers.sherpa_transcriber import SherpaOptions
    from speech.recognisers.whisper_transcriber import WhisperOptions

    folder = settings.models_folder
    if one.name == "sphinx":
        return build_transcriber("sphinx", models_dir=folder, threads=settings.threads)
    if one.name == "sherpa":
        options = SherpaOptions(threads=settings.threads)
        return build_transcriber("sherpa", model=settings.sherpa_model, models_dir=folder, options=options)
    return build_transcriber(
        "whisper",
        model=settings.whisper_model,
        models_dir=folder,
        options=WhisperOptions(threads=settings.threads),
    )
