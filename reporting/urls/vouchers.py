"""Address of the voucher; the rest of a drawdown is in ``funds.urls``."""

from django.urls import URLPattern, path

from ..views import vouchers

urlpatterns: list[URLPattern] = [
    path(
        "funds/<slug:fund>/<int:year>/drawdowns/<month:month>/voucher.pdf",
        vouchers.drawdown_voucher,
        name="drawdown-voucher",
    ),
]
