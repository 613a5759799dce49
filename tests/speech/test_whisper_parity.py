"""The same weights write the same tokens through our backend and through both references, greedily and by a beam."""

from __future__ import annotations

import pytest

from speech.records import Samples
from tests.speech.signals import noise, tone
from training.eval_whisper import Run, Weights, shared_tokens

pytestmark = pytest.mark.model
TOKENS = 12


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Weights:
    for library in ("torch", "transformers", "whisper"):
        pytest.importorskip(library, reason="the references come with the extra `train`")
    from training.random_whisper import Shape, convert_source, save_random_source

    folder = tmp_path_factory.mktemp("weights")
    source = save_random_source(folder / "source", shape=Shape(128, 2, 2, 512), seed=0)
    return Weights(source, convert_source(source, folder / "ours", seed=0, quantization="float32"))


@pytest.fixture(scope="module")
def windows() -> list[Samples]:
    return [noise(5.0), tone(5.0, hz=220.0)]


@pytest.mark.filterwarnings("ignore:__array_wrap__:DeprecationWarning")  # openai-whisper sorts a tensor by numpy
@pytest.mark.parametrize("beam", [1, 3])
@pytest.mark.parametrize("reference", ["openai-whisper", "transformers"])
def test_reference_writes_the_same_tokens(weights: Weights, windows: list[Samples], reference: str, beam: int) -> None:
    from training.whisper_backends import LOADERS, Search

    search = Search(TOKENS, beam=beam, threads=1, batch=2, compute_type="float32")
    ours, theirs = (LOADERS[name](weights.of(name), search)(windows) for name in ("ours", reference))
    assert [len(tokens) for tokens in ours] == [TOKENS, TOKENS]
    assert len({token for tokens in ours for token in tokens}) > 2
    assert shared_tokens(Run(ours, 0.0, 0.0, 0.0), Run(theirs, 0.0, 0.0, 0.0)) == 2 * TOKENS
