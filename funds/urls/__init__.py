"""Addresses of funds, plans, actuals, months, drawdowns and members, below ``/<organisation>/``."""

from . import actuals, members, months, plans

urlpatterns = [*plans.urlpatterns, *actuals.urlpatterns, *months.urlpatterns, *members.urlpatterns]
