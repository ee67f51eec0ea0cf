"""Stands in for the shop's export: the same orders and customers each time."""

import csv
import random
from datetime import datetime, timedelta
from pathlib import Path

SEED = 20260801
ORDERS = 6000
CUSTOMERS = 400

REGIONS = ["north", "south", "east", "west"]
SEGMENTS = ["private", "business", "public"]
STATUSES = ["paid", "paid", "paid", "paid", "refunded", ""]


def write_rows(path: Path, header: list[str], rows: list[list]) -> None:
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        writer.writerows(rows)


def write_sample(folder: Path) -> None:
    chance = random.Random(SEED)
    start = datetime(2026, 7, 1)
    customers = [
        [i, f"customer {i}", chance.choice(REGIONS), chance.choice(SEGMENTS)]
        for i in range(1, CUSTOMERS + 1)
    ]
    orders = [
        [
            i,
            chance.randint(1, CUSTOMERS),
            (start + timedelta(seconds=chance.randrange(31 * 86_400))).isoformat(),
            chance.randint(1, 8),
            round(chance.lognormvariate(3, 0.8), 2),
            chance.choice(STATUSES),
        ]
        for i in range(1, ORDERS + 1)
    ]
    write_rows(folder / "customers.csv", ["customer_id", "name", "region", "segment"], customers)
    header = ["order_id", "customer_id", "ordered_at", "quantity", "unit_price", "status"]
    write_rows(folder / "orders.csv", header, orders)
