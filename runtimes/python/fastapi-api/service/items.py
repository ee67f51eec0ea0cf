"""The items: read by anyone, made by those with a token."""

from fastapi import APIRouter, Depends, HTTPException, status
from pydantic import BaseModel, Field

from .auth import require_token

router = APIRouter(prefix="/items", tags=["items"])


class NewItem(BaseModel):
    name: str = Field(min_length=1, max_length=100)
    price: float = Field(ge=0)
    tags: list[str] = []


class Item(NewItem):
    id: int


items: dict[int, Item] = {1: Item(id=1, name="first", price=9.5, tags=["example"])}


@router.get("/{item_id}")
async def read_item(item_id: int) -> Item:
    if item_id not in items:
        raise HTTPException(status.HTTP_404_NOT_FOUND, "no such item")
    return items[item_id]


@router.post("", status_code=status.HTTP_201_CREATED, dependencies=[Depends(require_token)])
async def create_item(new: NewItem) -> Item:
    item = Item(id=len(items) + 1, **new.model_dump())
    items[item.id] = item
    return item
