"""Recomputing what is stored: one check is one question to the database that names every difference it finds."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db import connection


@dataclass(frozen=True)
class Check:
    """One thing that must be true of an organisation's rows, whoever wrote them and however."""

    #: Short stable name, such as ``actuals``.
    name: str
    #: What is recomputed, one English sentence without its full stop.
    title: str
    #: SQL of one number: how many things are looked at. ``%(organisation)s`` is the organisation's id.
    counted: str
    #: SQL of one text column: a line for every difference, in a stable order.
    differences: str


@dataclass(frozen=True)
class CheckResult:
    """What a check found."""

    check: Check
    count: int
    differences: tuple[str, ...]


def run_checks(checks: Iterable[Check], organisation_id: int) -> list[CheckResult]:
    """Ask every check about one organisation; two queries each."""
    return [_run(check, organisation_id) for check in checks]


def differences_of(results: Iterable[CheckResult]) -> list[str]:
    """Every difference as ``name: line``."""
    return [f"{result.check.name}: {line}" for result in results for line in result.differences]


def one_check(name: str, title: str, counted: str, differences: Sequence[str]) -> Check:
    """A check of several questions over the same rows."""
    return Check(name, title, counted, "\nUNION ALL\n".join(f"({sql})" for sql in differences))


def _run(check: Check, organisation_id: int) -> CheckResult:
    parameters = {"organisation": organisation_id}
    with connection.cursor() as cursor:
        cursor.execute(check.counted, parameters)
        (count,) = cursor.fetchone()
        cursor.execute(check.differences, parameters)
        return CheckResult(check, count, tuple(line for (line,) in cursor.fetchall()))
