"""What clients may send, and what they get."""

from marshmallow import EXCLUDE, Schema, fields
from marshmallow.validate import Length, Range


class Text(fields.String):
    def _deserialize(self, value, attr, data, **kwargs):
        text = super()._deserialize(value, attr, data, **kwargs)
        try:
            text.encode()
        except UnicodeEncodeError as error:  # half a surrogate pair
            raise self.make_error("invalid_utf8") from error
        return text


class Number(fields.Float):
    """Marshmallow's own takes numbers in quotes too."""

    def _deserialize(self, value, attr, data, **kwargs):
        if not isinstance(value, int | float):
            raise self.make_error("invalid")
        return super()._deserialize(value, attr, data, **kwargs)


class ItemSchema(Schema):
    id = fields.Integer(dump_only=True)
    name = Text(required=True, validate=Length(1, 100))
    price = Number(required=True, validate=Range(min=0))
    tags = fields.List(
        Text(validate=Length(1, 30)), validate=Length(max=10), load_default=list
    )


class ItemPath(Schema):
    item_id = fields.Integer(required=True, validate=Range(min=1))


class IoQuery(Schema):
    class Meta:
        unknown = EXCLUDE

    ms = fields.Integer(load_default=10, validate=Range(0, 10_000))


class CpuQuery(Schema):
    class Meta:
        unknown = EXCLUDE

    n = fields.Integer(load_default=20, validate=Range(0, 35))
