"""The gate of every page of an organisation: signed in, member, allowed, and read-only where it only reads."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect, render
from django.urls import Resolver404, resolve
from django.utils.cache import add_never_cache_headers
from django.views.defaults import permission_denied

from .models import Membership, Organisation

View = Callable[..., HttpResponse]

_FORM_TYPES = ("application/x-www-form-urlencoded", "multipart/form-data")


class OrganisationRequest(HttpRequest):
    """A request that passed ``organisation_view``."""

    organisation: Organisation
    membership: Membership
    id: str


def organisation_view(permission: str, *, methods: tuple[str, ...] = ("GET",)) -> Callable[[View], View]:
    """Decorate a view whose URL has ``<slug:organisation>``.

    Sets ``request.organisation`` and ``request.membership`` and calls the view without the ``organisation`` keyword.
    Anonymous people are sent to sign in, and keep what they wrote in a form; who is not a member gets 404, as if the
    organisation did not exist; a member without ``permission`` gets 403. GET and HEAD run in a transaction that the
    database itself holds read-only.

    Args:
        permission: name in ``organisations.rights.RIGHTS``; found again as ``view.permission``.
        methods: allowed HTTP methods; others get 405, but only from a member with the right, so that nobody else can
            tell addresses apart by their methods. HEAD goes with GET. An address that only takes forms leads to
            the page above it when somebody opens it: after a reload, from a bookmark, by the switch of language.
    """

    allowed = (*methods, "HEAD") if "GET" in methods else methods

    def decorate(view: View) -> View:
        def enter(request: Any, slug: str, *args: Any, **kwargs: Any) -> HttpResponse:
            barred = _barred(request, slug, permission)
            if barred is not None:
                return barred
            if request.method not in allowed:
                return _not_allowed(request, methods)
            return view(request, *args, **kwargs)

        @wraps(view)
        def gate(request: Any, *args: Any, organisation: str, **kwargs: Any) -> HttpResponse:
            if not request.user.is_authenticated:
                return _signed_out(request)
            if request.method in ("GET", "HEAD"):
                with read_only():
                    response: Any = enter(request, organisation, *args, **kwargs)
                    if hasattr(response, "render") and not response.is_rendered:
                        response.render()
            else:
                response = enter(request, organisation, *args, **kwargs)
            add_never_cache_headers(response)
            return response  # type: ignore[no-any-return]

        protected: Any = gate
        protected.permission = permission
        protected.methods = methods
        return protected  # type: ignore[no-any-return]

    return decorate


def _barred(request: Any, slug: str, permission: str) -> HttpResponse | None:
    """Find the member who asks; the answer for one without the right, None for one who may go on.

    Raises:
        Http404: the person is no member of the organisation, or there is none.
    """
    membership = (
        Membership.objects.working()
        .filter(user=request.user, organisation__slug=slug)
        .select_related("organisation", "user")
        .first()
    )
    if membership is None:
        raise Http404
    request.organisation = membership.organisation
    request.membership = membership
    if not membership.may(permission):
        # Not raised: it is no incident, and the log would show where it came from.
        return permission_denied(request, PermissionDenied())
    return None


def _not_allowed(request: HttpRequest, methods: tuple[str, ...]) -> HttpResponse:
    path = request.path_info
    while request.method in ("GET", "HEAD") and path.count("/") > 2:
        path = path[: path.rstrip("/").rindex("/") + 1]
        try:
            above = resolve(path).func
        except Resolver404:
            continue
        if "GET" in getattr(above, "methods", ()):
            return redirect(path)
    return HttpResponseNotAllowed(methods)


def _signed_out(request: HttpRequest) -> HttpResponse:
    """What somebody without a session gets: the way to sign in; a sent form comes back with all that was written.

    Scripts follow the redirect and keep their page themselves (``static/js/live.js``).
    """
    by_script = "HX-Request" in request.headers or request.headers.get("Sec-Fetch-Mode", "navigate") != "navigate"
    if request.method != "POST" or by_script or request.content_type not in _FORM_TYPES:
        return redirect_to_login(request.get_full_path())
    fields = [(name, values) for name, values in request.POST.lists() if name != "csrfmiddlewaretoken"]
    # Words that a person wrote have blanks between them; keys, choices and amounts need not be read again.
    texts = [value for _name, values in fields for value in values if len(value.split()) > 2]
    context = {"fields": fields, "texts": texts, "files": bool(request.FILES)}
    response = render(request, "organisations/signed_out.html", context, status=401)
    add_never_cache_headers(response)
    return response


@contextmanager
def read_only() -> Iterator[None]:
    """Within it, PostgreSQL refuses every write; at the end the transaction (or savepoint) is rolled back.

    The rollback gives the setting back where a test has a transaction of its own around the request.
    """
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL transaction_read_only = on")
        yield
        transaction.set_rollback(True)
