"""Raw SQL against every constraint and trigger of the ledger, the months, the drawdowns and the notes."""

from datetime import date

from .full_world import Full
from .raw import copy, delete, execute, insert, next_id, row, update, without_triggers
from .refusals_plan import MOMENT, Attempt, after_disabling, truncate


def _book(own: Full, **changes: object) -> None:
    """Book one row like March's in raw SQL: the row, then its booking."""
    booking = next_id("booking")
    copy("actual", own.march_actual, **{"booking_id": booking, **changes})
    copy("booking", own.booking, id=booking)


def month(own: Full, first: date, state: str, *, by: int | None = None, reason: str = "") -> int:
    """A month of this state in raw SQL."""
    return insert(
        "monthstate",
        organisation_id=own.world.organisation.pk,
        month=first,
        state=state,
        reason=reason,
        changed_by_id=by or own.member("finance"),
        changed_at=MOMENT,
    )


def _close_march_then(state: str, which: str = "march") -> Attempt:
    """Close March, then bring it (or February) to ``state`` without a reason."""

    def run(own: Full, other: Full) -> None:
        march = month(own, date(2024, 3, 1), "closed")
        update("monthstate", march if which == "march" else own.february, state=state)

    return run


def _withdraw(own: Full, **changes: object) -> None:
    withdrawal = {"withdrawn_by_id": own.member("finance"), "withdrawn_at": MOMENT, "withdrawal_reason": "Virhe"}
    update("drawdown", own.proposed, **{"state": "withdrawn", **withdrawal, **changes})


def _approve(own: Full, **changes: object) -> None:
    step = {"state": "approved", "approved_by_id": own.member("approver"), "approved_at": MOMENT}
    update("drawdown", own.proposed, **{**step, **changes})


def _propose_again(own: Full, *, rows: bool = True, **changes: object) -> None:
    """Withdraw February's proposal and make it again in raw SQL."""
    _withdraw(own)
    document = next_id("drawdown")
    if rows:
        for line in (own.line, own.other_line):
            execute(
                "INSERT INTO funds_drawdownrow (organisation_id, plan_id, drawdown_id, line_id, amount, "
                "actual_cumulative, drawn_before, covered, drawdown_amount, uncovered) SELECT organisation_id, "
                "plan_id, %s, line_id, amount, actual_cumulative, drawn_before, covered, drawdown_amount, uncovered "
                "FROM funds_drawdownrow WHERE drawdown_id = %s AND line_id = %s",
                document,
                own.proposed,
                line,
            )
    fresh = {"state": "proposed", "withdrawn_by_id": None, "withdrawn_at": None, "withdrawal_reason": ""}
    copy("drawdown", own.proposed, **{"id": document, **fresh, **changes})


def _post(own: Full, other: Full) -> None:
    """Post in raw SQL, without the fund's entry and without locking the month."""
    _approve(own)
    update("drawdown", own.proposed, state="posted", posted_by_id=own.member("finance"), posted_at=MOMENT, number=1)


def _row_off(**changes: str) -> Attempt:
    """A stored row of a document with other figures, its triggers off."""

    def run(own: Full, other: Full) -> None:
        without_triggers("drawdownrow")
        update("drawdownrow", own.proposed_row, **changes)

    return run


DRAWDOWNS: dict[str, Attempt] = {
    "one_drawdown_a_month": after_disabling("drawdown", lambda own, other: copy("drawdown", own.proposed)),
    "drawdown_plan_matches": after_disabling(
        "drawdown",
        lambda own, other: copy(
            "drawdown", own.proposed, plan_id=other.plan, month=date(2024, 5, 1), booking_on=date(2024, 6, 1)
        ),
    ),
    "drawdown_preparer_matches": after_disabling(
        "drawdown", lambda own, other: update("drawdown", own.proposed, prepared_by_id=other.member("finance"))
    ),
    "drawdown_approver_matches": lambda own, other: _approve(own, approved_by_id=other.member("approver")),
    "drawdown_poster_matches": after_disabling(
        "drawdown", lambda own, other: update("drawdown", own.posted, posted_by_id=other.member("finance"))
    ),
    "drawdown_withdrawer_matches": lambda own, other: _withdraw(own, withdrawn_by_id=other.member("finance")),
    "drawdown_month_is_first_day": after_disabling(
        "drawdown", lambda own, other: update("drawdown", own.proposed, month=date(2024, 2, 2))
    ),
    "drawdown_booked_after_month_begins": after_disabling(
        "drawdown", lambda own, other: update("drawdown", own.proposed, booking_on=date(2024, 1, 31))
    ),
    "approver_is_not_preparer": lambda own, other: _approve(own, approved_by_id=own.member("finance")),
    "drawdown_steps_paired": lambda own, other: _approve(own, approved_at=None),
    "drawdown_state_fits_steps": lambda own, other: _propose_again(
        own, number=7, posted_by_id=own.member("finance"), posted_at=MOMENT
    ),
    "drawdown_no_delete:drawdown_no_delete": lambda own, other: delete("drawdown", own.posted),
    "drawdown_no_truncate:drawdown_no_truncate": truncate("drawdown"),
    "drawdown_proposed:drawdown_starts_proposed": lambda own, other: copy("drawdown", own.posted),
    "drawdown_proposed:drawdown_in_plan_year": lambda own, other: _propose_again(own, month=date(2023, 12, 1)),
    "drawdown_proposed:drawdown_needs_closed_month": lambda own, other: _propose_again(own, month=date(2024, 3, 1)),
    "drawdown_proposed:drawdowns_in_order": lambda own, other: copy("drawdown", own.proposed),
    "drawdown_proposed:drawdown_booked_in_next_month": lambda own, other: _propose_again(
        own, booking_on=date(2024, 4, 1)
    ),
    "drawdown_proposed:drawdown_from_the_ledger": lambda own, other: _propose_again(own, rows=False),
    "drawdown_step:drawdown_step": lambda own, other: update("drawdown", own.posted, state="withdrawn"),
    "drawdown_step:drawdown_facts_stay": lambda own, other: _approve(own, total="1.00"),
    "drawdown_posted_whole:drawdown_posted_whole": _post,
    "drawdown_line_once": after_disabling("drawdownrow", lambda own, other: copy("drawdownrow", own.proposed_row)),
    "drawdown_row_document_matches": after_disabling(
        "drawdownrow",
        lambda own, other: copy("drawdownrow", own.proposed_row, plan_id=own.draft, line_id=own.draft_line),
    ),
    "drawdown_row_line_matches": after_disabling(
        "drawdownrow", lambda own, other: copy("drawdownrow", own.proposed_row, line_id=own.draft_line)
    ),
    "drawdown_row_covered": _row_off(covered="500.01", drawdown_amount="200.01"),
    "drawdown_row_amount": _row_off(drawdown_amount="200.01"),
    "drawdown_row_uncovered": _row_off(uncovered="0.01"),
    "drawdown_row_append_only:drawdown_row_append_only": lambda own, other: delete("drawdownrow", own.proposed_row),
    "drawdown_row_no_truncate:drawdown_row_no_truncate": truncate("drawdownrow"),
    "drawdown_is_sealed:drawdown_is_sealed": lambda own, other: copy("drawdownrow", own.proposed_row),
}

LEDGER: dict[str, Attempt] = {
    "booking_number_once": after_disabling("booking", lambda own, other: copy("booking", own.booking)),
    "booking_key_once": after_disabling(
        "booking", lambda own, other: copy("booking", own.booking, number=99, key=row("booking", own.booking)["key"])
    ),
    "booking_member_matches": after_disabling(
        "booking", lambda own, other: copy("booking", own.booking, number=99, made_by_id=other.member("finance"))
    ),
    "booking_has_rows": lambda own, other: copy("booking", own.booking),
    "booking_append_only:booking_append_only": lambda own, other: update("booking", own.booking, total="1.00"),
    "booking_no_truncate:booking_no_truncate": truncate("booking"),
    "actual_row_number_once": after_disabling("actual", lambda own, other: copy("actual", own.march_actual)),
    "actual_booking_matches": after_disabling(
        "actual",
        lambda own, other: copy(
            "actual", own.outside_actual, row_number=9, organisation_id=other.world.organisation.pk
        ),
    ),
    "actual_line_matches": lambda own, other: _book(own, line_id=other.line),
    "actual_corrects_matches": lambda own, other: _book(own, corrects_id=other.march_actual),
    "actual_not_zero": lambda own, other: _book(own, amount="0.00"),
    "actual_month_is_first_day": lambda own, other: _book(own, month=date(2024, 3, 2)),
    "actual_date_in_month": lambda own, other: _book(own, booked_on=date(2024, 4, 1)),
    "actual_concerns_an_earlier_month": lambda own, other: _book(own, concerns_month=date(2024, 1, 1)),
    "actual_append_only:actual_append_only": lambda own, other: update("actual", own.march_actual, amount="1.00"),
    "actual_no_truncate:actual_no_truncate": truncate("actual"),
    "actual_fits:month_is_closed": lambda own, other: _book(own, month=date(2024, 2, 1)),
    "actual_fits:booking_is_sealed": lambda own, other: copy("actual", own.march_actual, row_number=9),
    "actual_fits:actual_fits_line": lambda own, other: _book(own, cost_centre_code="9999"),
    "actual_fits:correction_in_first_open_month": lambda own, other: _book(own, corrects_id=own.january_actual),
}

MONTHS: dict[str, Attempt] = {
    "month_state_once": after_disabling("monthstate", lambda own, other: copy("monthstate", own.february)),
    "month_member_matches": lambda own, other: month(own, date(2024, 3, 1), "closed", by=other.member("finance")),
    "month_is_first_day": lambda own, other: month(own, date(2024, 3, 2), "closed"),
    "reopening_has_reason": _close_march_then("open"),
    "month_state_no_delete:month_state_no_delete": lambda own, other: delete("monthstate", own.february),
    "month_state_no_truncate:month_state_no_truncate": truncate("monthstate"),
    "month_changes_in_order:month_step": lambda own, other: update(
        "monthstate", own.january, state="open", reason="Murto"
    ),
    "month_changes_in_order:months_close_in_order": lambda own, other: month(own, date(2024, 4, 1), "closed"),
    "month_changes_in_order:month_before_the_first": lambda own, other: month(own, date(2023, 12, 1), "closed"),
    "month_changes_in_order:months_reopen_in_order": _close_march_then("open", "february"),
    "month_changes_in_order:months_lock_in_order": _close_march_then("locked"),
    "month_changes_in_order:month_identity_stays": lambda own, other: update(
        "monthstate", own.february, month=date(2024, 5, 1)
    ),
    "month_changes_in_order:month_has_drawdown": lambda own, other: update(
        "monthstate", own.february, state="open", reason="Murto"
    ),
}

NOTES: dict[str, Attempt] = {
    "comment_line_matches": lambda own, other: copy("comment", own.comment, line_id=other.line),
    "comment_member_matches": lambda own, other: copy("comment", own.comment, written_by_id=other.member("lead")),
    "comment_month_is_first_day": lambda own, other: copy("comment", own.comment, month=date(2024, 1, 2)),
    "comment_append_only:comment_append_only": lambda own, other: update("comment", own.comment, text="Muu"),
    "comment_no_truncate:comment_no_truncate": truncate("comment"),
    "judgement_line_matches": lambda own, other: copy("judgement", own.judgement, line_id=other.line),
    "judgement_member_matches": lambda own, other: copy("judgement", own.judgement, judged_by_id=other.member("admin")),
    "judgement_has_grounds": lambda own, other: copy("judgement", own.judgement, grounds=""),
    "judgement_append_only:judgement_append_only": lambda own, other: delete("judgement", own.judgement),
    "judgement_no_truncate:judgement_no_truncate": truncate("judgement"),
    "interface_no_truncate:interface_no_truncate": truncate("interface"),
    "interface_line_matches": lambda own, other: update("interface", own.interface, line_id=other.line),
    "interface_has_both_ends": lambda own, other: update("interface", own.interface, theme=""),
}
