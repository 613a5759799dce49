"""Two sides of a call are told from one signal written twice."""

from __future__ import annotations

import numpy as np
import pytest

from speech.records import Audio, Samples
from speech.sides.channels import layout_of, louder_of
from tests.speech.signals import noise, silence

AGENT = np.concatenate([noise(3.0, seed=1), silence(3.0)])
CUSTOMER = np.concatenate([silence(3.0), noise(3.0, seed=2)])


@pytest.mark.parametrize(
    ("left", "right", "layout"),
    [
        pytest.param(AGENT, AGENT, "dual_mono", id="copy"),
        pytest.param(AGENT, AGENT * np.float32(0.7), "dual_mono", id="copy, a little quieter"),
        pytest.param(AGENT, AGENT * np.float32(0.3), "dual_mono", id="copy, 10 dB quieter"),
        pytest.param(AGENT, np.roll(AGENT, 40), "dual_mono", id="copy, 40 samples late"),
        pytest.param(AGENT, np.roll(AGENT, -7) * np.float32(0.6), "dual_mono", id="copy, early and quieter"),
        pytest.param(AGENT, np.roll(AGENT, 8_000), "stereo", id="half a second late"),
        pytest.param(AGENT, AGENT + noise(6.0, level=0.005, seed=3), "dual_mono", id="copy with coding noise"),
        pytest.param(AGENT, CUSTOMER, "stereo", id="in turn"),
        pytest.param(AGENT + CUSTOMER * np.float32(0.3), CUSTOMER + AGENT * np.float32(0.3), "stereo", id="crosstalk"),
        pytest.param(AGENT, AGENT * np.float32(0.1), "stereo", id="leak into a quiet side"),
        pytest.param(AGENT, silence(6.0), "stereo", id="one side silent"),
        pytest.param(silence(6.0), silence(6.0), "dual_mono", id="both silent"),
        pytest.param(AGENT, -AGENT, "dual_mono", id="copy, wires crossed"),
        pytest.param(silence(0.0), silence(0.0), "dual_mono", id="nothing"),
    ],
)
def test_layout_of_tells_copies_from_sides(left: Samples, right: Samples, layout: str) -> None:
    assert layout_of(Audio(left), Audio(right)) == layout


def test_louder_copy_is_kept() -> None:
    quiet, loud = Audio(AGENT * np.float32(0.3)), Audio(AGENT)
    assert louder_of(quiet, loud) is loud
    assert louder_of(loud, quiet) is loud
