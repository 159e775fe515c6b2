"""Steps of imports that workers take: on a database of the module's own, in worlds that are committed."""

from collections.abc import Iterator
from itertools import count
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from tests.factories import World, make_world
from tests.own_database import own_database

from ..pages import browser_of

_numbers = count(1)


@pytest.fixture(scope="module", autouse=True)
def database(request: pytest.FixtureRequest, django_test_environment: None, django_db_blocker: Any) -> Iterator[None]:
    with own_database(f"import_{request.path.stem}", django_db_blocker):
        yield


@pytest.fixture(autouse=True)
def every_file_is_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("funds.actions.import_work.LONG_FILE", 10)


@pytest.fixture
def world() -> Iterator[World]:
    """A world that is committed, for every test its own organisation; its jobs are gone afterwards."""
    yield make_world(f"pitka{next(_numbers)}")
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs")


@pytest.fixture
def client(world: World) -> Client:
    return browser_of(world.finance)
