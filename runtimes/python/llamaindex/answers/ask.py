"""A question as clients put it, and its answer."""

from pydantic import BaseModel, ConfigDict, Field


class Question(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    question: str = Field(min_length=1, max_length=1000)
    k: int = Field(default=3, ge=1, le=5)


class Answer(BaseModel):
    answer: str
    sources: list[int]
