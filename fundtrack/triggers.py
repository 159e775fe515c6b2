"""Building blocks for PostgreSQL triggers: what must always hold is refused by the database itself.

Every refusal has SQLSTATE 23514 (check_violation), so that Django raises ``IntegrityError``, and carries the
trigger's own name as the constraint name, so that code can tell one refusal from another.
"""

import pgtrigger
from django.db import IntegrityError

#: Advisory lock keys ``(organisation, number)``: one for each of the two chains, for the states of the
#: months, and for the series of issued reports.
LOCK_BOOKINGS = 1
LOCK_FUND_ENTRIES = 2
LOCK_MONTHS = 3
LOCK_ISSUED_REPORTS = 4
LOCK_IMPORTS = 5
#: Held by the worker that takes one step of an import; the first key is the work, not the organisation.
LOCK_IMPORT_WORK = 6

#: Documents that are written children first, by kind; see ``adding_to`` and ``sealing``.
BOOKING, AMENDMENT, DRAWDOWN, ISSUED_REPORT = 1, 2, 3, 4


def refuse(name: str, message: str, *arguments: str) -> str:
    """SQL that refuses the statement.

    Args:
        name: short stable name, found again by ``refusal_name``.
        message: English sentence with ``%`` placeholders for ``arguments`` (SQL expressions).
    """
    parts = ", ".join((f"'{message}'", *arguments))
    return f"RAISE EXCEPTION {parts} USING ERRCODE = 'check_violation', CONSTRAINT = '{name}';"


def refusal_name(error: IntegrityError) -> str:
    """Name of the constraint or trigger that refused, or an empty text."""
    diagnostics = getattr(error.__cause__, "diag", None)
    return getattr(diagnostics, "constraint_name", None) or ""


def adding_to(kind: int, document: str) -> str:
    """SQL that holds a document open while somebody adds to it, until the transaction ends.

    Whether a document is sealed cannot be seen while another transaction is still sealing it: this waits for that one,
    and ``sealing`` waits for everybody who adds.
    """
    return f"PERFORM pg_advisory_xact_lock_shared({document}::bigint * 8 + {kind});"


def sealing(kind: int) -> str:
    """SQL that waits for everybody who adds to the document ``NEW``, and keeps others from adding."""
    return f"PERFORM pg_advisory_xact_lock(NEW.id::bigint * 8 + {kind});"


def not_in_the_future(*columns: str) -> str:
    """SQL that refuses moments that have not come: what is known at a moment would change after it."""
    late = " OR ".join(f"NEW.{column} > clock_timestamp() + interval '1 minute'" for column in columns)
    return f"IF {late} THEN {refuse('moment_in_the_future', 'Nothing is recorded before it happens.')} END IF;"


def keeps_identity(prefix: str, *columns: str) -> pgtrigger.Trigger:
    """Trigger that refuses another key: rows that point here would silently point to something else.

    Args:
        columns: what else never changes; ``organisation_id`` where none is named.
    """
    name = f"{prefix}_keeps_identity"
    kept = dict.fromkeys(("id", *(columns or ("organisation_id",))))
    new, old = (", ".join(f"{row}.{column}" for column in kept) for row in ("NEW", "OLD"))
    return pgtrigger.Trigger(
        name=name,
        when=pgtrigger.Before,
        operation=pgtrigger.Update,
        func=f"IF ROW({new}) IS DISTINCT FROM ROW({old}) THEN "
        f"{refuse(name, 'Keys of % never change.', 'TG_TABLE_NAME')} END IF; RETURN NEW;",
    )


def append_only(prefix: str) -> list[pgtrigger.Trigger]:
    """Triggers that let a table grow and nothing else: no update, no delete, no truncate."""
    name = f"{prefix}_append_only"
    return [
        pgtrigger.Trigger(
            name=name,
            when=pgtrigger.Before,
            operation=pgtrigger.Update | pgtrigger.Delete,
            func=refuse(name, "Rows of % are never changed or deleted.", "TG_TABLE_NAME"),
        ),
        no_truncate(prefix),
    ]


def no_truncate(prefix: str) -> pgtrigger.Trigger:
    """Trigger that refuses TRUNCATE, which row triggers do not see."""
    name = f"{prefix}_no_truncate"
    return pgtrigger.Trigger(
        name=name,
        when=pgtrigger.Before,
        operation=pgtrigger.Truncate,
        level=pgtrigger.Statement,
        func=refuse(name, "Table % is never emptied.", "TG_TABLE_NAME"),
    )


def no_delete(prefix: str) -> list[pgtrigger.Trigger]:
    """Triggers that refuse DELETE and TRUNCATE: rows may change state, and stay."""
    name = f"{prefix}_no_delete"
    return [
        pgtrigger.Trigger(
            name=name,
            when=pgtrigger.Before,
            operation=pgtrigger.Delete,
            func=refuse(name, "Rows of % are never deleted.", "TG_TABLE_NAME"),
        ),
        no_truncate(prefix),
    ]
