"""A data folder's classifier: a folder of weights in, what tells a ticket's intent out, read again when it changes."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import structlog

from api.schemas.ops import EngineState

if TYPE_CHECKING:
    from nlp import Classifier
    from nlp.encoders.embed import Vectors

log = structlog.get_logger(__name__)

INTENT_FOLDER = Path("classifiers") / "intent"
WEIGHTS_FILE, TEMPLATES_FILE = "weights.npz", "templates.json"


class Intents:
    """The classifier of one data folder, with the encoder that it was fitted with."""

    def __init__(
        self,
        data_dir: Path,
        *,
        encode: Callable[[Sequence[str]], Vectors],
        encoder_state: Callable[[], EngineState],
    ) -> None:
        self._folder = data_dir / INTENT_FOLDER
        self._encode = encode
        self._encoder_state = encoder_state
        self._lock = threading.Lock()
        self._read: tuple[float, Classifier] | None = None

    def classifier(self) -> Classifier | None:
        """Return what tells a ticket's intent, None where none is in force.

        Raises:
            nlp.records.LabelsInvalid: its files do not fit together.
        """
        from nlp import Classifier

        weights = self._folder / WEIGHTS_FILE
        if not weights.is_file():
            return None
        changed_at = weights.stat().st_mtime
        with self._lock:
            if self._read is None or self._read[0] != changed_at:
                self._read = (changed_at, self._with_encoder(Classifier.load(self._folder)))
            return self._read[1]

    def templates(self) -> Mapping[str, str]:
        """Return which template stands for which label; a label that is not named stands for itself."""
        path = self._folder / TEMPLATES_FILE
        return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}

    def _with_encoder(self, classifier: Classifier) -> Classifier:
        """Give a classifier the encoder that it was fitted with; without it the n-grams answer, with a warning."""
        state = self._encoder_state()
        if not classifier.encoder:
            return classifier
        if state.engine != classifier.encoder:
            log.warning("classifier_without_encoder", wanted=classifier.encoder, found=state.engine, fix=state.fix)
            return classifier
        return classifier.with_encoder(self._encode, engine=state.engine)
