"""The drawdown document: what a fund pays to cost centres for one month's actuals.

    covered(l, m)   = min(max(Σ actuals of l up to and including m, 0), amount of l at the end of m)
    drawdown(l, m)  = covered(l, m) − Σ earlier drawdowns of l            (may be negative: the fund is repaid)
    uncovered(l, m) = max(Σ actuals of l up to and including m − amount of l, 0)

The three formulas are check constraints of the rows; the facts that they start from are checked against the ledger
by a trigger when the document is made (``funds/triggers/drawdowns.py``).
"""

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Greatest, Least, TruncMonth
from django.utils.translation import gettext_lazy as _

from fundtrack import formats
from fundtrack.constraints import MatchesParent
from fundtrack.history import tracked
from fundtrack.money import ZERO, MoneyField
from fundtrack.triggers import append_only, keeps_identity, no_delete
from organisations.models import Membership, Organisation

from ..triggers import drawdowns as drawdown_triggers
from .plan import BudgetLine, UsePlan


class DrawdownQuerySet(models.QuerySet["Drawdown"]):
    def standing(self) -> "DrawdownQuerySet":
        """Documents that count: all but the withdrawn."""
        return self.exclude(state="withdrawn")


@tracked()
class Drawdown(models.Model):
    """One plan, one month: proposed → approved by another person → posted; or withdrawn before posting.

    Rows are inserted first, the document last (as with ``Booking``): ``total`` is computed by the database.
    """

    class State(models.TextChoices):
        PROPOSED = "proposed", _("Proposed")
        APPROVED = "approved", _("Approved")
        POSTED = "posted", _("Posted")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="drawdowns")
    plan = models.ForeignKey(UsePlan, on_delete=models.PROTECT, related_name="drawdowns")
    #: First day of the month whose actuals are drawn.
    month = models.DateField(_("month"))
    state = models.CharField(_("state"), max_length=9, choices=State.choices, default=State.PROPOSED)
    #: Voucher number, per organisation and year of booking without gaps; given at posting.
    number = models.PositiveIntegerField(_("voucher number"), null=True, blank=True)
    #: The day on which the fund is drawn.
    booking_on = models.DateField(_("booking date"))
    #: EUR; negative when the fund is repaid.
    total = MoneyField(_("total"), default=ZERO)
    prepared_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    prepared_at = models.DateTimeField()
    approved_by = models.ForeignKey(Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    approved_at = models.DateTimeField(null=True, blank=True)
    posted_by = models.ForeignKey(Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    posted_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by = models.ForeignKey(Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawal_reason = models.TextField(_("reason of withdrawal"), blank=True)

    objects = DrawdownQuerySet.as_manager()

    class Meta:
        ordering = ["plan", "month", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["plan", "month"], condition=~Q(state="withdrawn"), name="one_drawdown_a_month"
            ),
            models.UniqueConstraint(fields=["id", "organisation"], name="drawdown_parent_key"),
            models.UniqueConstraint(fields=["id", "organisation", "plan"], name="drawdown_parent_key_plan"),
            MatchesParent(field="plan", name="drawdown_plan_matches"),
            MatchesParent(field="prepared_by", name="drawdown_preparer_matches"),
            MatchesParent(field="approved_by", name="drawdown_approver_matches"),
            MatchesParent(field="posted_by", name="drawdown_poster_matches"),
            MatchesParent(field="withdrawn_by", name="drawdown_withdrawer_matches"),
            models.CheckConstraint(condition=Q(month=TruncMonth("month")), name="drawdown_month_is_first_day"),
            models.CheckConstraint(condition=Q(booking_on__gt=F("month")), name="drawdown_booked_after_month_begins"),
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True) | ~Q(approved_by=F("prepared_by")),
                name="approver_is_not_preparer",
                violation_error_message=_("The approver must be another person than the preparer."),
            ),
            models.CheckConstraint(
                condition=(
                    Q(approved_by__isnull=True, approved_at__isnull=True)
                    | Q(approved_by__isnull=False, approved_at__isnull=False)
                )
                & (
                    Q(posted_by__isnull=True, posted_at__isnull=True, number__isnull=True)
                    | Q(posted_by__isnull=False, posted_at__isnull=False, number__isnull=False)
                )
                & (
                    Q(withdrawn_by__isnull=True, withdrawn_at__isnull=True, withdrawal_reason="")
                    | (Q(withdrawn_by__isnull=False, withdrawn_at__isnull=False) & ~Q(withdrawal_reason=""))
                ),
                name="drawdown_steps_paired",
            ),
            models.CheckConstraint(
                condition=Q(
                    state="proposed", approved_by__isnull=True, posted_by__isnull=True, withdrawn_by__isnull=True
                )
                | Q(
                    state="approved",
                    approved_by__isnull=False,
                    posted_by__isnull=True,
                    withdrawn_by__isnull=True,
                )
                | Q(
                    state="posted",
                    approved_by__isnull=False,
                    posted_by__isnull=False,
                    withdrawn_by__isnull=True,
                )
                | Q(state="withdrawn", posted_by__isnull=True, withdrawn_by__isnull=False),
                name="drawdown_state_fits_steps",
            ),
        ]
        triggers = [*no_delete("drawdown"), keeps_identity("drawdown"), *drawdown_triggers.DRAWDOWN_TRIGGERS]

    def __str__(self) -> str:
        return formats.month_short(self.month)


class DrawdownRow(models.Model):
    """One line of a drawdown document; all amounts in EUR. Append-only, complete when the document is made."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    plan = models.ForeignKey(UsePlan, on_delete=models.PROTECT, related_name="+")
    drawdown = models.ForeignKey(Drawdown, on_delete=models.PROTECT, related_name="rows")
    line = models.ForeignKey(BudgetLine, on_delete=models.PROTECT, related_name="drawdown_rows")
    #: Amount of the line at the end of the month.
    amount = MoneyField()
    #: Σ actuals of the line up to and including the month.
    actual_cumulative = MoneyField()
    #: Σ earlier drawdowns of the line.
    drawn_before = MoneyField()
    covered = MoneyField()
    drawdown_amount = MoneyField()
    uncovered = MoneyField()

    class Meta:
        ordering = ["drawdown", "line"]
        constraints = [
            models.UniqueConstraint(fields=["drawdown", "line"], name="drawdown_line_once"),
            MatchesParent(field="drawdown", shared=("organisation", "plan"), name="drawdown_row_document_matches"),
            MatchesParent(field="line", shared=("organisation", "plan"), name="drawdown_row_line_matches"),
            models.CheckConstraint(
                condition=Q(covered=Least(Greatest(F("actual_cumulative"), ZERO), F("amount"))),
                name="drawdown_row_covered",
            ),
            models.CheckConstraint(
                condition=Q(drawdown_amount=F("covered") - F("drawn_before")), name="drawdown_row_amount"
            ),
            models.CheckConstraint(
                condition=Q(uncovered=Greatest(F("actual_cumulative") - F("amount"), ZERO)),
                name="drawdown_row_uncovered",
            ),
        ]
        triggers = [*append_only("drawdown_row"), *drawdown_triggers.ROW_TRIGGERS]
