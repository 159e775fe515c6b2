"""Addresses of the application itself, and of an organisation's units, history and help."""

from django.urls import URLPattern, path

from .views import account, audit, help, operations, units

urlpatterns: list[URLPattern] = [
    # People are added by an admin under the address that they sign in with: nobody adds, changes or proves addresses.
    path("accounts/email/", account.no_such_page),
    path("accounts/confirm-email/", account.no_such_page),
    path("accounts/confirm-email/<path:key>", account.no_such_page),
    path("accounts/login/code/confirm/", account.no_such_page),
    path("", account.home, name="home"),
    path("language/", account.language, name="language"),
    path("settings/", account.own_settings, name="settings"),
    path("health/", operations.health, name="health"),
    path("<slug:organisation>/units/", units.unit_list, name="unit-list"),
    path("<slug:organisation>/units/units.<table:format>", units.unit_export, name="unit-export"),
    path("<slug:organisation>/units/<int:unit>/", units.unit_edit, name="unit-edit"),
    path("<slug:organisation>/audit/", audit.audit, name="audit"),
    path("<slug:organisation>/audit/changes.<table:format>", audit.audit_export, name="audit-export"),
    path("<slug:organisation>/help/", help.help_page, name="help"),
    path("<slug:organisation>/help/rights.<table:format>", help.right_export, name="right-export"),
]
