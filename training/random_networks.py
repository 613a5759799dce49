"""Put ONNX networks of a few nodes together: the pieces that the makers of random models share.

In: nodes, inputs, outputs and constants. Out: a file with its metadata, in a version that every onnxruntime reads.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

OPSET, IR_VERSION = 17, 9  # what onnxruntime 1.16 and later read


def floats(name: str, shape: Sequence[str | int]) -> onnx.ValueInfoProto:
    """Declare a float32 tensor."""
    return helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)


def ints(name: str, shape: Sequence[str | int]) -> onnx.ValueInfoProto:
    """Declare an int32 tensor."""
    return helper.make_tensor_value_info(name, TensorProto.INT32, shape)


def longs(name: str, shape: Sequence[str | int]) -> onnx.ValueInfoProto:
    """Declare an int64 tensor."""
    return helper.make_tensor_value_info(name, TensorProto.INT64, shape)


def graph_of(
    nodes: Sequence[onnx.NodeProto],
    inputs: Sequence[onnx.ValueInfoProto],
    outputs: Sequence[onnx.ValueInfoProto],
    constants: Mapping[str, np.ndarray],
) -> onnx.GraphProto:
    """Put a graph together."""
    tensors = [numpy_helper.from_array(value, name) for name, value in constants.items()]
    return helper.make_graph(nodes, "random", inputs, outputs, initializer=tensors)


def save_network(graph: onnx.GraphProto, path: Path, metadata: Mapping[str, object]) -> None:
    """Write it with its metadata, as texts."""
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=IR_VERSION)
    helper.set_model_props(model, {key: str(value) for key, value in metadata.items()})
    onnx.save(model, str(path))
