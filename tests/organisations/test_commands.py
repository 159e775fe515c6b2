"""Commands about organisations and members: what they do, and what they say when they are refused."""

import io
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.utils import translation

from organisations.management.base import OrganisationCommand, Refused
from organisations.models import Membership, Organisation, User
from organisations.rights import Role, role_of

pytestmark = pytest.mark.django_db

PASSWORD = "korkea-kuusi-ja-matala-lumi"


def run(name: str, *arguments: str, **options: Any) -> str:
    out = io.StringIO()
    call_command(name, *arguments, stdout=out, **options)
    return out.getvalue()


def test_create_an_organisation() -> None:
    said = run("create_organisation", "kuhmo", "--name", "Kuhmon kaupunki", "--language", "sv")
    made = Organisation.objects.get(slug="kuhmo")
    assert (made.name, made.language, made.is_demonstration) == ("Kuhmon kaupunki", "sv", False)
    assert "kuhmo" in said


@pytest.mark.parametrize("slug", ["kuhmo", "Kuhmo", "ku hmo", "accounts", "health", "kuhmo-", "", "kuusamo\n", "a\n"])
def test_an_address_that_is_taken_reserved_or_malformed_is_refused(slug: str) -> None:
    run("create_organisation", "kuhmo", "--name", "Kuhmon kaupunki")
    with pytest.raises(Refused):
        run("create_organisation", slug, "--name", "Toinen")
    assert Organisation.objects.count() == 1


def test_add_a_member_and_another_role() -> None:
    run("create_organisation", "kuhmo", "--name", "Kuhmon kaupunki")
    assert "Added aino@kuhmo.example" in run("add_member", "kuhmo", "Aino@Kuhmo.Example", "finance")
    assert "approver too" in run("add_member", "kuhmo", "aino@kuhmo.example", "approver")
    assert "already" in run("add_member", "kuhmo", "aino@kuhmo.example", "approver")
    member = Membership.objects.get(organisation__slug="kuhmo")
    assert member.roles == [Role.FINANCE, Role.APPROVER]
    assert not member.user.has_usable_password()


@pytest.mark.parametrize("text", ["lead", "project_lead", "project-lead", "Lead"])
def test_names_of_the_project_lead(text: str) -> None:
    assert role_of(text) is Role.LEAD


def test_a_disabled_member_is_enabled_again() -> None:
    run("create_organisation", "kuhmo", "--name", "Kuhmon kaupunki")
    run("add_member", "kuhmo", "aino@kuhmo.example", "viewer")
    Membership.objects.update(is_active=False)
    assert "enabled again" in run("add_member", "kuhmo", "aino@kuhmo.example", "viewer")
    assert Membership.objects.get().is_active


def test_the_password_comes_from_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    run("create_organisation", "kuhmo", "--name", "Kuhmon kaupunki")
    monkeypatch.setattr(sys, "stdin", io.StringIO(f"{PASSWORD}\nsecond line\n"))
    run("add_member", "kuhmo", "aino@kuhmo.example", "viewer", "--password-stdin")
    assert User.objects.get().check_password(PASSWORD)


@pytest.mark.parametrize("password", ["", "lyhyt", "password1234", "987654321098"])
def test_a_weak_password_adds_nobody(password: str, monkeypatch: pytest.MonkeyPatch) -> None:
    run("create_organisation", "kuhmo", "--name", "Kuhmon kaupunki")
    monkeypatch.setattr(sys, "stdin", io.StringIO(f"{password}\n"))
    with pytest.raises(Refused):
        run("add_member", "kuhmo", "aino@kuhmo.example", "viewer", "--password-stdin")
    assert not User.objects.exists()


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (("sotkamo", "aino@kuhmo.example", "viewer"), "sotkamo"),
        (("kuhmo", "aino@kuhmo.example", "boss"), "boss"),
        (("kuhmo", "aino", "viewer"), "aino"),
    ],
)
def test_refusals_name_what_is_wrong(arguments: tuple[str, ...], named: str) -> None:
    run("create_organisation", "kuhmo", "--name", "Kuhmon kaupunki")
    with pytest.raises(Refused, match=named):
        run("add_member", *arguments)


def test_messages_are_english_whatever_the_language() -> None:
    with translation.override("fi"), pytest.raises(Refused, match="There is no organisation"):
        run("add_member", "sotkamo", "aino@kuhmo.example", "viewer")


def test_history_says_which_command() -> None:
    run("create_organisation", "kuhmo", "--name", "Kuhmon kaupunki")
    event = Organisation.objects.get().events.select_related("pgh_context").get()  # type: ignore[attr-defined]
    assert event.pgh_context.metadata["source"] == "manage.py create_organisation"


def test_a_refusal_is_one_line_and_status_1() -> None:
    root = Path(__file__).parents[2]
    result = subprocess.run(
        [sys.executable, "-c", REFUSED_COMMAND], cwd=root, capture_output=True, encoding="utf-8", check=False
    )
    assert (result.returncode, result.stdout) == (1, "")
    assert result.stderr == "Refused: Nothing of that kind.\n"


#: A command that is refused, run as from a terminal.
REFUSED_COMMAND = """
import django, os
os.environ["DJANGO_SETTINGS_MODULE"] = "fundtrack.settings"
django.setup()
from fundtrack.exceptions import Refusal
from organisations.management.base import OrganisationCommand
class Command(OrganisationCommand):
    def handle(self, *args, **options):
        raise Refusal("Nothing of\\nthat kind.")
Command().run_from_argv(["manage.py", "refused"])
"""


@pytest.mark.parametrize("text", ["-500,50", "-12.00", "-1 000,00"])
def test_negative_amounts_are_arguments(text: str) -> None:
    class Command(OrganisationCommand):
        def add_arguments(self, parser: Any) -> None:
            parser.add_argument("amount")

    parsed = Command().create_parser("manage.py", "book").parse_args([text])
    assert parsed.amount == text


def test_months_and_days_are_read_or_refused() -> None:
    command = OrganisationCommand()
    assert str(command.month("2024-09")) == "2024-09"
    assert command.day("30.9.2024") == command.day("2024-09-30")
    for text in ("2024-13", "9/2024", ""):
        with pytest.raises(Refused):
            command.month(text)
    for text in ("31.9.2024", "2024-02-30", "tomorrow"):
        with pytest.raises(Refused):
            command.day(text)


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("create_organisation", ["oulu", "--name", "Oulu\udcff"]),
        ("add_member", ["kuhmo", "a@kuhmo.example", "admin", "--name", "\udcff"]),
        ("amend", ["kuhmo", "x", "2024", "A\udcff=1", "--effective", "2024-01-01", "--reason", "x", "--by", "x"]),
    ],
)
def test_an_argument_that_is_not_utf_8_is_refused_in_one_line(name: str, arguments: list[str]) -> None:
    with pytest.raises(Refused, match="UTF-8") as refusal:
        run(name, *arguments)
    assert len(str(refusal.value).splitlines()) == 1
    str(refusal.value).encode()


def test_whatever_a_refusal_quotes_it_is_one_line() -> None:
    run("create_organisation", "kuhmo", "--name", "Kuhmon kaupunki")
    with pytest.raises(Refused) as refusal:
        run("report", "board", "kuhmo", "rahasto", "2025-06\n")
    assert str(refusal.value) == "2025-06 is not a month: write it like 2024-09."


def test_names_lose_what_cannot_be_seen_and_keep_to_their_length() -> None:
    run("create_organisation", "kuhmo", "--name", "Kuhmon\x07  kaupunki\n")
    assert Organisation.objects.get(slug="kuhmo").name == "Kuhmon kaupunki"
    with pytest.raises(Refused):
        run("add_member", "kuhmo", "aino@kuhmo.example", "admin", "--name", "a" * 151)
    assert not Membership.objects.exists()


@pytest.mark.parametrize("arguments", [["help"], ["--help"], ["month", "--help"], ["help", "amend"], []])
def test_help_touches_no_installation(arguments: list[str], tmp_path: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "SECRET_KEY")}
    folder = tmp_path / "data"
    asked = subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=Path(__file__).resolve().parents[2],
        env={**environment, "FUNDTRACK_DATA": str(folder)},
        capture_output=True,
        check=False,
    )
    assert asked.returncode == 0 and asked.stdout, asked.stderr
    assert not folder.exists()
