"""The network that tells spoken digits apart: torch in, an ONNX file out.

Pictures (n, 1, 40, 48) in, logits (n, 11) out: the ten digits and "something else". 90,000 weights. The exported
graph is written by hand: batch norms are folded into their convolutions and weights are whole numbers of 8 bits with a
scale an output channel, turned back by DequantizeLinear when the graph is loaded; sums stay float32.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper
from torch import Tensor, nn

from speech.spoken_digits.word_picture import MELS, MOMENTS

CLASSES = 11
CHANNELS = (24, 40, 56, 72)
OPSET = 17
Array = npt.NDArray[np.float32]


class DigitNetwork(nn.Module):
    """Four convolutions and one layer over what they saw, place by place: where in the word something was counts."""

    def __init__(self) -> None:
        super().__init__()
        a, b, c, d = CHANNELS
        self.convolutions = nn.ModuleList(
            [_convolution(1, a, 5, 2), _convolution(a, b, 3, 2), _convolution(b, c, 3, 1), _convolution(c, d, 3, 1)]
        )
        self.thinned = nn.Dropout2d(0.1)
        self.dropped = nn.Dropout(0.4)
        self.head = nn.Linear(d * (MELS // 8) * (MOMENTS // 8), CLASSES)

    def forward(self, pictures: Tensor) -> Tensor:
        x = pictures
        for number, convolution in enumerate(self.convolutions):
            x = torch.relu(convolution(x))
            if number == 2:
                x = nn.functional.max_pool2d(x, 2)
            if number in (1, 2):
                x = self.thinned(x)
        logits: Tensor = self.head(self.dropped(x.flatten(1)))
        return logits


def _convolution(into: int, out: int, size: int, stride: int) -> nn.Sequential:
    return nn.Sequential(nn.Conv2d(into, out, size, stride, size // 2, bias=False), nn.BatchNorm2d(out))


def export(network: DigitNetwork, path: Path) -> None:
    """Write the network to an ONNX file whose weights are 8 bits wide."""
    network.eval()
    graph = _Graph()
    name = "pictures"
    for number, block in enumerate(network.convolutions):
        assert isinstance(block, nn.Sequential)
        weight, bias = _folded(block)
        (convolution, _) = block
        assert isinstance(convolution, nn.Conv2d)
        size, stride = weight.shape[2], convolution.stride[0]
        name = graph.add(
            "Conv",
            [name, graph.whole(weight), graph.plain(bias)],
            kernel_shape=[size, size],
            strides=[stride, stride],
            pads=[size // 2] * 4,
        )
        name = graph.add("Relu", [name])
        if number == 2:
            name = graph.add("MaxPool", [name], kernel_shape=[2, 2], strides=[2, 2])
    flat = graph.add("Flatten", [name], axis=1)
    head = [graph.whole(_array(network.head.weight)), graph.plain(_array(network.head.bias))]
    graph.add("Gemm", [flat, *head], output="logits", transB=1)
    onnx.save(graph.model(), str(path))


class _Graph:
    """Nodes and weights, gathered."""

    def __init__(self) -> None:
        self._nodes: list[onnx.NodeProto] = []
        self._weights: list[onnx.TensorProto] = []

    def add(self, kind: str, inputs: list[str], *, output: str = "", **attributes: int | list[int]) -> str:
        name = output or f"{kind.lower()}_{len(self._nodes)}"
        node = helper.make_node(kind, inputs, [name])
        node.attribute.extend(helper.make_attribute(key, value) for key, value in attributes.items())
        self._nodes.append(node)
        return name

    def plain(self, values: npt.NDArray[np.generic]) -> str:
        name = f"weight_{len(self._weights)}"
        self._weights.append(numpy_helper.from_array(values, name))
        return name

    def whole(self, values: Array) -> str:
        """Keep weights as whole numbers of 8 bits, a scale an output channel."""
        scales = np.maximum(np.abs(values).reshape(len(values), -1).max(axis=1), 1e-8) / 127
        rounded = np.round(values / scales.reshape(-1, *[1] * (values.ndim - 1))).astype(np.int8)
        inputs = [
            self.plain(rounded),
            self.plain(scales.astype(np.float32)),
            self.plain(np.zeros(len(values), np.int8)),
        ]
        return self.add("DequantizeLinear", inputs, axis=0)

    def model(self) -> onnx.ModelProto:
        pictures = helper.make_tensor_value_info("pictures", TensorProto.FLOAT, ["n", 1, MELS, MOMENTS])
        logits = helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["n", CLASSES])
        graph = helper.make_graph(self._nodes, "spoken-digits", [pictures], [logits], self._weights)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=9)
        onnx.checker.check_model(model)
        return model


def _folded(block: nn.Sequential) -> tuple[Array, Array]:
    """Return weight and bias of a convolution with its batch norm in it."""
    convolution, norm = block
    assert isinstance(convolution, nn.Conv2d)
    assert isinstance(norm, nn.BatchNorm2d)
    assert norm.running_mean is not None
    assert norm.running_var is not None
    gain = _array(norm.weight) / np.sqrt(_array(norm.running_var) + norm.eps)
    return _array(convolution.weight) * gain.reshape(-1, 1, 1, 1), _array(norm.bias) - gain * _array(norm.running_mean)


def _array(values: Tensor) -> Array:
    return np.asarray(values.detach().numpy(), dtype=np.float32)
