from django.urls import path

from .views import ItemsView, ItemView

urlpatterns = [
    path("", ItemsView.as_view()),
    path("/<str:item_id>", ItemView.as_view()),
]
