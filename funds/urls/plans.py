"""Addresses of funds, cost centres, plans, amendments and lines."""

from django.urls import URLPattern, path

from ..views import amendments, cost_centres, funds, lines, plan_editor, plan_import, plans

FUND = "funds/<slug:fund>/"
PLAN = f"{FUND}<int:year>/"

urlpatterns: list[URLPattern] = [
    path("cost-centres/", cost_centres.cost_centre_list, name="cost-centre-list"),
    path(
        "cost-centres/cost-centres.<table:format>",
        cost_centres.cost_centre_list_export,
        name="cost-centre-list-export",
    ),
    path("cost-centres/new/", cost_centres.cost_centre_create, name="cost-centre-create"),
    path("cost-centres/code/<str:code>/", cost_centres.cost_centre, name="cost-centre"),
    path(
        "cost-centres/code/<str:code>/cost-centre.<table:format>",
        cost_centres.cost_centre_export,
        name="cost-centre-export",
    ),
    path("cost-centres/code/<str:code>/names/", cost_centres.cost_centre_name_add, name="cost-centre-name-add"),
    path(
        "cost-centres/code/<str:code>/names/<int:name>/",
        cost_centres.cost_centre_name_edit,
        name="cost-centre-name-edit",
    ),
    path(
        "cost-centres/code/<str:code>/names/<int:name>/remove/",
        cost_centres.cost_centre_name_remove,
        name="cost-centre-name-remove",
    ),
    path("funds/", funds.fund_list, name="fund-list"),
    path("funds/funds.<table:format>", funds.fund_list_export, name="fund-list-export"),
    path("funds/new/", funds.fund_create, name="fund-create"),
    path(FUND, funds.fund, name="fund"),
    path(f"{FUND}edit/", funds.fund_edit, name="fund-edit"),
    path(f"{FUND}entries/new/", funds.fund_entry_create, name="fund-entry-create"),
    path(f"{FUND}entries.<table:format>", funds.fund_entries_export, name="fund-entries-export"),
    path(f"{FUND}plans.<table:format>", funds.fund_plans_export, name="fund-plans-export"),
    path(f"{FUND}plans/new/", plans.plan_create, name="plan-create"),
    path(f"{PLAN}plan/", plans.plan, name="plan"),
    path(f"{PLAN}plan/lines.<table:format>", plans.plan_lines_export, name="plan-lines-export"),
    path(f"{PLAN}plan/edit/", plan_editor.plan_edit, name="plan-edit"),
    path(f"{PLAN}plan/check/", plan_editor.plan_check, name="plan-check"),
    path(f"{PLAN}plan/activate/", plans.plan_activate, name="plan-activate"),
    path(f"{PLAN}plan/delete/", plans.plan_delete, name="plan-delete"),
    path(f"{PLAN}plan/import/", plan_import.plan_import, name="plan-import"),
    path(f"{PLAN}plan/plan.<slug:format>", plans.plan_export, name="plan-export"),
    path(f"{PLAN}amendments/", amendments.amendment_list, name="amendment-list"),
    path(f"{PLAN}amendments/amendments.<table:format>", amendments.amendment_list_export, name="amendment-list-export"),
    path(f"{PLAN}amendments/new/", amendments.amendment_create, name="amendment-create"),
    path(f"{PLAN}lines/<str:code>/", lines.line, name="line"),
    path(f"{PLAN}lines/<str:code>/line.<table:format>", lines.line_export, name="line-export"),
    path(f"{PLAN}lines/<str:code>/judgements/", lines.judgement_create, name="judgement-create"),
    path(f"{PLAN}lines/<str:code>/interfaces/", lines.interface_create, name="interface-create"),
    path(
        f"{PLAN}lines/<str:code>/interfaces/<int:interface>/remove/",
        lines.interface_remove,
        name="interface-remove",
    ),
]
