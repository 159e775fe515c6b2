from django.urls import path

from ..views import issued as views

urlpatterns = [
    path("funds/<slug:fund>/<int:year>/reports/<month:month>/board/issue/", views.issue, name="report-issue"),
    path("reports/issued/", views.issued_list, name="issued-list"),
    path("reports/issued/issued-reports.<table:format>", views.issued_list_export, name="issued-list-export"),
    path("reports/issued/<int:number>/", views.issued, name="issued"),
    path("reports/issued/<int:number>/proof/", views.proof, name="issued-proof"),
    path("reports/issued/<int:number>/proof/proof.<table:format>", views.proof_export, name="issued-proof-export"),
    path("reports/issued/<int:number>/charts/<slug:name>.svg", views.issued_chart, name="issued-chart"),
    path("reports/issued/<int:number>/result.json", views.issued_result_file, name="issued-result"),
    path("reports/issued/<int:number>/<slug:language>.<slug:format>", views.issued_file, name="issued-file"),
]
