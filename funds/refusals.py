"""Plain words for what the database refuses in this app."""

from django.utils.translation import gettext_lazy as _

from fundtrack.actions import explain

explain(
    {
        "month_is_closed": _("The month is closed. Nothing was saved; book a correction in the first open month."),
        "booking_is_sealed": _("The booking is finished and takes no more rows."),
        "actual_fits_line": _("The cost centre and the project code do not lead to a line of a plan in force."),
        "actual_date_in_month": _("The date is not in the booking month."),
        "correction_in_first_open_month": _("A correction of a closed month is booked in the first open month."),
        "plan_within_ceiling": _("The lines would exceed the ceiling. Nothing was saved."),
        "plan_needs_lines": _("A plan without lines cannot come into force."),
        "plan_in_force_amended_only": _("A plan in force is changed by amendments only."),
        "plan_in_force_stays": _("A plan in force is never deleted."),
        "line_in_force_stays": _("Lines of a plan in force keep their target, code and amount; record an amendment."),
        "target_in_force_stays": _("Targets of a plan in force keep their cost centre and are never deleted."),
        "line_amount_by_amendment": _("A line added to a plan in force gets its money by an amendment."),
        "line_amount_not_negative": _("An amount cannot be negative."),
        "project_code_once_a_year": _("Another line of the year has this project code."),
        "target_name_once": _("The plan has a target of this name already."),
        "one_plan_a_year": _("The fund has a use plan for this year already."),
        "fund_slug_once": _("Another fund has this address."),
        "amendment_above_drawn": _("No amendment may take a line below zero or below what has been drawn."),
        "amendment_needs_plan_in_force": _("Only a plan in force is amended."),
        "amendment_in_plan_year": _("An amendment takes effect in its plan's year."),
        "amendment_fits_kind": _("The rows of a transfer sum to zero, and new money is positive."),
        "fund_balance_not_negative": _("The fund's balance does not suffice."),
        "fund_entry_sign": _("The sign of the amount does not fit the kind of entry."),
        "fund_deficit_needs_decision": _("Deficit cover needs a decision."),
        "fund_opens_once": _("The fund has an opening balance already."),
        "months_close_in_order": _("Months close in order: an earlier month is still open."),
        "month_before_the_first": _("There is nothing to close before the first plan in force."),
        "month_step": _("The month is not in the right state for this."),
        "months_reopen_in_order": _("A later month is closed: months reopen in reverse order."),
        "month_has_drawdown": _("The month's drawdown stands: withdraw it first."),
        "months_lock_in_order": _("An earlier month is not locked."),
        "reopening_has_reason": _("Say why the month is reopened."),
        "approver_is_not_preparer": _("The approver must be another person than the preparer."),
        "drawdown_step": _("The drawdown is not in the right state for this."),
        "drawdown_from_the_ledger": _("The actuals changed while the drawdown was prepared. Prepare it again."),
        "drawdown_needs_closed_month": _("Close the month before its drawdown is prepared."),
        "drawdowns_in_order": _("Another drawdown of this plan is waiting or covers this month already."),
        "drawdown_booked_in_next_month": _("The booking date does not follow the fund's rule."),
        "one_drawdown_a_month": _("This month has a drawdown already."),
        "cost_centre_one_name_a_day": _("Another name is valid on the same days."),
        "cost_centre_code_stays": _("The code of a cost centre never changes."),
        "cost_centre_code_once": _("This cost centre exists already."),
    }
)
