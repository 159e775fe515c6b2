"""Worlds of the reports' tests."""

import shutil
from collections.abc import Iterator
from contextlib import nullcontext
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from funds.demonstration.load import load
from funds.models import UsePlan
from tests.own_database import own_database
from tests.reporting.takeouts import make_takeout_world, take_out

#: After September's closing and its proposed drawdown.
AS_OF = datetime(2024, 10, 20, 9, 0, tzinfo=UTC)


@pytest.fixture
def kajaani(db: None) -> UsePlan:
    """The plan of the demonstration, January to August posted, September proposed; no issued reports."""
    load(acting=lambda _member: nullcontext(), password="not used here", after_month=lambda _loaded, _month: None)
    return UsePlan.objects.select_related("organisation", "fund__body").get(organisation__slug="kajaani")


@pytest.fixture(scope="module")
def made_takeout(
    django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Path]:
    """A take-out of a world with everything; nobody changes it."""
    place = tmp_path_factory.mktemp("takeout") / "made"
    with own_database("takeout", django_db_blocker):
        take_out(make_takeout_world("vesila"), place)
    yield place


@pytest.fixture
def taken(made_takeout: Path, tmp_path: Path) -> Path:
    """A whole take-out to do things to."""
    return Path(shutil.copytree(made_takeout, tmp_path / "taken"))
