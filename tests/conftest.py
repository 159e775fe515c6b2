"""What every test stands on. Fixtures of one area live in that area's folder."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from django.conf import settings
from django.db import connection
from django.db.backends.base.operations import BaseDatabaseOperations
from django.test import override_settings

from tests import databases

hypothesis.settings.register_profile("suite", deadline=None)
hypothesis.settings.load_profile("suite")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--reverse", action="store_true", help="run the tests in reverse order")


def pytest_configure(config: pytest.Config) -> None:
    # Nothing of a test must survive a power failure, and its passwords protect nothing.
    settings.DATABASES["default"].setdefault("OPTIONS", {}).setdefault("options", "-c synchronous_commit=off")
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("reverse"):
        items.reverse()


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> None:
    """Let pytest-django copy the tests' databases from one that is migrated already."""
    connection.settings_dict["TEST"]["TEMPLATE"] = databases.migrated_template()


@pytest.fixture(scope="session", autouse=True)
def emptying_passes_the_triggers() -> Iterator[None]:
    """Let Django empty the tables after a test with real transactions; our triggers refuse TRUNCATE."""
    execute = BaseDatabaseOperations.execute_sql_flush

    def execute_without_triggers(operations: BaseDatabaseOperations, statements: Sequence[str]) -> None:
        # SET LOCAL ends with the transaction in which all statements run.
        execute(operations, ["SET LOCAL session_replication_role = replica", *statements])

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(BaseDatabaseOperations, "execute_sql_flush", execute_without_triggers)
        yield


@pytest.fixture(scope="session", autouse=True)
def files_in_a_temporary_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Keep files that tests upload or make out of the installation's folder."""
    folder = tmp_path_factory.mktemp("files")
    storages: dict[str, dict[str, Any]] = {**settings.STORAGES}
    storages["default"] = {**storages["default"], "OPTIONS": {"location": folder}}
    with override_settings(STORAGES=storages):
        yield folder


@pytest.fixture
def without_typesetting(monkeypatch: pytest.MonkeyPatch) -> None:
    """PDFs and charts have their own tests; where every page is opened only the way to them counts."""
    for module in ("reporting.render", "reporting.views.vouchers"):
        monkeypatch.setattr(f"{module}.render_pdf", lambda *args, **kwargs: b"%PDF-1.7")
    for module in ("reporting.presentation", "reporting.views.reports"):
        monkeypatch.setattr(f"{module}.chart_svg", lambda *args, **kwargs: "<svg/>")
