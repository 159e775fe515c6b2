"""``import_actuals``, ``import_profile`` and ``undo_import``: results as JSON, and one clear line on refusal."""

import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from funds.models import Actual, ImportBatch, ImportProfile
from tests.factories import World

pytestmark = pytest.mark.django_db

LEDGER = """Kausi;Tositenro;Kustannuspaikka;Tili;Toimittaja;Summa
202401;1;4123;4300;Firma Oy;100,00
202401;1;4123;4300;Firma Oy;100,00
202401;2;4124;4300;Firma Oy;-20,50
202402;3;9999;4300;Firma Oy;7,00
202402;4;4123;2900;Tase;5 000,00
"""
PROFILE = {
    "leave_out": [{"column": "account", "from": "1000", "to": "2999"}],
    "rules": [
        {"cost_centre": "4123", "project_code": "A1"},
        {"cost_centre": "4124", "account": "4000-4999", "project_code": "A2"},
    ],
}


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    path = tmp_path / "kirjanpito.csv"
    path.write_text(LEDGER, encoding="cp1252")
    (tmp_path / "profiili.json").write_text(json.dumps(PROFILE))
    return path


def run(name: str, *arguments: object, by: str | None = "finance@testila.example") -> str:
    out = StringIO()
    call_command(name, "testila", *map(str, arguments), *(["--by", by] if by else []), stdout=out)
    return out.getvalue()


def refused(name: str, *arguments: object, by: str | None = "finance@testila.example") -> str:
    with pytest.raises(CommandError) as refusal:
        run(name, *arguments, by=by)
    text = str(refusal.value)
    assert "\n" not in text and "Traceback" not in text
    return text


def test_a_stored_profile_maps_and_leaves_out(world: World, ledger: Path) -> None:
    assert run("import_profile", "Raindance", ledger.with_name("profiili.json"), by=None) == (
        "Profile Raindance, version 1.\n"
    )
    arguments = ("rahasto", ledger, "--profile", "Raindance", "--json", "--acknowledge-warnings")
    result = json.loads(run("import_actuals", *arguments))
    assert [result[key] for key in ("rows", "new", "known", "left_out", "outside_plan")] == [5, 4, 0, 1, 1]
    assert (result["file_total"], result["imported_total"]) == ("5186.50", "186.50")
    assert result["by_line"] == {"A1": "200.00", "A2": "-20.50", "": "7.00"}
    assert result["by_month"] == {"2024-01": "179.50", "2024-02": "7.00"}
    batch = ImportBatch.objects.get()
    assert (batch.profile_name, batch.profile_version) == ("Raindance", 1)
    assert json.loads(run("import_actuals", *arguments))["known"] == 4


def test_profiles_are_versioned(world: World, ledger: Path) -> None:
    path = ledger.with_name("profiili.json")
    for said in ("version 1", "version 1"):
        assert said in run("import_profile", "Raindance", path, by=None)
    path.write_text("{}")
    assert "version 2" in run("import_profile", "Raindance", path)
    assert ImportProfile.objects.count() == 2
    path.write_text('{"columns": {"amont": "Summa"}}')
    assert "columns.amont" in refused("import_profile", "Raindance", path)


def test_a_dry_run_writes_nothing(world: World, ledger: Path) -> None:
    said = run("import_actuals", "rahasto", ledger, "--profile-file", ledger.with_name("profiili.json"), "--dry-run")
    assert "rows 5, new 4" in said and said.endswith("Nothing was booked.\n")
    assert not ImportBatch.objects.exists() and not Actual.objects.exists()


def test_undo(world: World, ledger: Path) -> None:
    profile = ("--profile-file", ledger.with_name("profiili.json"), "--acknowledge-warnings")
    run("import_actuals", "rahasto", ledger, *profile)
    assert run("undo_import", 1) == "Import 1 is undone: 4 rows, -186.50.\n"
    assert "was undone" in refused("undo_import", 1)
    assert "no import 7" in refused("undo_import", 7)
    assert "may not" in refused("undo_import", 1, by="admin@testila.example")


@pytest.mark.parametrize(
    ("content", "options", "words"),
    [
        (b"", (), "empty"),
        (b"%PDF-1.7", (), "PDF"),
        (b"Kausi;KP;Projekti;Summa\n202401;1000;A1;1.234\n", (), "1.234"),
        (b"Kausi;KP;Projekti;Summa\n202401;1000;A1;12,345\n", (), "12,345"),
        (b"Kausi;KP;Projekti;Summa\n202401;1000;A1;abc\n", (), "abc"),
        (
            b"Kausi;KP;Projekti;Summa\n202410;1000;A1;1,00\n202411;1000;A1;1,00\n202412;1000;A1;1,00\n202413;1000;A1;1,00\n",
            (),
            "202413",
        ),
        (b"KP;Projekti;Summa\n1000;A1;1,00\n", (), "month"),
        (b"Kausi;KP;Projekti;Summa\n202401;1000;A1;1,00\n", ("--control-total", "2,00"), "difference"),
        (b"Kausi;KP;Projekti;Summa\n202401;1000;ZZ;1,00\n", (), "outside_plan"),
        (b"Kausi;KP;Projekti;Summa\n202401;1000;A1;1,00\n", ("--profile", "Tuntematon"), "no profile"),
        (b"Kausi;KP;Projekti;Summa\n202401;1000;A1;1,00\n", ("--month", "2024-13"), "not a month"),
    ],
)
def test_what_cannot_be_imported_is_said_in_one_line(
    world: World, tmp_path: Path, content: bytes, options: tuple[str, ...], words: str
) -> None:
    path = tmp_path / "vienti.csv"
    path.write_bytes(content)
    assert words in refused("import_actuals", "rahasto", path, *options)
    assert not ImportBatch.objects.exists() and not Actual.objects.exists()


def test_the_month_is_asked_for_and_given(world: World, tmp_path: Path) -> None:
    path = tmp_path / "vienti.csv"
    path.write_text("KP;Projekti;Summa\n1000;A1;1,00\n")
    result = json.loads(run("import_actuals", "rahasto", path, "--month", "2024-05", "--json"))
    assert result["by_month"] == {"2024-05": "1.00"}


def test_who_may_not_enter_actuals_may_not_import(world: World, ledger: Path) -> None:
    assert "may not" in refused("import_actuals", "rahasto", ledger, by="admin@testila.example")
    assert "no fund" in refused("import_actuals", "toinen", ledger)
    assert "cannot be read" in refused("import_actuals", "rahasto", ledger.with_name("puuttuu.csv"))


def test_warnings_are_told_in_words_before_and_after_the_commit(world: World, ledger: Path) -> None:
    profile = ("--profile-file", ledger.with_name("profiili.json"))
    tried = json.loads(run("import_actuals", "rahasto", ledger, *profile, "--dry-run", "--json"))
    assert tried["warnings"] and all(isinstance(warning["message"], str) for warning in tried["warnings"])
    booked = run("import_actuals", "rahasto", ledger, *profile, "--acknowledge-warnings")
    assert all(warning["message"] in booked for warning in tried["warnings"]) and "{" not in booked
