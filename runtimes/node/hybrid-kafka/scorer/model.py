"""The trained network, small enough for NumPy alone."""

from pathlib import Path

import numpy as np
from safetensors.numpy import load_file


class Model:
    def __init__(self, path: Path) -> None:
        tensors = load_file(path)
        self.mean, self.scale = tensors["mean"], tensors["scale"]
        self.layers = [
            (tensors[f"layers.{i}.weight"], tensors[f"layers.{i}.bias"]) for i in (0, 2, 4)
        ]

    def score(self, row: list[float]) -> float:
        values = (np.array(row, dtype=np.float32) - self.mean) / self.scale
        *hidden, last = self.layers
        for weight, bias in hidden:
            values = np.maximum(weight @ values + bias, 0)
        weight, bias = last
        [logit] = weight @ values + bias
        return float(1 / (1 + np.exp(-logit)))
