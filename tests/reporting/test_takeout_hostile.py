"""A folder from a stranger gets lines, never a traceback, and nothing outside of it is read."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from reporting.takeout import csvfile, folder, verify
from reporting.takeout.folder import Folder, NoFolder
from tests.reporting.takeouts import differences, edit_manifest, replace, seal_anew, the_file, write_manifest

ROOT = Path(__file__).resolve().parents[2]


def run(taken: Path) -> "subprocess.CompletedProcess[str]":
    """The command without installed packages (-S), configuration or database."""
    program = [sys.executable, "-E", "-S", "-B", str(ROOT / "manage.py"), "verify_takeout", str(taken)]
    return subprocess.run(program, env={}, capture_output=True, encoding="utf-8", check=False, timeout=60)


def told(taken: Path) -> list[str]:
    """The lines of the program as it runs; nothing but lines, and status 1."""
    done = run(taken)
    assert "Traceback" not in done.stderr, done.stderr
    assert done.returncode == 1, done.stdout
    return [*done.stdout.splitlines(), *done.stderr.splitlines()]


@pytest.fixture
def secret(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A file outside of the folder; opening it, or anything else by an absolute path, is a failure."""
    path = tmp_path / "secret.txt"
    path.write_text("secret")
    opened: list[object] = []
    really = os.open

    def watch(path: Any, *args: Any, **kwargs: Any) -> int:
        opened.append(path)
        return really(path, *args, **kwargs)

    monkeypatch.setattr(folder.os, "open", watch)
    yield path
    assert not [name for name in opened if "secret" in str(name) or ".." in str(name)]


@pytest.mark.parametrize("name", ["README.txt", "tables/funds_actual.csv", "files/more", "manifest.json", "x.csv"])
def test_links_are_not_followed(taken: Path, secret: Path, name: str) -> None:
    (taken / name).unlink(missing_ok=True)
    (taken / name).symlink_to(secret)
    found = differences(taken)
    assert f"{name}: is a link or a device, not a file" in found
    assert not any("secret" in line.replace(str(secret), "") for line in found)


def test_a_linked_folder_is_not_entered(taken: Path, secret: Path) -> None:
    shutil.move(taken / "tables", secret.parent / "secret-tables")
    (taken / "tables").symlink_to(secret.parent / "secret-tables")
    found = differences(taken)
    assert "tables: is a link or a device, not a file" in found
    assert "tables/funds_actual.csv: is missing" in found


def test_a_file_that_becomes_a_link_is_not_opened(taken: Path, secret: Path) -> None:
    scanned = Folder.scan(str(taken))
    shutil.move(taken / "tables", taken / "kept")
    (taken / "tables").symlink_to(secret.parent)
    (taken / "README.txt").unlink()
    (taken / "README.txt").symlink_to(secret)
    for path in ("tables/funds_actual.csv", "README.txt", "../secret.txt", str(secret)):
        with pytest.raises(csvfile.BrokenFile, match="cannot be read"), scanned.open(path):
            pass


@pytest.mark.parametrize(
    "path", ["../secret.txt", "/etc/passwd", "a/../../secret.txt", "./README.txt", "", "a//b", "x\0y"]
)
def test_paths_that_lead_outside_are_named_and_not_read(taken: Path, secret: Path, path: str) -> None:
    entry = {"path": path, "bytes": 6, "sha256": sha256(b"secret").hexdigest()}
    edit_manifest(taken, lambda manifest: manifest["files"].append(entry))
    (line,) = differences(taken)
    assert line.endswith(("is no path inside the folder", "is missing"))
    replace(taken, "tables/reporting_issuedfile.csv", the_file(taken), "../secret.txt")
    assert any("a row names this file, and it is missing" in line for line in differences(taken))


def test_pipes_do_not_hang_it(taken: Path) -> None:
    os.mkfifo(taken / "tables/pipe.csv")
    assert "tables/pipe.csv: is a link or a device, not a file" in told(taken)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "manifest.json: is not JSON that can be read"),
        (b"\xff\xfe\x00", "manifest.json: is not JSON that can be read"),
        (b'{"format": ' * 3, "manifest.json: is not JSON that can be read"),
        (b"[" * 200_000, "manifest.json: is not JSON that can be read"),
        (b"9" * 100_000, "manifest.json: is not JSON that can be read"),
        (b'{"format": 1.5}', "manifest.json: is not JSON that can be read"),
        (b'{"format": NaN}', "manifest.json: is not JSON that can be read"),
        (b'{"format": "a", "format": "b"}', "manifest.json: is not JSON that can be read"),
        (b"[]", "manifest.json: is not the manifest of a take-out"),
        (b'{"format": "fundtrack-takeout", "version": 2}', "manifest.json: has version 2; this program knows 1"),
        (b'{"format": "fundtrack-takeout", "version": 1}', "manifest.json: does not name its organisation"),
    ],
)
def test_a_manifest_that_is_none_is_one_line(taken: Path, content: bytes, said: str) -> None:
    write_manifest(taken, content)
    assert differences(taken) == [said]


@pytest.mark.parametrize(
    "entry",
    [
        None,
        1,
        "README.txt",
        [],
        {},
        {"path": 1},
        {"path": "x", "bytes": "1", "sha256": ""},
        {"path": "x", "bytes": True},
    ],
)
def test_a_list_of_files_of_another_shape_is_one_line(taken: Path, entry: object) -> None:
    edit_manifest(taken, lambda manifest: manifest.update(files=[entry]))
    assert differences(taken) == ["manifest.json: file 1 of its list has no path, size or digest"]


def test_a_huge_manifest_is_not_read(taken: Path) -> None:
    with (taken / "manifest.json").open("wb") as file:
        file.truncate(verify.LARGEST_MANIFEST * 1000)
    assert differences(taken) == [f"manifest.json: is longer than {verify.LARGEST_MANIFEST} bytes"]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("amount,", "sum,", "tables/funds_actual.csv: the column amount is missing"),
        ("booking_id", "id", "tables/funds_actual.csv: the column booking_id is missing"),
        ("voucher,", "voucher,voucher,", "tables/funds_actual.csv: two columns have one name"),
        (",300.00,", ",3e2,", "actuals: row 1 of booking 1: 3e2 is not an amount"),
        (",300.00,", ",300.0,", "actuals: row 1 of booking 1: 300.0 is not an amount"),
        (",300.00,", ",NaN,", "actuals: row 1 of booking 1: NaN is not an amount"),
        (",300.00,", ",,", "actuals: row 1 of booking 1: – is not an amount"),
        ("1,1,1,1,", "1,1,1,x,", "actuals: row 1 of booking 1: row_number is not a whole number"),
    ],
)
def test_a_broken_table_is_named(taken: Path, old: str, new: str, said: str) -> None:
    replace(taken, "tables/funds_actual.csv", old, new)
    assert said in told(taken)


def test_binary_rubbish_everywhere_is_named(taken: Path) -> None:
    for path in [path for path in taken.rglob("*") if path.is_file()]:
        path.write_bytes(bytes(range(255, -1, -1)) * 40)
    lines = told(taken)
    assert "manifest.json: is not JSON that can be read" in lines
    assert "tables/funds_actual.csv: record 1 is not UTF-8" in lines


@pytest.mark.parametrize(
    ("table", "old", "new"),
    [
        ("funds_booking", "1,1,1,command", "1,1,x,command"),
        ("funds_useplan", ",2024,", ",../../x,"),
        ("funds_fund", "rahasto-vesila", "../../../etc"),
        ("funds_drawdown", ",300.00,", ",1e999,"),
        ("funds_target", "1,1,", "1,999,"),
        ("organisations_organisation", "1,vesila", "2,vesila"),
        ("organisations_organisation", "1,vesila", "1,b,B,fi,true\n1,vesila"),
    ],
)
def test_values_that_no_row_can_have_are_lines(taken: Path, table: str, old: str, new: str) -> None:
    replace(taken, f"tables/{table}.csv", old, new)
    seal_anew(taken)
    lines = told(taken)
    assert lines and all(line.isprintable() and len(line) < 400 for line in lines)


def test_what_is_no_folder_is_one_line(taken: Path) -> None:
    for path in (taken / "README.txt", taken / "nothing", Path("/proc/self/mem"), Path("x\0y")):
        with pytest.raises(NoFolder, match=r"cannot be read: .*\.$"):
            verify.verify(str(path))
    (line,) = told(taken / "nothing")
    assert line.endswith("nothing cannot be read: No such file or directory.")
    empty = taken / "empty"
    empty.mkdir()
    assert "manifest.json: cannot be read: no such file" in told(empty)


def test_folders_without_end_are_not_followed(taken: Path) -> None:
    deep = taken / "/".join(["a"] * 50)
    deep.mkdir(parents=True)
    assert differences(taken) == ["a/a/a/a/a: folders are too deep"]


def test_a_whole_folder_verifies_without_packages_settings_or_a_database(taken: Path) -> None:
    done = run(taken)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("Organisation vesila, taken out 2024-10-07T09:30:00+00:00.")
