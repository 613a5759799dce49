"""What tells the voices of one channel apart, where its folder lies in the models folder; else a channel counts as one
speaker, and each transcript says so.

In: settings. Out: whether it is here and whole, and the one that is built of it. Nothing is loaded until it is built.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog

from api.schemas.ops import EngineState
from api.settings import Settings
from model_cards import ModelCardError, locate
from speech.records import ModelUnavailable
from speech.sherpa_library import EXTRA, is_installed

if TYPE_CHECKING:
    from speech import SpeakerTurns

log = structlog.get_logger(__name__)
MODEL = "sherpa-speaker-turns"


def turns_state(settings: Settings) -> EngineState | None:
    """Say what tells voices apart; None where nobody brought a folder for it: stereo calls need none."""
    if not (settings.models_folder / MODEL).is_dir():
        return None
    try:
        located = locate(MODEL, models_dir=settings.models_folder)
    except ModelCardError as error:
        return _degraded(str(error), fix=f"beforehand models pull {MODEL}")
    if not is_installed():
        return _degraded("sherpa-onnx is not installed", fix=EXTRA)
    return EngineState(name="speakers", engine=f"sherpa:{located.card.name}", rung=located.rung)


def open_turns(settings: Settings) -> SpeakerTurns | None:
    """Load it; None where it is not here, with a line in the log where it is not whole."""
    from speech import build_turns
    from speech.sides.sherpa_turns import TurnsOptions

    state = turns_state(settings)
    if state is None:
        return None
    try:
        options = TurnsOptions(threads=settings.threads)
        return build_turns("sherpa", models_dir=settings.models_folder, options=options)
    except ModelUnavailable as error:
        log.warning("engine_degraded", engine=f"sherpa:{MODEL}", reason=str(error), fix=state.fix)
        return None


def _degraded(reason: str, *, fix: str) -> EngineState:
    return EngineState(name="speakers", engine="", rung="none", degraded=True, reason=reason, fix=fix)
