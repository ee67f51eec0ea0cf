"""What clients may send, and what they get; the fields take nothing for what it is not."""

import math

from rest_framework import serializers

from .models import Item


class Text(serializers.CharField):
    def to_internal_value(self, data):
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


class Number(serializers.FloatField):
    def to_internal_value(self, data):
        if isinstance(data, bool) or not isinstance(data, int | float):
            self.fail("invalid")
        try:
            number = float(data)
        except OverflowError:
            number = math.inf
        if not math.isfinite(number):
            self.fail("invalid")
        return number


class ItemSerializer(serializers.ModelSerializer):
    name = Text(min_length=1, max_length=100, trim_whitespace=False)
    price = Number(min_value=0)
    tags = serializers.ListField(
        child=Text(min_length=1, max_length=30, trim_whitespace=False), max_length=10, default=list
    )

    class Meta:
        model = Item
        fields = ["id", "name", "price", "tags"]

    def validate(self, data):
        known = {name for name, field in self.fields.items() if not field.read_only}
        unknown = set(self.initial_data) - known
        if unknown:
            raise serializers.ValidationError({name: ["Unknown field."] for name in unknown})
        return data
