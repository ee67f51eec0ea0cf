"""A payment as clients describe it, and what they are told about it."""

from pydantic import BaseModel, ConfigDict


class Features(BaseModel):
    """In the order that the model was trained on."""

    model_config = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False)

    amount: float
    hour: float
    account_age_days: float
    payments_last_hour: float
    distance_km: float
    foreign_card: float
    failed_logins: float
    merchant_risk: float

    def row(self) -> list[float]:
        return list(self.model_dump().values())


class Payment(BaseModel):
    model_config = ConfigDict(extra="forbid")

    features: Features


class Verdict(BaseModel):
    score: float
    fraud: bool
