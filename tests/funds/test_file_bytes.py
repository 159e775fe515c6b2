"""Uploaded files and their cells come back as they were, whatever their size and letters."""

from hashlib import sha256

import pytest
from django.db import connection

from funds import file_bytes
from funds.actions.import_rows import text_array
from funds.file_bytes import content_of, keep_file
from tests.factories import NOW, make_world

pytestmark = pytest.mark.django_db

ALL_BYTES = bytes(range(256))


@pytest.mark.parametrize("size", [0, 1, 99, 100, 101, 200, 256])
def test_a_file_is_kept_byte_for_byte(size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(file_bytes, "_SLICE", 100)
    world, content = make_world(), ALL_BYTES[:size]
    file = keep_file(organisation=world.organisation, name="ä %s.csv", content=content, by=world.finance, at=NOW)
    assert content_of(file) == content
    assert (file.name, file.size, file.sha256) == ("ä %s.csv", size, sha256(content).hexdigest())
    assert (file.uploaded_by, file.uploaded_at) == (world.finance, NOW)


@pytest.mark.parametrize(
    "cells",
    [
        (),
        ("",),
        ("", ""),
        ("a", "NULL", "null", " b "),
        ('"', '","', '\\"', "\\", "\\\\", "\\N", "\\."),
        ("{", "}", "{}", "a,b", ";", "'", "\t", "\r\n", "ä ± €", "%s"),
        ('","', 'x"'),
    ],
)
def test_cells_come_back_as_they_were(cells: tuple[str, ...]) -> None:
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE kept (cells text[])")
        with cursor.copy("COPY kept FROM STDIN") as copy:
            copy.write_row((text_array(cells),))
        cursor.execute("SELECT cells FROM kept")
        assert cursor.fetchone()[0] == list(cells)
        cursor.execute("DROP TABLE kept")
