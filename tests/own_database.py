"""A database of a module's own: rows made once for many tests, real transactions, and no emptying afterwards."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection

from tests import databases


@contextmanager
def own_database(name: str, blocker: Any) -> Iterator[None]:
    """Switch the default connection to a fresh copy of the migrated database; drop it at the end.

    Args:
        name: short word for the module.
        blocker: pytest-django's ``django_db_blocker``.
    """
    fresh = f"fundtrack_own_{name}_{os.getpid()}"
    databases.drop(fresh)
    databases.create(fresh, template=databases.migrated_template())
    usual = connection.settings_dict["NAME"]
    with blocker.unblock():
        connection.close()
        connection.settings_dict["NAME"] = fresh
        try:
            yield
        finally:
            connection.close()
            connection.settings_dict["NAME"] = usual
            databases.drop(fresh)
