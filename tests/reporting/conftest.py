"""Worlds of the reports' tests."""

from contextlib import nullcontext
from datetime import UTC, datetime

import pytest

from funds.demonstration.load import load
from funds.models import UsePlan

#: After September's closing and its proposed drawdown.
AS_OF = datetime(2024, 10, 20, 9, 0, tzinfo=UTC)


@pytest.fixture
def kajaani(db: None) -> UsePlan:
    """The plan of the demonstration, January to August posted, September proposed; no issued reports."""
    load(acting=lambda _member: nullcontext(), password="not used here", after_month=lambda _loaded, _month: None)
    return UsePlan.objects.select_related("organisation", "fund__body").get(organisation__slug="kajaani")
