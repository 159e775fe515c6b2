"""Addresses of funds, plans, actuals, months, drawdowns and members, below ``/<organisation>/``."""

from . import actuals, imports, members, months, plans

urlpatterns = [
    *plans.urlpatterns,
    *actuals.urlpatterns,
    *imports.urlpatterns,
    *months.urlpatterns,
    *members.urlpatterns,
]
