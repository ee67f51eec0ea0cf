"""From orders to what each region and segment sold in each week."""

import pandas as pd


def summarise(orders: pd.DataFrame, customers: pd.DataFrame) -> pd.DataFrame:
    paid = orders[orders["status"] == "paid"].assign(
        revenue=lambda frame: frame["quantity"] * frame["unit_price"],
        week=lambda frame: frame["ordered_at"].dt.to_period("W").dt.start_time,
    )
    joined = paid.merge(customers, on="customer_id", how="left", validate="many_to_one")
    summary = joined.groupby(["region", "segment", "week"], observed=True, as_index=False).agg(
        orders=("order_id", "count"),
        customers=("customer_id", "nunique"),
        revenue=("revenue", "sum"),
        median_price=("unit_price", "median"),
    )
    whole = summary.groupby("week")["revenue"].transform("sum")
    return summary.assign(share=(summary["revenue"] / whole).round(4)).round({"revenue": 2})
