from django.http import JsonResponse
from django.urls import path


async def health(request):
    return JsonResponse({"status": "ok"})


def not_found(request, exception):
    return JsonResponse({"error": "not found"}, status=404)


urlpatterns = [path("health", health)]
handler404 = not_found
