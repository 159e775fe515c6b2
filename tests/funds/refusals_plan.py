"""Raw SQL against every constraint and trigger of funds, plans and amendments: name → attempt.

A name is that of a constraint, or ``trigger:refusal`` for a trigger. An attempt gets the rows of the organisation
under attack and of another one.
"""

from collections.abc import Callable
from datetime import UTC, date, datetime

from .full_world import Full
from .raw import copy, delete, execute, insert, next_id, update, without_triggers

Attempt = Callable[[Full, Full], object]

MOMENT = datetime(2024, 10, 7, 9, 30, tzinfo=UTC)
MARCH = date(2024, 3, 20)


def truncate(table: str) -> Attempt:
    return lambda own, other: execute(f"TRUNCATE funds_{table} CASCADE")


def after_disabling(table: str, attempt: Attempt) -> Attempt:
    """Without the triggers that would speak first: the constraint holds by itself."""

    def run(own: Full, other: Full) -> None:
        without_triggers(table)
        attempt(own, other)

    return run


def _amend(own: Full, *rows: tuple[int, str], **changes: object) -> None:
    """Record an amendment in raw SQL: its rows, then itself."""
    amendment = next_id("amendment")
    for line, amount in rows:
        insert(
            "amendmentrow",
            organisation_id=own.world.organisation.pk,
            plan_id=own.plan,
            amendment_id=amendment,
            line_id=line,
            amount=amount,
        )
    copy("amendment", own.amendment, **{"id": amendment, **changes})


FUNDS: dict[str, Attempt] = {
    "cost_centre_code_once": lambda own, other: copy("costcentre", own.centre),
    "cost_centre_has_code": lambda own, other: copy("costcentre", own.centre, code=""),
    "cost_centre_code_stays:cost_centre_code_stays": lambda own, other: update("costcentre", own.centre, code="9"),
    "cost_centre_name_matches": lambda own, other: copy(
        "costcentrename", own.centre_name, organisation_id=other.world.organisation.pk, kind="alias"
    ),
    "cost_centre_name_ends_after_start": lambda own, other: update(
        "costcentrename", own.centre_name, ends_on=date(2000, 1, 1)
    ),
    "cost_centre_one_name_a_day": lambda own, other: copy("costcentrename", own.centre_name),
    "cost_centre_name_no_truncate:cost_centre_name_no_truncate": truncate("costcentrename"),
    "lead_scope_no_truncate:lead_scope_no_truncate": truncate("leadscope"),
    "lead_scope_once": lambda own, other: copy("leadscope", own.scope),
    "lead_scope_member_matches": lambda own, other: update("leadscope", own.scope, membership_id=other.member("lead")),
    "lead_scope_centre_matches": lambda own, other: update("leadscope", own.scope, cost_centre_id=other.centre),
    "fund_slug_once": lambda own, other: copy("fund", own.fund),
    "fund_body_matches": lambda own, other: update("fund", own.fund, body_id=other.body),
    "fund_no_delete:fund_no_delete": lambda own, other: delete("fund", own.fund),
    "fund_no_truncate:fund_no_truncate": truncate("fund"),
    "fund_entry_number_once": after_disabling("fundentry", lambda own, other: copy("fundentry", own.transfer)),
    "fund_entry_key_once": lambda own, other: execute(
        "INSERT INTO funds_fundentry (organisation_id, fund_id, number, entry_on, kind, amount, decision_reference, "
        "description, key, entered_at, previous_digest, digest) SELECT organisation_id, fund_id, 0, entry_on, kind, "
        "amount, '', '', key, entered_at, '', '' FROM funds_fundentry WHERE id = %s",
        own.transfer,
    ),
    "fund_opens_once": lambda own, other: copy("fundentry", own.opening, entry_on=MARCH),
    "fund_entry_fund_matches": lambda own, other: copy(
        "fundentry", own.transfer, organisation_id=other.world.organisation.pk, entered_by_id=None
    ),
    "fund_entry_drawdown_matches": after_disabling(
        "fundentry",
        lambda own, other: copy("fundentry", own.drawn_entry, drawdown_id=other.proposed, number=99),
    ),
    "fund_entry_member_matches": lambda own, other: copy(
        "fundentry", own.transfer, entered_by_id=other.member("finance")
    ),
    "fund_entry_sign": lambda own, other: copy("fundentry", own.transfer, amount="-1.00"),
    "fund_deficit_needs_decision": lambda own, other: copy(
        "fundentry", own.transfer, kind="deficit_cover", amount="-1.00"
    ),
    "fund_entry_drawdown_paired": lambda own, other: copy("fundentry", own.transfer, drawdown_id=own.proposed),
    "fund_entry_append_only:fund_entry_append_only": lambda own, other: update(
        "fundentry", own.transfer, amount="11.00"
    ),
    "fund_entry_no_truncate:fund_entry_no_truncate": truncate("fundentry"),
    "fund_entry_chained:fund_entry_fits_drawdown": lambda own, other: copy(
        "fundentry", own.drawn_entry, drawdown_id=own.proposed
    ),
    "fund_entry_chained:month_is_closed": lambda own, other: copy(
        "fundentry", own.transfer, entry_on=date(2024, 2, 29)
    ),
    "fund_balance_not_negative:fund_balance_not_negative": lambda own, other: copy(
        "fundentry", own.transfer, kind="deficit_cover", amount="-99999.00", decision_reference="§ 1"
    ),
}

PLANS: dict[str, Attempt] = {
    "one_plan_a_year": lambda own, other: copy("useplan", own.draft),
    "plan_fund_matches": lambda own, other: copy("useplan", own.draft, fund_id=other.fund, year=2031),
    "plan_activator_matches": lambda own, other: update("useplan", own.plan, activated_by_id=other.member("admin")),
    "plan_ceiling_not_negative": lambda own, other: copy("useplan", own.draft, year=2031, ceiling="-1.00"),
    "plan_year_sensible": lambda own, other: copy("useplan", own.draft, year=1800),
    "plan_activation_paired": lambda own, other: copy("useplan", own.draft, year=2031, activated_at=MOMENT),
    "plan_no_truncate:plan_no_truncate": truncate("useplan"),
    "plan_is_decided:plan_starts_as_draft": lambda own, other: copy("useplan", own.plan, year=2031),
    "plan_is_decided:plan_in_force_stays": lambda own, other: delete("useplan", own.plan),
    "plan_is_decided:plan_identity_stays": lambda own, other: update("useplan", own.draft, year=2031),
    "plan_is_decided:plan_in_force_amended_only": lambda own, other: update("useplan", own.plan, ceiling="9999.00"),
    "plan_is_decided:plan_needs_lines": lambda own, other: update(
        "useplan", copy("useplan", own.draft, year=2031), state="active", activated_at=MOMENT
    ),
    "plan_within_ceiling:plan_within_ceiling": lambda own, other: update("useplan", own.draft, ceiling="9.99"),
    "target_name_once": lambda own, other: copy("target", own.draft_target),
    "target_plan_matches": lambda own, other: copy("target", own.draft_target, plan_id=other.plan, name="Toinen"),
    "target_centre_matches": lambda own, other: update("target", own.draft_target, cost_centre_id=other.centre),
    "target_responsible_matches": lambda own, other: update("target", own.target, responsible_id=other.member("lead")),
    "target_has_name": lambda own, other: update("target", own.target, name=""),
    "target_no_truncate:target_no_truncate": truncate("target"),
    "target_in_force_stays:target_in_force_stays": lambda own, other: delete("target", own.target),
    "target_in_force_stays:target_plan_stays": lambda own, other: update("target", own.draft_target, plan_id=own.plan),
    "project_code_once_a_year": lambda own, other: copy("budgetline", own.draft_line, first_amount="0.00"),
    "line_plan_matches": lambda own, other: copy(
        "budgetline", own.draft_line, year=2026, project_code="X", first_amount="0.00"
    ),
    "line_target_matches": lambda own, other: copy(
        "budgetline", own.draft_line, target_id=own.target, project_code="X", first_amount="0.00"
    ),
    "line_responsible_matches": lambda own, other: update("budgetline", own.line, responsible_id=other.member("lead")),
    "line_amount_not_negative": lambda own, other: update("budgetline", own.draft_line, first_amount="-0.01"),
    "line_has_name_and_code": lambda own, other: update("budgetline", own.line, name=""),
    "line_no_truncate:line_no_truncate": truncate("budgetline"),
    "line_in_force_stays:line_in_force_stays": lambda own, other: update("budgetline", own.line, project_code="A9"),
    "line_in_force_stays:line_amount_by_amendment": lambda own, other: copy(
        "budgetline", own.line, project_code="A9", first_amount="0.01"
    ),
    "line_in_force_stays:line_plan_stays": lambda own, other: update("budgetline", own.draft_line, plan_id=own.plan),
    "line_within_ceiling:plan_within_ceiling": lambda own, other: update(
        "budgetline", own.draft_line, first_amount="10.01"
    ),
}

AMENDMENTS: dict[str, Attempt] = {
    "amendment_number_once": after_disabling("amendment", lambda own, other: copy("amendment", own.amendment)),
    "amendment_key_once": lambda own, other: execute(
        "INSERT INTO funds_amendment (organisation_id, plan_id, number, effective_on, kind, ceiling_change, reason, "
        "decision_reference, key, recorded_by_id, recorded_at) SELECT organisation_id, plan_id, 0, effective_on, "
        "'ceiling', 1, reason, '', key, recorded_by_id, recorded_at FROM funds_amendment WHERE id = %s",
        own.amendment,
    ),
    "amendment_plan_matches": lambda own, other: _amend(own, kind="ceiling", ceiling_change="1.00", plan_id=other.plan),
    "amendment_member_matches": lambda own, other: _amend(
        own, kind="ceiling", ceiling_change="1.00", recorded_by_id=other.member("admin")
    ),
    "amendment_has_reason": lambda own, other: _amend(own, kind="ceiling", ceiling_change="1.00", reason=""),
    "transfer_keeps_the_ceiling": lambda own, other: _amend(
        own, (own.line, "-1.00"), (own.other_line, "1.00"), ceiling_change="1.00"
    ),
    "ceiling_amendment_changes_it": lambda own, other: _amend(own, kind="ceiling"),
    "amendment_append_only:amendment_append_only": lambda own, other: delete("amendment", own.amendment),
    "amendment_no_truncate:amendment_no_truncate": truncate("amendment"),
    "amendment_numbered:month_is_closed": lambda own, other: _amend(
        own, kind="ceiling", ceiling_change="1.00", effective_on=date(2024, 1, 31)
    ),
    "amendment_numbered:amendment_needs_plan_in_force": lambda own, other: _amend(
        own, kind="ceiling", ceiling_change="1.00", plan_id=own.draft
    ),
    "amendment_numbered:amendment_in_plan_year": lambda own, other: _amend(
        own, kind="ceiling", ceiling_change="1.00", effective_on=date(2025, 1, 1)
    ),
    "amendment_numbered:amendment_fits_kind": lambda own, other: _amend(
        own, (own.line, "-1.00"), (own.other_line, "1.01")
    ),
    "amendment_keeps_limits:plan_within_ceiling": lambda own, other: _amend(
        own, kind="ceiling", ceiling_change="-0.01"
    ),
    "amendment_keeps_limits:amendment_above_drawn": lambda own, other: _amend(
        own, (own.line, "-401.00"), (own.other_line, "401.00")
    ),
    "amendment_line_once": after_disabling("amendmentrow", lambda own, other: copy("amendmentrow", own.amendment_row)),
    "amendment_row_amendment_matches": after_disabling(
        "amendmentrow",
        lambda own, other: copy("amendmentrow", own.amendment_row, plan_id=own.draft, line_id=own.draft_line),
    ),
    "amendment_row_line_matches": after_disabling(
        "amendmentrow", lambda own, other: copy("amendmentrow", own.amendment_row, line_id=own.draft_line)
    ),
    "amendment_row_not_zero": lambda own, other: _amend(own, (own.line, "0.00")),
    "amendment_row_append_only:amendment_row_append_only": lambda own, other: update(
        "amendmentrow", own.amendment_row, amount="-1.00"
    ),
    "amendment_row_no_truncate:amendment_row_no_truncate": truncate("amendmentrow"),
    "amendment_is_sealed:amendment_is_sealed": lambda own, other: copy("amendmentrow", own.amendment_row),
}
