"""Signing in: password, limits, reset by mail, second step, and what nobody may do."""

import base64
import hmac
import re
from collections.abc import Iterator

import pytest
from django.conf import settings
from django.core import mail
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from organisations.models import User
from organisations.rights import Role
from tests.factories import make_member, make_organisation

pytestmark = pytest.mark.django_db

EMAIL = "aino@testila.example"
PASSWORD = "korkea-kuusi-ja-matala-lumi"


@pytest.fixture(autouse=True)
def limits_begin_anew() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def user() -> User:
    organisation, _members = make_organisation()
    member = make_member(organisation, Role.VIEWER, email=EMAIL)
    member.user.set_password(PASSWORD)
    member.user.save()
    return member.user


def sign_in(client: Client, password: str = PASSWORD, email: str = EMAIL) -> int:
    return client.post(reverse("account_login"), {"login": email, "password": password}).status_code


def is_signed_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


#: The half minute, counted from 1970, in which the tests sign in.
HALF_MINUTE = 57_600_000


def code_now(secret: str) -> str:
    """The code that an authenticator app shows in that half minute (RFC 6238)."""
    digest = hmac.digest(base64.b32decode(secret), HALF_MINUTE.to_bytes(8, "big"), "sha1")
    start = digest[-1] & 0x0F
    return f"{(int.from_bytes(digest[start : start + 4], 'big') & 0x7FFFFFFF) % 1_000_000:06}"


def test_password(user: User, client: Client) -> None:
    assert sign_in(client, "väärä salasana") == 200
    assert not is_signed_in(client)
    assert sign_in(client, email=EMAIL.upper()) == 302
    assert is_signed_in(client)


def test_signing_out_takes_a_post(user: User, client: Client) -> None:
    sign_in(client)
    client.get(reverse("account_logout"))
    assert is_signed_in(client)
    client.post(reverse("account_logout"))
    assert not is_signed_in(client)


def test_guessing_passwords_is_stopped(user: User, client: Client) -> None:
    statuses = [sign_in(client, f"arvaus {number}") for number in range(12)]
    assert statuses[-1] in (200, 429)
    # Even the right password waits now.
    sign_in(client)
    assert not is_signed_in(client)


def test_asking_for_mails_is_stopped(user: User, client: Client) -> None:
    statuses = [client.post(reverse("account_reset_password"), {"email": EMAIL}).status_code for _ in range(7)]
    assert statuses[0] == 302
    assert statuses[-1] == 429
    assert len(mail.outbox) <= 5


def test_a_disabled_person_does_not_get_in(user: User, client: Client) -> None:
    user.is_active = False
    user.save()
    sign_in(client)
    assert not is_signed_in(client)


def test_nobody_signs_up(client: Client) -> None:
    page = client.get(reverse("account_signup"))
    assert page.status_code == 200
    assert b'name="password1"' not in page.content
    client.post(
        reverse("account_signup"), {"email": "uusi@testila.example", "password1": PASSWORD, "password2": PASSWORD}
    )
    assert not User.objects.exists()


@pytest.mark.parametrize("has_password", [True, False])
def test_password_by_mail(user: User, client: Client, has_password: bool) -> None:
    """A new member has no password: the first one comes the same way."""
    if not has_password:
        user.set_unusable_password()
        user.save()
    client.post(reverse("account_reset_password"), {"email": EMAIL})
    (sent,) = mail.outbox
    assert sent.to == [EMAIL]
    link = re.search(r"https?://[^/]+(/\S+)", str(sent.body))
    assert link
    form = client.get(link[1], follow=True)
    new = "toinen-pitkä-sala-sana"
    client.post(form.request["PATH_INFO"], {"password1": new, "password2": new})
    assert sign_in(Client(), new) == 302
    # The link works once.
    again = Client().get(link[1], follow=True)
    assert b'name="password1"' not in again.content


def test_unknown_addresses_are_not_told_apart(user: User, client: Client) -> None:
    known = client.post(reverse("account_reset_password"), {"email": EMAIL})
    unknown = client.post(reverse("account_reset_password"), {"email": "kuka@testila.example"})
    assert (known.status_code, known["Location"]) == (unknown.status_code, unknown["Location"])


def test_two_step_sign_in(user: User, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("allauth.mfa.totp.internal.auth.yield_hotp_counters_from_time", lambda: iter([HALF_MINUTE]))
    sign_in(client)
    # Settings of the account ask for the password once more.
    assert client.get(reverse("mfa_activate_totp")).status_code == 302
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    page = client.get(reverse("mfa_activate_totp"))
    secret = page.context["form"].secret
    assert client.post(reverse("mfa_activate_totp"), {"code": "000000"}).status_code == 200
    assert client.post(reverse("mfa_activate_totp"), {"code": code_now(secret)}).status_code == 302
    codes = client.get(reverse("mfa_view_recovery_codes"))
    assert codes.status_code == 200

    cache.clear()  # the code just used would not be taken twice
    fresh = Client()
    assert sign_in(fresh) == 302
    assert not is_signed_in(fresh)
    assert fresh.get(reverse("overview", kwargs={"organisation": "testila"})).status_code == 302
    assert fresh.post(reverse("mfa_authenticate"), {"code": "000000"}).status_code == 200
    assert not is_signed_in(fresh)
    assert fresh.post(reverse("mfa_authenticate"), {"code": code_now(secret)}).status_code == 302
    assert is_signed_in(fresh)


def test_cookies_are_kept_from_scripts() -> None:
    assert settings.SESSION_COOKIE_HTTPONLY
    assert settings.SESSION_COOKIE_SAMESITE == "Lax"


# --- a session that ended while somebody was writing


WRITTEN = {"key": "0d1c", "text-7": ["Ensimmäinen rivi\r\ntoinen <b>rivi</b>"], "csrfmiddlewaretoken": "x"}


def test_a_form_sent_without_a_session_comes_back_whole(client: Client) -> None:
    make_organisation()
    response = client.post("/testila/members/add/?q=1", WRITTEN)
    assert response.status_code == 401
    content = response.content.decode()
    assert 'action="/testila/members/add/?q=1"' in content
    assert 'name="key" value="0d1c"' in content and 'value="Ensimmäinen rivi\r\ntoinen &lt;b&gt;rivi' in content
    assert '<p class="keep-lines breakable">Ensimmäinen rivi' in content
    assert "no-store" in response["Cache-Control"]


def test_what_a_script_sends_without_a_session_is_led_to_sign_in(client: Client) -> None:
    """Scripts keep their page themselves and only need to notice."""
    for call in (
        {"data": WRITTEN, "headers": {"HX-Request": "true"}},
        {"data": WRITTEN, "headers": {"Sec-Fetch-Mode": "cors"}},
        {"data": {"cells": []}, "content_type": "application/json"},
    ):
        response = client.post("/testila/members/add/", **call)  # type: ignore[arg-type]
        assert response.status_code == 302 and response["Location"].startswith(reverse("account_login")), call
