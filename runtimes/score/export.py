"""Writes the trained network in the formats of the libraries that serve it."""

import json
import os
from dataclasses import dataclass
from pathlib import Path

os.environ["KERAS_BACKEND"] = "jax"  # the file is the same, and TensorFlow ten times as big

import keras
import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from safetensors.numpy import save_file


@dataclass
class Network:
    """(x - mean) / scale, then dense layers: ReLU between them, a sigmoid at the end."""

    features: list[str]
    mean: np.ndarray
    scale: np.ndarray
    weights: list[np.ndarray]  # inputs × outputs
    biases: list[np.ndarray]


def onnx_model(network: Network, path: Path) -> None:
    width = len(network.features)
    constants = {"mean": network.mean, "scale": network.scale}
    nodes = [
        helper.make_node("Sub", ["features", "mean"], ["centred"]),
        helper.make_node("Div", ["centred", "scale"], ["hidden0"]),
    ]
    last = len(network.weights)
    for i, (weight, bias) in enumerate(zip(network.weights, network.biases, strict=True), 1):
        constants |= {f"weight{i}": weight, f"bias{i}": bias}
        activation, output = ("Sigmoid", "probability") if i == last else ("Relu", f"hidden{i}")
        nodes += [
            helper.make_node("Gemm", [f"hidden{i - 1}", f"weight{i}", f"bias{i}"], [f"linear{i}"]),
            helper.make_node(activation, [f"linear{i}"], [output]),
        ]
    graph = helper.make_graph(
        nodes,
        "fraud",
        [helper.make_tensor_value_info("features", TensorProto.FLOAT, ["payments", width])],
        [helper.make_tensor_value_info("probability", TensorProto.FLOAT, ["payments", 1])],
        [numpy_helper.from_array(value, name) for name, value in constants.items()],
    )
    # Both numbers are old on purpose: every ONNX Runtime that is in use reads them.
    model = helper.make_model(
        graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8, producer_name="coldprof"
    )
    onnx.checker.check_model(model, full_check=True)
    onnx.save(model, path)


def safetensors_file(network: Network, path: Path) -> None:
    """Named as PyTorch names the parts of the module: linears at 0, 2 and 4 of a Sequential."""
    tensors = {"mean": network.mean, "scale": network.scale}
    for i, (weight, bias) in enumerate(zip(network.weights, network.biases, strict=True)):
        tensors[f"layers.{2 * i}.weight"] = np.ascontiguousarray(weight.T)
        tensors[f"layers.{2 * i}.bias"] = bias
    save_file(tensors, path)


def keras_model(network: Network, path: Path) -> None:
    last = len(network.weights) - 1
    dense = [
        keras.layers.Dense(len(bias), activation="sigmoid" if i == last else "relu")
        for i, bias in enumerate(network.biases)
    ]
    model = keras.Sequential(
        [
            keras.Input((len(network.features),), name="features"),
            keras.layers.Normalization(mean=network.mean, variance=network.scale**2),
            *dense,
        ],
        name="fraud",
    )
    for layer, weight, bias in zip(dense, network.weights, network.biases, strict=True):
        layer.set_weights([weight, bias])
    model.save(path)


def tfjs_layers(network: Network, folder: Path) -> None:
    """TensorFlow.js has no layer Normalization: a BatchNormalization that is trained is the same."""

    def layer(class_name: str, **config) -> dict:
        return {"class_name": class_name, "config": config}

    width, last = len(network.features), len(network.weights) - 1
    layers = [
        layer("InputLayer", name="features", batch_input_shape=[None, width], dtype="float32"),
        layer("BatchNormalization", name="standardise", center=False, scale=False, epsilon=0),
    ]
    named = {
        "standardise/moving_mean": network.mean,
        "standardise/moving_variance": network.scale**2,
    }
    for i, (weight, bias) in enumerate(zip(network.weights, network.biases, strict=True)):
        activation = "sigmoid" if i == last else "relu"
        layers.append(layer("Dense", name=f"dense{i}", units=len(bias), activation=activation))
        named |= {f"dense{i}/kernel": weight, f"dense{i}/bias": bias}
    specs = [
        {"name": name, "shape": list(value.shape), "dtype": "float32"}
        for name, value in named.items()
    ]
    model = {
        "format": "layers-model",
        "generatedBy": "coldprof",
        "modelTopology": {
            "class_name": "Sequential",
            "config": {"name": "fraud", "layers": layers},
        },
        "weightsManifest": [{"paths": ["weights.bin"], "weights": specs}],
    }
    folder.mkdir(exist_ok=True)
    (folder / "model.json").write_text(json.dumps(model, indent=2) + "\n")
    (folder / "weights.bin").write_bytes(b"".join(v.astype("<f4").tobytes() for v in named.values()))
