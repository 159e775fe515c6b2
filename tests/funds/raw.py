"""Raw SQL for tests that try to break what the database holds."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction

from fundtrack.triggers import refusal_name


def execute(sql: str, *values: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, values or None)


def check_deferred() -> None:
    """What waits for the end of the transaction is checked now."""
    execute("SET CONSTRAINTS ALL IMMEDIATE")
    execute("SET CONSTRAINTS ALL DEFERRED")


@contextmanager
def refused(*names: str) -> Iterator[None]:
    """The database refuses what happens inside, by the constraint or trigger of one of these names."""
    with pytest.raises(IntegrityError) as error, transaction.atomic():
        yield
        check_deferred()
    assert refusal_name(error.value) in names


@contextmanager
def rolled_back() -> Iterator[None]:
    """Whatever happens inside leaves nothing behind."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def without_triggers(table: str) -> None:
    """Let nothing but the constraints of ``table`` speak, until the savepoint is rolled back."""
    check_deferred()
    execute(f"ALTER TABLE funds_{table} DISABLE TRIGGER USER")


def row(table: str, pk: int) -> dict[str, Any]:
    """One row as it is stored."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM funds_{table} WHERE id = %s", [pk])
        values = cursor.fetchone()
        assert values is not None and cursor.description is not None
        return {column.name: value for column, value in zip(cursor.description, values, strict=True)}


def copy(table: str, pk: int, **changes: Any) -> int:
    """INSERT a copy of a row, with another id (and key) unless they are given. Returns the id."""
    values = row(table, pk)
    del values["id"]
    if "key" in values:
        values["key"] = uuid4()
    values |= changes
    return insert(table, **values)


def insert(table: str, **values: Any) -> int:
    """INSERT a row of these values and return its id."""
    columns, places = ", ".join(values), ", ".join(["%s"] * len(values))
    with connection.cursor() as cursor:
        cursor.execute(f"INSERT INTO funds_{table} ({columns}) VALUES ({places}) RETURNING id", list(values.values()))
        return int(cursor.fetchone()[0])


def update(table: str, pk: int, **changes: Any) -> None:
    """UPDATE a row."""
    execute(
        f"UPDATE funds_{table} SET {', '.join(f'{column} = %s' for column in changes)} WHERE id = %s",
        *changes.values(),
        pk,
    )


def delete(table: str, pk: int) -> None:
    """DELETE a row."""
    execute(f"DELETE FROM funds_{table} WHERE id = %s", pk)


def next_id(table: str) -> int:
    """An id that no row has yet."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT nextval(pg_get_serial_sequence('funds_{table}', 'id'))")
        return int(cursor.fetchone()[0])
