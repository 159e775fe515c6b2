"""What every page of the application frame shows: organisation, navigation, languages, version."""

from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise, SimpleLazyObject
from django.utils.translation import gettext_lazy as _

from .models import Membership, Organisation

#: (URL name, label, permission, icon), in the order of the navigation.
NAVIGATION = (
    ("overview", _("Overview"), "view_overview", "home"),
    ("fund-list", _("Funds"), "view_plan", "fund"),
    ("import-list", _("Imports"), "view_imports", "upload"),
    ("comment-home", _("My comments"), "comment_lines", "comment"),
    ("report-home", _("Reports"), "view_issued_reports", "report"),
    ("cost-centre-list", _("Cost centres"), "view_months", "tag"),
    ("member-list", _("Members"), "manage_members", "people"),
    ("audit", _("History"), "view_audit", "history"),
    ("help", _("Help"), "view_overview", "help"),
)


@dataclass(frozen=True)
class NavigationItem:
    label: str | Promise
    url: str
    current: bool
    icon: str


@dataclass(frozen=True)
class Shell:
    """The frame around a page."""

    organisation: Organisation | None
    membership: Membership | None
    #: Other organisations that the person can switch to.
    organisations: tuple[Organisation, ...]
    navigation: tuple[NavigationItem, ...]
    #: (code, label, current)
    language_choices: tuple[tuple[str, str | Promise, bool], ...]
    version: str


def application_version() -> str:
    """Version of the installed package, or of the working copy."""
    try:
        return version("fundtrack")
    except PackageNotFoundError:
        return "0.1.0"


def shell(request: HttpRequest) -> dict[str, object]:
    """Template context ``shell``; costs one query, and only when the frame is rendered for a signed-in person."""
    return {"shell": SimpleLazyObject(lambda: build_shell(request))}


def build_shell(request: HttpRequest) -> Shell:
    organisation = getattr(request, "organisation", None)
    membership = getattr(request, "membership", None)
    others: tuple[Organisation, ...] = ()
    user = getattr(request, "user", None)
    if user is not None and user.is_authenticated:
        others = tuple(
            member.organisation
            for member in Membership.objects.working().filter(user=user).select_related("organisation")
            if organisation is None or member.organisation_id != organisation.pk
        )
    current_language = getattr(request, "LANGUAGE_CODE", settings.LANGUAGE_CODE)
    return Shell(
        organisation=organisation,
        membership=membership,
        organisations=others,
        navigation=navigation_for(request.path, organisation, membership),
        language_choices=tuple((code, label, code == current_language) for code, label in settings.LANGUAGES),
        version=application_version(),
    )


def navigation_for(
    path: str, organisation: Organisation | None, membership: Membership | None
) -> tuple[NavigationItem, ...]:
    """Navigation items that the member may use."""
    if organisation is None or membership is None:
        return ()
    items = []
    for name, label, permission, icon in NAVIGATION:
        if not membership.may(permission):
            continue
        url = reverse(name, kwargs={"organisation": organisation.slug})
        current = path == url if name == "overview" else path.startswith(url)
        items.append(NavigationItem(label=label, url=url, current=current, icon=icon))
    return tuple(items)
