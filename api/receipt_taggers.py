"""The models folder in, the business's own tagger of receipts out: read once, anew when its folder changes.

    receipt-tagger/    receipts.npz, receipts.json and CARD.md as training.fit_receipts writes them

One folder serves every tenant, as the other models do. What cannot be read is told by states() and in the log; receipts
are then read by the rules alone, as without a tagger.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import structlog

from api.taggers import TaggerState, files_of
from model_cards import ModelCardError
from vision.records import VisionError

if TYPE_CHECKING:
    from vision.receipts.receipt_tagger import ReceiptTagger

log = structlog.get_logger(__name__)

FOLDER = "receipt-tagger"
PART = "receipts"


@dataclass(frozen=True, slots=True)
class _Read:
    files: tuple[tuple[str, int, int], ...]  # name, time in ns, bytes
    state: TaggerState
    tagger: ReceiptTagger | None = None


class ReceiptTaggers:
    """The tagger of one models folder, where there is one. Safe to share between threads."""

    def __init__(self, models_dir: Path) -> None:
        self._folder = models_dir / FOLDER
        self._lock = threading.Lock()
        self._read: _Read | None = None

    def current(self) -> ReceiptTagger | None:
        """Return the tagger in force."""
        read = self._looked_at()
        return read.tagger if read else None

    def states(self) -> tuple[TaggerState, ...]:
        """Say whether it is in force; nothing where there is no folder."""
        read = self._looked_at()
        return (read.state,) if read else ()

    def _looked_at(self) -> _Read | None:
        with self._lock:
            if not self._folder.is_dir():
                self._read = None
                return None
            files = files_of(self._folder)
            if self._read is None or self._read.files != files:
                self._read = _read(self._folder, files)
            return self._read


def _read(folder: Path, files: tuple[tuple[str, int, int], ...]) -> _Read:
    from vision.receipts.receipt_tagger import FIELDS, load_receipt_tagger

    try:
        tagger = load_receipt_tagger(folder)
    except (VisionError, ModelCardError) as error:
        log.warning("tagger_unusable", field=PART, error=str(error))
        return _Read(files, TaggerState(PART, error=str(error)))
    return _Read(files, TaggerState(PART, tagger.name, FIELDS), tagger)
