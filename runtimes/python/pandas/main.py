"""The nightly job: makes the day's export, reads it, and writes what each region sold."""

import os
import tempfile
from pathlib import Path

from etl.extract import read_customers, read_orders
from etl.load import write
from etl.sample import write_sample
from etl.transform import summarise


def main() -> None:
    folder = Path(os.environ.get("SCRATCH") or tempfile.mkdtemp())
    write_sample(folder)
    orders, customers = read_orders(folder), read_customers(folder)
    summary = summarise(orders, customers)
    result = write(summary, folder)
    total = summary["revenue"].sum()
    print(f"{len(orders)} orders of {len(customers)} customers: {total:.2f} euro, in {result.name}")


if __name__ == "__main__":
    main()
