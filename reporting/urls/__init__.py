"""Addresses of the overview, reports, issued reports and vouchers, below ``/<organisation>/``."""

from . import issued, overview, reports, vouchers

urlpatterns = [*overview.urlpatterns, *reports.urlpatterns, *issued.urlpatterns, *vouchers.urlpatterns]
