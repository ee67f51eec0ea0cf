from django.urls import path

from . import views

urlpatterns = [path("io", views.io), path("cpu", views.cpu)]
