"""The items: read by anyone, made by those with a token."""

from django.shortcuts import get_object_or_404
from rest_framework import serializers
from rest_framework.permissions import IsAuthenticated
from rest_framework.response import Response
from rest_framework.views import APIView

from .authentication import BearerToken
from .models import Item
from .serializers import ItemSerializer


class ItemView(APIView):
    def get(self, request, item_id):
        item_id = serializers.IntegerField(min_value=1).run_validation(item_id)
        return Response(ItemSerializer(get_object_or_404(Item, pk=item_id)).data)


class ItemsView(APIView):
    authentication_classes = [BearerToken]
    permission_classes = [IsAuthenticated]

    def post(self, request):
        serializer = ItemSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        item = serializer.save()
        return Response(serializer.data, 201, headers={"Location": f"/items/{item.pk}"})
