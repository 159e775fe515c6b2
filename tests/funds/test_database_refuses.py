"""What the database itself refuses, in raw SQL: one attempt for every constraint and every refusal of a trigger."""

import re
from collections.abc import Iterator
from datetime import date
from hashlib import sha256

import pgtrigger
import pytest
from django.apps import apps
from django.db import models, transaction

from fundtrack.actions import _EXPLANATIONS
from tests.own_database import own_database

from .full_world import Full, make_full
from .raw import check_deferred, copy, delete, execute, next_id, refused, rolled_back, row, update
from .refusals_imports import DETOURS, IMPORTS, import_by_the_rules
from .refusals_keys import KEYS
from .refusals_ledger import DRAWDOWNS, LEDGER, MONTHS, NOTES
from .refusals_plan import AMENDMENTS, FUNDS, PLANS, Attempt

ATTEMPTS = FUNDS | PLANS | AMENDMENTS | DRAWDOWNS | LEDGER | MONTHS | NOTES | IMPORTS | KEYS

#: Triggers that compute and refuse nothing; the tests below prove what they compute.
COMPUTING = {"booking_sealed", "actual_digest", "import_profile_numbered", "import_file_measured"}
#: Proved in ``test_ledger_concurrency.py``, which needs transactions of its own.
ISOLATION = "read_committed_only"


@pytest.fixture(scope="module")
def worlds(django_test_environment: None, django_db_blocker: object) -> Iterator[tuple[Full, Full]]:
    """Two full organisations, made once; every test leaves them as they are."""
    with own_database("refuses", django_db_blocker), transaction.atomic():
        yield make_full("oma"), make_full("muu")


@pytest.mark.parametrize("name", ATTEMPTS)
def test_raw_sql_is_refused(name: str, worlds: tuple[Full, Full]) -> None:
    own, other = worlds
    with refused(name.rpartition(":")[2]):
        ATTEMPTS[name](own, other)


@pytest.mark.parametrize(("refusal", "attempt"), [detour[1:] for detour in DETOURS], ids=[name for name, *_ in DETOURS])
def test_no_detour_leads_around_the_rules_of_imports(refusal: str, attempt: Attempt, worlds: tuple[Full, Full]) -> None:
    own, other = worlds
    with refused(refusal):
        attempt(own, other)


def test_an_import_and_its_undoing_by_the_rules_pass(worlds: tuple[Full, Full]) -> None:
    """What the attempts do, done right: otherwise they would be refused for another reason than they say."""
    own, _other = worlds
    with rolled_back():
        import_by_the_rules(own)
        check_deferred()


def test_every_rule_of_imports_has_plain_words() -> None:
    """But for emptying tables, which no action does."""
    rules = {name.rpartition(":")[2] for name in IMPORTS}
    assert {rule for rule in rules if not rule.endswith("_no_truncate")} <= set(_EXPLANATIONS)


def test_every_rule_of_the_database_has_its_attempt() -> None:
    """A new constraint or refusal is not in the table of attempts until somebody tries to break it."""
    rules = set()
    for model in _models():
        for constraint in model._meta.constraints:
            # Parent keys carry the composite foreign keys and say nothing by themselves.
            if "_parent_key" not in constraint.name:
                rules.add(constraint.name)
        for trigger in getattr(model._meta, "triggers", []):
            codes = set(re.findall(r"CONSTRAINT = '(\w+)'", str(trigger.func or ""))) - {ISOLATION}
            rules |= {f"{trigger.name}:{code}" for code in codes}
            assert codes or trigger.name in COMPUTING or _is_history(trigger), trigger.name
    assert rules == set(ATTEMPTS)


def _models() -> list[type[models.Model]]:
    return [model for model in apps.get_app_config("funds").get_models() if not hasattr(model, "pgh_tracked_model")]


def _is_history(trigger: pgtrigger.Trigger) -> bool:
    return trigger.name in ("insert_insert", "update_update", "delete_delete")


# --- the other half of the rules that stand in two attempts


@pytest.mark.parametrize(
    "table", ["actual", "booking", "fundentry", "amendment", "amendmentrow", "comment", "importprofile", "importfile"]
)
def test_append_only_tables_keep_their_rows(table: str, worlds: tuple[Full, Full]) -> None:
    own, _other = worlds
    ids = {
        "actual": own.march_actual,
        "booking": own.booking,
        "fundentry": own.transfer,
        "amendment": own.amendment,
        "amendmentrow": own.amendment_row,
        "comment": own.comment,
        "importprofile": own.profile,
        "importfile": own.import_file,
    }
    with refused(f"{_prefix(table)}_append_only"):
        delete(table, ids[table])
    with refused(f"{_prefix(table)}_append_only"):
        update(table, ids[table], organisation_id=own.world.organisation.pk)


def _prefix(table: str) -> str:
    parts = {"fundentry": "fund_entry", "amendmentrow": "amendment_row"}
    return (parts | {"importprofile": "import_profile", "importfile": "import_file"}).get(table, table)


@pytest.mark.parametrize("column", ["target_id", "project_code", "first_amount"])
def test_a_line_in_force_keeps_what_was_decided(column: str, worlds: tuple[Full, Full]) -> None:
    own, _other = worlds
    value = {"target_id": own.draft_target, "project_code": "A9", "first_amount": "1.00"}[column]
    with refused("line_in_force_stays"):
        update("budgetline", own.line, **{column: value})
    with refused("line_in_force_stays"):
        delete("budgetline", own.other_line)


def test_a_target_in_force_keeps_its_cost_centre(worlds: tuple[Full, Full]) -> None:
    own, other = worlds
    with refused("target_in_force_stays"):
        update("target", own.target, cost_centre_id=other.centre)


@pytest.mark.parametrize("column", ["plan_id", "month", "booking_on", "prepared_by_id", "prepared_at"])
def test_a_document_changes_its_state_and_nothing_else(column: str, worlds: tuple[Full, Full]) -> None:
    own, other = worlds
    values = row("drawdown", other.posted)
    approval = {"approved_by_id": own.member("approver"), "approved_at": values["approved_at"]}
    moved = {"month": values["month"], "booking_on": date(2024, 5, 6), "plan_id": other.plan}
    change = moved.get(column, own.member("admin") if column == "prepared_by_id" else "2020-01-01T00:00Z")
    with refused("drawdown_facts_stay"):
        update("drawdown", own.proposed, **{"state": "approved", **approval, column: change})


# --- what is computed cannot be chosen


def test_the_database_numbers_and_sums_a_booking(worlds: tuple[Full, Full]) -> None:
    own, _other = worlds
    with rolled_back():
        last = row("booking", own.import_booking)["number"]
        booking = next_id("booking")
        copy("actual", own.march_actual, booking_id=booking, amount="12.34", digest="chosen")
        copy("booking", own.booking, id=booking, number=7000, total="1.00", row_count=55, digest="chosen")
        sealed = row("booking", booking)
        assert (sealed["number"], str(sealed["total"]), sealed["row_count"]) == (last + 1, "12.34", 1)
        assert len(sealed["digest"]) == 64 and len(sealed["previous_digest"]) == 64


def test_the_database_digests_an_actual(worlds: tuple[Full, Full]) -> None:
    own, _other = worlds
    with rolled_back():
        booking = next_id("booking")
        first = copy("actual", own.march_actual, booking_id=booking, row_number=1, digest="chosen")
        second = copy("actual", own.march_actual, booking_id=booking, row_number=2, digest="chosen")
        digests = {row("actual", pk)["digest"] for pk in (first, second)}
        assert len(digests) == 2 and all(len(digest) == 64 for digest in digests)


def test_the_database_numbers_and_chains_a_fund_entry(worlds: tuple[Full, Full]) -> None:
    own, _other = worlds
    with rolled_back():
        previous = row("fundentry", own.transfer)
        made = row("fundentry", copy("fundentry", own.transfer, number=700, digest="chosen", previous_digest="x"))
        assert (made["number"], made["previous_digest"]) == (previous["number"] + 1, previous["digest"])


def test_the_database_numbers_an_amendment(worlds: tuple[Full, Full]) -> None:
    own, _other = worlds
    with rolled_back():
        made = copy("amendment", own.amendment, number=700, kind="ceiling", ceiling_change="1.00")
        assert row("amendment", made)["number"] == row("amendment", own.amendment)["number"] + 1


@pytest.mark.parametrize("value", ["NaN"])
@pytest.mark.parametrize(
    ("table", "column"),
    [("fundentry", "amount"), ("amendment", "ceiling_change"), ("budgetline", "first_amount"), ("useplan", "ceiling")],
)
def test_no_amount_is_not_a_number(table: str, column: str, value: str, worlds: tuple[Full, Full]) -> None:
    own, _other = worlds
    ids = {
        "fundentry": own.transfer,
        "amendment": own.amendment,
        "budgetline": own.draft_line,
        "useplan": own.draft,
    }
    with rolled_back(), refused(f"funds_{table}_{column}_finite"):
        execute(f"ALTER TABLE funds_{table} DISABLE TRIGGER USER")
        update(table, ids[table], **{column: value})


@pytest.mark.parametrize("day", ["infinity", "-infinity", "1812-01-01"])
def test_no_day_lies_outside_the_calendar(day: str, worlds: tuple[Full, Full]) -> None:
    own, _other = worlds
    with rolled_back(), refused("funds_fundentry_entry_on_finite"):
        execute("ALTER TABLE funds_fundentry DISABLE TRIGGER USER")
        update("fundentry", own.transfer, entry_on=day)


def test_the_database_measures_a_file(worlds: tuple[Full, Full]) -> None:
    own, _other = worlds
    with rolled_back():
        file = copy("importfile", own.import_file, content=b"abc", size=700, sha256="chosen")
        made = row("importfile", file)
        assert (made["size"], made["sha256"]) == (3, sha256(b"abc").hexdigest())


def test_the_database_numbers_batches_and_versions(worlds: tuple[Full, Full]) -> None:
    own, other = worlds
    with rolled_back():
        last = row("importbatch", own.read_batch)["number"]
        file = copy("importfile", own.import_file)
        made = copy("importbatch", own.read_batch, file_id=file, state="uploaded", number=700)
        assert row("importbatch", made)["number"] == last + 1
        assert row("importprofile", copy("importprofile", own.profile, version=700))["version"] == 2
        assert row("importprofile", copy("importprofile", own.profile, name="Muu"))["version"] == 1
        assert row("importprofile", copy("importprofile", other.profile, version=9))["version"] == 2
