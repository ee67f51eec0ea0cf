"""Reads the export, each column as what it is."""

from pathlib import Path

import pandas as pd


def read_orders(folder: Path) -> pd.DataFrame:
    return pd.read_csv(
        folder / "orders.csv",
        dtype={"status": "category"},
        parse_dates=["ordered_at"],
    )


def read_customers(folder: Path) -> pd.DataFrame:
    return pd.read_csv(
        folder / "customers.csv", dtype={"region": "category", "segment": "category"}
    )
