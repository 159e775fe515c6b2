from django.urls import path

from ..views import reports as views

_MONTH = "funds/<slug:fund>/<int:year>/reports/<month:month>"

urlpatterns = [
    path("reports/", views.home, name="report-home"),
    path("funds/<slug:fund>/<int:year>/reports/", views.report_list, name="report-list"),
    path(
        "funds/<slug:fund>/<int:year>/reports/reports.<table:format>",
        views.report_list_export,
        name="report-list-export",
    ),
    path(f"{_MONTH}/drawdown/", views.drawdown_page, name="report-drawdown"),
    path(f"{_MONTH}/drawdown.<slug:format>", views.drawdown_file, name="report-drawdown-file"),
    path(f"{_MONTH}/board/", views.board_page, name="report-board"),
    path(f"{_MONTH}/board.<slug:format>", views.board_file, name="report-board-file"),
    path(f"{_MONTH}/charts/<slug:name>.svg", views.chart, name="chart"),
]
