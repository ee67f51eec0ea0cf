"""The trained network, run by TensorFlow."""

from pathlib import Path

import numpy as np
import tensorflow as tf


class Model:
    def __init__(self, path: Path) -> None:
        self.network = tf.keras.models.load_model(path, compile=False)

    def score(self, row: list[float]) -> float:
        # Calling it is the fast way for one row; predict() is made for many.
        probability = self.network(np.array([row], dtype=np.float32), training=False)
        return float(probability[0, 0])
