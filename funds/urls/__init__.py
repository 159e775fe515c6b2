"""Addresses of funds, plans, actuals, months and drawdowns, below ``/<organisation>/``."""

from . import actuals, months, plans

urlpatterns = [*plans.urlpatterns, *actuals.urlpatterns, *months.urlpatterns]
