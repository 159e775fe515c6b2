"""Two people at one import, each with a transaction of their own: rows and commits never pass each other."""

from collections.abc import Callable, Iterator
from decimal import Decimal
from itertools import count
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import Sum

from funds.actions.imports import commit_batch, upload_file
from funds.models import Actual, ImportBatch
from fundtrack.actions import action
from fundtrack.triggers import refusal_name
from tests.factories import NOW, World, make_world
from tests.factories.imports import FileRow, make_batch
from tests.own_database import own_database

from .raw import copy, update
from .test_ledger_concurrency import PATIENCE, Deed, at_once

ROWS = [FileRow("A1", "2024-01", "100.00", "1"), FileRow("A1", "2024-01", "-0.50", "2")]


@pytest.fixture(scope="module", autouse=True)
def database(django_test_environment: None, django_db_blocker: object) -> Iterator[None]:
    with own_database("imports_at_once", django_db_blocker):
        yield


_numbers = count(1)


@pytest.fixture
def world() -> World:
    """A world that is committed, for every test its own organisation."""
    return make_world(f"tuonti{next(_numbers)}")


def add_row(batch: ImportBatch, **changes: object) -> Callable[[], Any]:
    first = batch.rows.order_by("number")[0].pk
    return action(lambda: copy("importrow", first, number=99, **changes))


def commit_raw(world: World, batch: ImportBatch) -> Callable[[], Any]:
    """Commit past the application, which holds the batch by itself."""
    step = {"state": "committed", "committed_by_id": world.finance.pk, "committed_at": NOW}
    return action(lambda: update("importbatch", batch.pk, **step))


def commit(world: World, batch: ImportBatch) -> Callable[[], ImportBatch]:
    return lambda: commit_batch(batch=batch, by=world.finance, at=NOW, acknowledged=None)


def test_a_row_comes_too_late_for_a_commit_in_flight(world: World) -> None:
    batch = make_batch(world, ROWS)
    committing = Deed(commit_raw(world, batch), hold=True)
    assert committing.acted.wait(PATIENCE)
    late = Deed(add_row(batch))
    assert late.waits_for_somebody()
    assert committing.finish().refusal is None
    refusal = late.finish().refusal
    assert refusal is not None and refusal.code == "import_row_final"
    assert batch.rows.count() == 2


def test_a_commit_waits_for_a_row_in_flight_and_sees_it(world: World) -> None:
    batch = make_batch(world, ROWS)
    adding = Deed(add_row(batch, kind="error"), hold=True)
    assert adding.acted.wait(PATIENCE)
    committing = Deed(commit_raw(world, batch))
    assert committing.waits_for_somebody()
    assert adding.finish().refusal is None
    refusal = committing.finish().refusal
    assert refusal is not None and refusal.code == "import_batch_readable"


@pytest.mark.parametrize("level", ["REPEATABLE READ", "SERIALIZABLE"])
def test_an_old_snapshot_does_not_commit(world: World, level: str) -> None:
    """It would not see the rows that somebody added meanwhile."""
    act = commit_raw(world, make_batch(world, ROWS)).__wrapped__  # type: ignore[attr-defined]
    with pytest.raises(IntegrityError) as error, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"SET TRANSACTION ISOLATION LEVEL {level}")
        act()
    assert refusal_name(error.value) == "read_committed_only"


def test_one_file_committed_twice_at_once_is_booked_once(world: World) -> None:
    deeds = at_once(*(commit(world, make_batch(world, ROWS)) for _ in range(2)))
    assert all(deed.refusal is None for deed in deeds)
    assert sorted(deed.result.booking is None for deed in deeds) == [False, True]
    booked = Actual.objects.filter(organisation=world.organisation)
    assert booked.aggregate(total=Sum("amount"))["total"] == Decimal("99.50")


def test_one_batch_is_committed_once(world: World) -> None:
    batch = make_batch(world, ROWS)
    deeds = at_once(commit(world, batch), commit(world, batch))
    assert sorted(deed.refusal is None for deed in deeds) == [False, True]
    assert Actual.objects.filter(organisation=world.organisation).count() == 2


def test_two_uploads_at_once_have_numbers_of_their_own(world: World) -> None:
    def upload() -> ImportBatch:
        return upload_file(fund=world.fund, name="a.csv", content=b"a", by=world.finance, at=NOW)

    assert sorted(deed.result.number for deed in at_once(upload, upload, upload)) == [1, 2, 3]
