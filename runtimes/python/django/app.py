"""The smallest service on Django."""

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import JsonResponse
from django.urls import path

settings.configure(ALLOWED_HOSTS=["127.0.0.1", "localhost"], ROOT_URLCONF=__name__)


def hello(request):
    return JsonResponse({"message": "hello from django"})


urlpatterns = [path("", hello)]
application = get_wsgi_application()
