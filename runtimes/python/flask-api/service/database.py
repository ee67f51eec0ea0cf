"""The table of items, in a file that all workers share."""

from sqlalchemy import JSON, String, create_engine
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, sessionmaker
from sqlalchemy.pool import StaticPool
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


if settings.scratch:
    engine = create_engine(f"sqlite:///{settings.scratch}/items.sqlite3")
else:
    # all threads need the same connection: each has another database in memory
    engine = create_engine(
        "sqlite://", poolclass=StaticPool, connect_args={"check_same_thread": False}
    )
Session = sessionmaker(engine, expire_on_commit=False)


def create_tables():
    """Each statement does nothing the second time: several workers may come here at once."""
    first = {"id": 1, "name": "first", "price": 9.5, "tags": ["example"]}
    with engine.begin() as connection:
        connection.execute(CreateTable(Item.__table__, if_not_exists=True))
        connection.execute(insert(Item).values(first).on_conflict_do_nothing())
    if settings.scratch:
        engine.dispose()  # with --preload the workers are forked next: none may inherit it
