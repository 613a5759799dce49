"""PP-OCRv6 on OpenVINO, an extra for Intel and AMD processors: the same networks and lines as the ppocr reader's, for
less CPU. What this does not know: how lines are found and read; see ppocr_reader.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from model_cards import locate
from vision.readers.ppocr_reader import (
    CHARACTERS_KEY,
    DETECTION_FILE,
    MODEL,
    RECOGNITION_FILE,
    Networks,
    PpocrReader,
    Values,
    characters_of,
)
from vision.records import ReaderUnavailable

if TYPE_CHECKING:
    from model_cards import Located

LIBRARY = "openvino"
OPTIONS = {"INFERENCE_PRECISION_HINT": "f32", "NUM_STREAMS": 1}
"""Left to itself OpenVINO computes in bfloat16 where the processor can, and then reads a few lines differently."""


def build(*, models_dir: Path | None = None, threads: int = 1, library: str = LIBRARY) -> PpocrReader:
    """Load the weights and return a reader; `library` is what has to be installed.

    Raises:
        ReaderUnavailable: OpenVINO is not installed.
        model_cards.ModelMissing: the weights are not on this machine; the message says what brings them.
    """
    if find_spec(library) is None:
        raise ReaderUnavailable(
            f"The reader 'openvino' needs the library {library}. Run pip install 'beforehand[openvino]', "
            "or set BEFOREHAND_READER=ppocr."
        )
    return PpocrReader(f"openvino:{MODEL}", _load(locate(MODEL, models_dir=models_dir), threads=threads))


def _load(located: Located, *, threads: int) -> Networks:
    from openvino import Core  # type: ignore[import-untyped]

    core = Core()

    def running(file: str) -> Callable[[Values], Values]:
        network = core.compile_model(
            core.read_model(located.path / file), "CPU", {**OPTIONS, "INFERENCE_NUM_THREADS": threads}
        )
        request = network.create_infer_request()
        return lambda values: np.array(request.infer([values])[0])

    listed = core.read_model(located.path / RECOGNITION_FILE).get_rt_info()["framework"][CHARACTERS_KEY].value
    return Networks(running(DETECTION_FILE), running(RECOGNITION_FILE), characters_of(listed))
