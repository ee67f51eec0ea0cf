"""The table of items, in a file that all workers share."""

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import Depends
from sqlalchemy import JSON, String
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.schema import CreateTable

from .config import settings


class Base(DeclarativeBase):
    pass


class Item(Base):
    __tablename__ = "items"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(100))
    price: Mapped[float]
    tags: Mapped[list[str]] = mapped_column(JSON, default=list)


path = settings.scratch / "items.sqlite3" if settings.scratch else ":memory:"
engine = create_async_engine(f"sqlite+aiosqlite:///{path}")
new_session = async_sessionmaker(engine, expire_on_commit=False)


async def create_tables() -> None:
    """Each statement does nothing the second time: several workers may come here at once."""
    first = {"id": 1, "name": "first", "price": 9.5, "tags": ["example"]}
    async with engine.begin() as connection:
        await connection.execute(CreateTable(Item.__table__, if_not_exists=True))
        await connection.execute(insert(Item).values(first).on_conflict_do_nothing())


async def session() -> AsyncIterator[AsyncSession]:
    async with new_session() as session:
        yield session


Session = Annotated[AsyncSession, Depends(session)]
