"""A take-out is whole, verifies, holds one organisation and no secrets, and leaves nothing behind when it fails."""

import io
import json
import os
import stat
import threading
from pathlib import Path

import pytest
from django.contrib.auth import get_user_model
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from fundtrack.history import acting
from organisations.management.base import Refused
from organisations.models import Membership
from reporting.models import IssuedFile
from reporting.takeout import tables, write
from reporting.takeout.write import CannotWrite
from tests.factories import make_world
from tests.funds.full_world import make_full
from tests.reporting.takeouts import (
    NASTY,
    differences,
    every_file,
    make_takeout_world,
    rows_of,
    take_out,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "out"


# --- whole


def test_a_world_with_everything_verifies(folder: Path) -> None:
    page = make_takeout_world("vesila")
    takeout = take_out(page, folder)
    assert takeout.differences == []
    assert differences(folder) == []
    assert takeout.totals["actuals"] == "582.10"
    assert takeout.totals["drawdowns_posted"] == "300.00"
    assert takeout.totals["fund_balances"] == {"rahasto-vesila": "99710.00"}
    assert takeout.totals["last_booking"]["number"] == 6


def test_every_row_of_the_ledger_verifies_in_a_world_with_amendments(folder: Path) -> None:
    full = make_full("testila")
    takeout = write.write_takeout(organisation=full.world.organisation, output=folder, at=full.world.plan.activated_at)
    assert takeout.differences == differences(folder) == []
    document = json.loads((folder / "readable/rahasto/2024.json").read_text())
    first, second = document["plan"]["targets"][0]["lines"]
    assert (first["first_amount"], first["amount_after_amendments"]) == ("1000.00", "900.00")
    assert first["actuals"] == {"2024-01": "300.00", "2024-02": "200.00", "2024-03": "50.00"}
    assert second["amount_after_amendments"] == "600.00"
    assert document["outside_plan"][0]["amount"] == "7.00"
    assert [entry["balance"] for entry in document["fund_entries"]["entries"]] == ["5000.00", "4700.00", "4710.00"]
    assert [row["state"] for row in document["months"]] == ["locked", "closed"]
    assert [row["state"] for row in document["plan"]["drawdowns"]] == ["posted", "proposed"]
    assert document["plan"]["amendments"][0]["rows"][0]["amount"] in ("-100.00", "100.00")


def test_every_table_is_taken_out_or_left_out_with_a_reason() -> None:
    """A new table has an organisation, or somebody says why it stays behind."""
    taken = {table.name for table in tables.taken_tables()}
    with connection.cursor() as cursor:
        there = set(connection.introspection.table_names(cursor))
    assert taken | set(tables.LEFT_OUT) == there | {"fundtrack_cache"}
    assert not taken & set(tables.LEFT_OUT)
    assert all(tables.LEFT_OUT.values())
    with pytest.raises(tables.UnknownTable, match=r"sessions\.Session belongs to no organisation"):
        tables._condition(Session, None)


def test_texts_nothing_and_bytes_come_out_as_they_are(folder: Path) -> None:
    page = make_takeout_world("vesila")
    take_out(page, folder)
    descriptions = {row["description"] for row in rows_of(folder, "funds_actual")}
    assert {NASTY, ""} < descriptions
    outside = [row for row in rows_of(folder, "funds_actual") if row["line_id"] is None]
    assert [row["amount"] for row in outside] == ["7.00", "12.50"]
    assert {row["made_at"] for row in rows_of(folder, "funds_booking")} == {"2024-10-07T09:30:00.000000+00:00"}
    assert {row["roles"] for row in rows_of(folder, "organisations_membership")} >= {'["finance"]'}
    for file in IssuedFile.objects.all():
        assert (folder / f"files/reporting_issuedfile/{file.pk}.{file.format}").read_bytes() == bytes(file.content)


def test_the_same_state_gives_the_same_bytes(tmp_path: Path) -> None:
    page = make_takeout_world("vesila")
    take_out(page, tmp_path / "one")
    write.write_takeout(
        organisation=page.world.organisation, output=tmp_path / "two", at=page.report.issued_at.replace(year=2030)
    )
    one, two = every_file(tmp_path / "one"), every_file(tmp_path / "two")
    assert json.loads(one.pop("manifest.json")) | {"made_at": ""} == json.loads(two.pop("manifest.json")) | {
        "made_at": ""
    }
    assert one.pop("manifest.sha256") != two.pop("manifest.sha256")
    assert one == two


def test_the_page_that_explains_it_speaks_three_languages(folder: Path) -> None:
    take_out(make_takeout_world("vesila"), folder)
    text = (folder / "README.txt").read_text(encoding="utf-8")
    assert "SUOMEKSI" in text and "PÅ SVENSKA" in text and "IN ENGLISH" in text
    assert max(map(len, text.splitlines())) <= 120


# --- one organisation, no secrets


# Real transactions: history tells moments, and contexts, by the transaction.
@pytest.mark.django_db(transaction=True)
def test_organisations_do_not_mix(folder: Path) -> None:
    ours, others = make_takeout_world("vesila"), make_takeout_world("muula")
    # Somebody who works in both, and whose name was changed from the other organisation's pages.
    both = others.world.finance.user
    with acting(user=others.world.admin.user, source="/muula/members/7/", request_id="1"):
        both.name = "Muula Molemmissa"
        both.save()
    with acting(user=ours.world.admin.user, source="/vesila/members/", request_id="0"):
        both.name, both.email = "Molemmissa", "molemmissa@example.fi"
        both.save()
        Membership.objects.create(organisation=ours.world.organisation, user=both, roles=["viewer"])
    with acting(user=others.world.admin.user, source="/muula/members/7/", request_id="2"):
        both.name = "Molemmat"
        both.save()
    with acting(user=both, source="/settings/", request_id="3"):
        both.language = "sv"
        both.save()
    take_out(ours, folder)
    for path, content in every_file(folder).items():
        assert b"muula" not in content.lower(), (path, content.decode(errors="replace"))
    assert differences(folder) == []
    names = [row["name"] for row in rows_of(folder, "organisations_userevent") if row["pgh_obj_id"] == str(both.pk)]
    assert names == ["Molemmissa", "Molemmat", "Molemmat"]
    sources = [json.loads(row["metadata"] or "")["source"] for row in rows_of(folder, "pghistory_context")]
    assert sorted(sources) == ["/settings/", "/vesila/members/"]


def test_nothing_that_signs_in_is_taken_out(folder: Path) -> None:
    page = make_takeout_world("vesila")
    user = get_user_model().objects.get(pk=page.world.finance.user_id)
    user.set_password("correct horse battery")
    user.save()
    take_out(page, folder)
    for path, content in every_file(folder).items():
        assert user.password.encode() not in content, path
    assert set(rows_of(folder, "organisations_user")[0]) == {"id", "email", "name", "language", "is_active"}


def test_the_files_are_their_owners_only(folder: Path) -> None:
    before = os.umask(0)
    try:
        take_out(make_takeout_world("vesila"), folder)
    finally:
        os.umask(before)
    for path in [folder, *folder.rglob("*")]:
        assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600), path


# --- one moment, few queries


def test_the_number_of_queries_does_not_grow(tmp_path: Path) -> None:
    world = make_world()
    counts = []
    for rows in (10, 90):
        for _row in range(rows):
            world.book("A1", "2024-01", "1.00")
        with CaptureQueriesContext(connection) as queries:
            takeout = write.write_takeout(
                organisation=world.organisation, output=tmp_path / str(rows), at=world.plan.activated_at
            )
        counts.append(len(queries))
        assert takeout.differences == []
    assert len(tables.taken_tables()) < counts[0] == counts[1]


@pytest.mark.django_db(transaction=True)
def test_what_is_booked_meanwhile_is_not_in_it(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    world = make_world()
    world.book("A1", "2024-01", "1.00")
    copy_table, taken = write._copy_table, []

    def book() -> None:
        try:
            world.book("A1", "2024-01", "5.00")
        finally:
            connection.close()

    def book_meanwhile(*args: object) -> None:
        copy_table(*args)  # type: ignore[arg-type]
        if not taken:
            other = threading.Thread(target=book)
            other.start()
            other.join()
        taken.append(args)

    monkeypatch.setattr(write, "_copy_table", book_meanwhile)
    takeout = write.write_takeout(organisation=world.organisation, output=folder, at=world.plan.activated_at)
    assert takeout.totals["actuals"] == "1.00"
    assert world.organisation.bookings.count() == 2
    assert differences(folder) == []


# --- whole or not at all


def test_a_folder_with_something_in_it_stays_as_it_is(folder: Path) -> None:
    page = make_takeout_world("vesila")
    folder.mkdir()
    take_out(page, folder)
    with pytest.raises(CannotWrite, match="is not empty"):
        take_out(page, folder)
    assert differences(folder) == []
    (folder.parent / "file").touch()
    (folder.parent / "link").symlink_to(folder.parent / "elsewhere")
    for name in ("file", "link"):
        with pytest.raises(CannotWrite, match="is not a folder"):
            take_out(page, folder.parent / name)
    with pytest.raises(CannotWrite, match="cannot be written: No such file or directory"):
        take_out(page, folder.parent / "missing" / "out")
    assert sorted(path.name for path in folder.parent.iterdir()) == ["file", "link", "out"]


@pytest.mark.parametrize("where", ["_copy_files", "documents", "_manifest", "ledger_differences"])
def test_what_fails_leaves_nothing(folder: Path, monkeypatch: pytest.MonkeyPatch, where: str) -> None:
    page = make_takeout_world("vesila")

    def stop(*_args: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(write, where, stop)
    with pytest.raises(KeyboardInterrupt):
        take_out(page, folder)
    assert list(folder.parent.iterdir()) == []


def test_a_killed_process_leaves_nothing_that_looks_whole(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def killed(*_args: object) -> None:
        raise KeyboardInterrupt

    # Who is killed does not tidy up; all but the manifest is written.
    monkeypatch.setattr(write.shutil, "rmtree", lambda *_args, **_options: None)
    monkeypatch.setattr(write, "_manifest", killed)
    with pytest.raises(KeyboardInterrupt):
        take_out(make_takeout_world("vesila"), folder)
    (left,) = folder.parent.iterdir()
    assert left.name.startswith(".out.unfinished-")
    assert "manifest.json: cannot be read: no such file" in differences(left)


# --- the commands


def test_the_commands_say_what_they_did(folder: Path) -> None:
    make_takeout_world("vesila")
    out = io.StringIO()
    call_command("takeout", "vesila", output=str(folder), stdout=out)
    assert "Actuals 582.10 EUR, drawdowns posted 300.00 EUR." in out.getvalue()
    call_command("verify_takeout", str(folder), stdout=out)
    assert "Organisation vesila, taken out" in out.getvalue()
    with pytest.raises(Refused, match="is not empty"):
        call_command("takeout", "vesila", output=str(folder), stdout=out)
    with pytest.raises(Refused, match="There is no organisation muula"):
        call_command("takeout", "muula", output=str(folder), stdout=out)
    (folder / "tables/funds_fund.csv").unlink()
    with pytest.raises(Refused, match="differences found"):
        call_command("verify_takeout", str(folder), stdout=out)
    assert "tables/funds_fund.csv: is missing" in out.getvalue()


def test_a_ledger_that_was_changed_comes_out_and_is_named(folder: Path) -> None:
    make_takeout_world("vesila")
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("UPDATE funds_actual SET amount = 301 WHERE amount = 300")
        cursor.execute("SET LOCAL session_replication_role = origin")
    out = io.StringIO()
    with pytest.raises(Refused, match="The take-out is whole, its ledger is not: 2 differences found"):
        call_command("takeout", "vesila", output=str(folder), stdout=out)
    assert "of booking 1 was changed: 2024-01, VESILA-1, 301.00" in out.getvalue()
    assert len(differences(folder)) == 2
