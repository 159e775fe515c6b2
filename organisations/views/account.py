"""Pages of a person: the first page, the language, the own settings."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import redirect, render, resolve_url
from django.utils import translation
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from fundtrack.exceptions import Refusal

from ..actions import save_own_settings
from ..forms import OwnSettingsForm
from ..models import Membership, User

ONE_YEAR = 365 * 24 * 3600


def no_such_page(request: HttpRequest, key: str = "") -> HttpResponseBase:
    """Stand in for a page of the sign-in package that this application does not have."""
    raise Http404


@require_safe
@login_required
def home(request: HttpRequest) -> HttpResponse:
    """Lead to the person's organisation; with several let the person choose, with none say what to do."""
    assert isinstance(request.user, User)
    members = list(
        Membership.objects.working()
        .filter(user=request.user)
        .select_related("organisation", "user")
        .order_by("organisation__name")
    )
    if len(members) == 1:
        return redirect("overview", organisation=members[0].organisation.slug)
    return render(request, "organisations/home.html", {"members": members})


@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """Choose the language of the pages: for good when signed in, else in this browser."""
    chosen = request.POST.get("language", "")
    response = HttpResponseRedirect(_next_page(request))
    if chosen not in dict(settings.LANGUAGES):
        return response
    if isinstance(request.user, User):
        save_own_settings(user=request.user, language=chosen)
    _remember_language(response, chosen)
    return response


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def own_settings(request: HttpRequest) -> HttpResponse:
    """Name and language of the signed-in person, and the way to password and two-step sign-in."""
    user = request.user
    assert isinstance(user, User)
    form = OwnSettingsForm(request.POST or None, initial={"name": user.name, "language": user.language})
    if request.method == "POST" and form.is_valid():
        try:
            save_own_settings(user=user, **form.cleaned_data)
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            with translation.override(user.language):
                messages.success(request, _("Your settings are saved."))
            response = redirect("settings")
            _remember_language(response, user.language)
            return response
    return render(request, "organisations/settings.html", {"form": form})


def _next_page(request: HttpRequest) -> str:
    wanted = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if safe else resolve_url("home")


def _remember_language(response: HttpResponse, chosen: str) -> None:
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        chosen,
        max_age=ONE_YEAR,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
