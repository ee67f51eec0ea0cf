"""The items: read by anyone, made by those with a token."""

from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Path, Response, status
from pydantic import BaseModel, ConfigDict, Field

from .auth import ProtectedRoute, bearer
from .database import Item, Session

MAX_ID = 2**63 - 1  # SQLite's integers end here

public = APIRouter(prefix="/items", tags=["items"])
protected = APIRouter(
    prefix="/items", tags=["items"], route_class=ProtectedRoute, dependencies=[Depends(bearer)]
)


class NewItem(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    name: str = Field(min_length=1, max_length=100)
    price: float = Field(ge=0, allow_inf_nan=False)
    tags: list[Annotated[str, Field(min_length=1, max_length=30)]] = Field([], max_length=10)


class ItemOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: int
    name: str
    price: float
    tags: list[str]


@public.get("/{item_id}", response_model=ItemOut)
async def read_item(item_id: Annotated[int, Path(gt=0)], session: Session) -> Item:
    item = await session.get(Item, item_id) if item_id <= MAX_ID else None
    if not item:
        raise HTTPException(status.HTTP_404_NOT_FOUND)
    return item


@protected.post("", status_code=status.HTTP_201_CREATED, response_model=ItemOut)
async def create_item(new: NewItem, session: Session, response: Response) -> Item:
    item = Item(**new.model_dump())
    session.add(item)
    await session.commit()
    response.headers["Location"] = f"/items/{item.id}"
    return item
