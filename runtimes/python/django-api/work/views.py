"""One route that waits without computing, one that computes without waiting."""

import time

from rest_framework import serializers
from rest_framework.decorators import api_view
from rest_framework.response import Response


class IoQuery(serializers.Serializer):
    ms = serializers.IntegerField(min_value=0, max_value=10_000, default=10)


class CpuQuery(serializers.Serializer):
    n = serializers.IntegerField(min_value=0, max_value=35, default=20)


def checked(serializer, request):
    query = serializer(data=request.query_params.dict())
    query.is_valid(raise_exception=True)
    return query.validated_data


def fibonacci(n):
    return n if n < 2 else fibonacci(n - 1) + fibonacci(n - 2)


@api_view(["GET"])
def io(request):
    ms = checked(IoQuery, request)["ms"]
    time.sleep(ms / 1000)
    return Response({"waited_ms": ms})


@api_view(["GET"])
def cpu(request):
    n = checked(CpuQuery, request)["n"]
    return Response({"n": n, "fibonacci": fibonacci(n)})
