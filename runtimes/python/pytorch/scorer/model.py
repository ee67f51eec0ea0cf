"""The trained network, run by PyTorch."""

from pathlib import Path

import torch
from safetensors.torch import load_file
from torch import nn


class Perceptron(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("mean", torch.zeros(8))
        self.register_buffer("scale", torch.ones(8))
        self.layers = nn.Sequential(
            nn.Linear(8, 16), nn.ReLU(), nn.Linear(16, 8), nn.ReLU(), nn.Linear(8, 1)
        )

    def forward(self, features: torch.Tensor) -> torch.Tensor:
        return torch.sigmoid(self.layers((features - self.mean) / self.scale))


class Model:
    def __init__(self, path: Path) -> None:
        self.perceptron = Perceptron()
        self.perceptron.load_state_dict(load_file(path))
        self.perceptron.eval()

    @torch.inference_mode()
    def score(self, row: list[float]) -> float:
        return self.perceptron(torch.tensor([row])).item()
