"""The items: read by anyone, made by those with a token."""

from flask import Blueprint, abort, request

from .auth import token_required
from .database import Item, Session
from .schemas import ItemPath, ItemSchema

MAX_ID = 2**63 - 1  # SQLite's integers end here

blueprint = Blueprint("items", __name__, url_prefix="/items")
schema = ItemSchema()


@blueprint.get("/<item_id>")
def read_item(item_id):
    item_id = ItemPath().load({"item_id": item_id})["item_id"]
    with Session() as session:
        item = session.get(Item, item_id) if item_id <= MAX_ID else None
    if not item:
        abort(404)
    return schema.dump(item)


@blueprint.post("")
@token_required
def create_item():
    item = Item(**schema.load(request.get_json(silent=True)))
    with Session() as session:
        session.add(item)
        session.commit()
    return schema.dump(item), 201, {"Location": f"/items/{item.id}"}
