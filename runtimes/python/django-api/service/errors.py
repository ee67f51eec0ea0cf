"""Errors, in the one form that clients know."""

from http import HTTPStatus

from django.http import JsonResponse
from rest_framework.exceptions import ParseError, UnsupportedMediaType, ValidationError
from rest_framework.response import Response
from rest_framework.views import exception_handler


def details_of(error):
    if isinstance(error.detail, dict):
        return [{"field": field, "messages": said} for field, said in error.detail.items()]
    return error.detail if isinstance(error.detail, list) else [error.detail]


def on_error(error, context):
    if isinstance(error, ParseError | UnsupportedMediaType | ValidationError):
        return Response({"error": "invalid", "details": details_of(error)}, 422)
    response = exception_handler(error, context)
    if response is not None:
        response.data = {"error": HTTPStatus(response.status_code).phrase.lower()}
    return response


def not_found(request, exception):
    return JsonResponse({"error": "not found"}, status=404)


def server_error(request):
    return JsonResponse({"error": "internal server error"}, status=500)
