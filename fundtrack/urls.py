"""All addresses. An organisation's pages begin with its own name; their names are global."""

from django.urls import include, path, register_converter

from fundtrack.exports import TableFormatConverter
from fundtrack.periods import MonthConverter

register_converter(MonthConverter, "month")
register_converter(TableFormatConverter, "table")

urlpatterns = [
    path("", include("organisations.urls")),
    path("accounts/", include("allauth.urls")),
    path("<slug:organisation>/", include("reporting.urls")),
    path("<slug:organisation>/", include("funds.urls")),
]
