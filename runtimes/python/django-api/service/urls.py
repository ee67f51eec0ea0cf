from django.http import JsonResponse
from django.urls import include, path


def health(request):
    return JsonResponse({"status": "ok"})


urlpatterns = [
    path("health", health),
    path("items", include("items.urls")),
    path("", include("work.urls")),
]
handler404 = "service.errors.not_found"
handler500 = "service.errors.server_error"
