"""What most tests of funds start from; a module may say it otherwise."""

from collections.abc import Iterator

import pytest
from django.utils import translation

from tests.factories import World, make_world


@pytest.fixture
def english() -> Iterator[None]:
    """Sentences in English, as the code says them."""
    with translation.override("en"):
        yield


@pytest.fixture
def world() -> World:
    """An organisation with a fund and a plan in force: lines A1 and A2 on cost centre 1000."""
    return make_world()
