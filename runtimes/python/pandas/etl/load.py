"""Writes the result."""

from pathlib import Path

import pandas as pd


def write(summary: pd.DataFrame, folder: Path) -> Path:
    """Under its name only when it is whole, for others wait for that name."""
    path = folder / "revenue.csv"
    temporary = path.with_suffix(".part")
    summary.to_csv(temporary, index=False)
    temporary.rename(path)
    return path
