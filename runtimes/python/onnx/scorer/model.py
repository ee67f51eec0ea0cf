"""The trained network, run by ONNX Runtime."""

from pathlib import Path

import numpy as np
import onnxruntime


class Model:
    def __init__(self, path: Path) -> None:
        self.session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])

    def score(self, row: list[float]) -> float:
        features = np.array([row], dtype=np.float32)
        [probability] = self.session.run(["probability"], {"features": features})
        return probability.item()
