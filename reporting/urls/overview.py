from django.urls import path

from ..views import overview as views

urlpatterns = [
    path("", views.overview, name="overview"),
    path("overview.<table:format>", views.overview_export, name="overview-export"),
]
