"""Language of the reader and history of changes, for every request."""

import uuid
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import translation

from fundtrack.history import acting

GetResponse = Callable[[HttpRequest], HttpResponse]


class LanguageMiddleware:
    """The person's own choice, else the cookie of the language switch, else Finnish. The browser is not asked."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        language = self.language_of(request)
        with translation.override(language):
            request.LANGUAGE_CODE = language
            if "\0" in request.path_info:
                # No address has one, and PostgreSQL refuses to look for it.
                raise Http404
            response = self.get_response(request)
            response.headers.setdefault("Content-Language", language)
            return response

    def language_of(self, request: HttpRequest) -> str:
        known = dict(settings.LANGUAGES)
        user = getattr(request, "user", None)
        if user is not None and user.is_authenticated and user.language in known:
            return str(user.language)
        cookie = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
        return cookie if cookie in known else settings.LANGUAGE_CODE


class HistoryMiddleware:
    """Everything written by a request of a signed-in person carries who, where and in which request."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: Any) -> HttpResponse:
        request.id = uuid.uuid4().hex
        if request.method in ("GET", "HEAD", "OPTIONS") or not request.user.is_authenticated:
            return self.get_response(request)
        with acting(user=request.user, source=request.path, request_id=request.id):
            return self.get_response(request)
