"""The trained pipeline: it standardises the features and asks the perceptron."""

from pathlib import Path

import joblib
import numpy as np


class Model:
    def __init__(self, path: Path) -> None:
        self.pipeline = joblib.load(path)

    def score(self, row: list[float]) -> float:
        return float(self.pipeline.predict_proba(np.array([row]))[0, 1])
