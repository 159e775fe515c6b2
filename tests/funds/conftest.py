"""What most tests of funds start from; a module may say it otherwise."""

import pytest

from tests.factories import World, make_world


@pytest.fixture
def world() -> World:
    """An organisation with a fund and a plan in force: lines A1 and A2 on cost centre 1000."""
    return make_world()
