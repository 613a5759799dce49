"""What is exported says what was taught, but for the rounding of weights to 8 bits."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

pytestmark = pytest.mark.model


def test_exported_network_says_what_torch_says(tmp_path: Path) -> None:
    torch = pytest.importorskip("torch")
    from onnxruntime import InferenceSession

    from training.digit_network import DigitNetwork, export

    torch.manual_seed(1)
    network = DigitNetwork()
    pictures = torch.randn(16, 1, 40, 48)
    for _ in range(3):
        network(pictures)  # batch norms learn their means
    export(network, tmp_path / "digits-1.onnx")
    with torch.no_grad():
        wanted = network.eval()(pictures).numpy()
    got = InferenceSession(str(tmp_path / "digits-1.onnx")).run(["logits"], {"pictures": pictures.numpy()})[0]
    assert np.abs(got - wanted).max() < 0.05 * np.abs(wanted).max()
    assert (tmp_path / "digits-1.onnx").stat().st_size < 120_000
