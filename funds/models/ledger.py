"""The ledger of actuals: bookings, their rows, and the state of months.

Every change of a figure is a new row. Rows come in bookings: one booking per action of a person (a cell saved in the
grid, a block pasted, a form sent, a file imported). A booking is sealed when it is written: the database counts and
sums its rows, takes their digest and chains it to the booking before it. ``check_ledger`` recomputes all of it.
"""

from decimal import Decimal
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Case, Exists, F, Func, OuterRef, Q, When
from django.db.models.functions import TruncMonth
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from fundtrack.constraints import MatchesParent
from fundtrack.history import tracked
from fundtrack.money import ZERO, MoneyField
from fundtrack.triggers import append_only, no_delete
from organisations.models import Membership, Organisation

from ..triggers import imports as import_triggers
from ..triggers import ledger as ledger_triggers
from ..triggers import months as month_triggers
from .plan import BudgetLine

if TYPE_CHECKING:
    from .imports import ImportBatch


@tracked()
class Booking(models.Model):
    """Rows booked by one action of one person. Sealed by the database when it is written.

    Rows are inserted first (their foreign key is checked at commit), the booking last; ``number``, ``row_count``,
    ``total`` and the digests are computed by the database and cannot be chosen.
    """

    class Source(models.TextChoices):
        GRID = "grid", _("Monthly grid")
        PASTE = "paste", _("Pasted block")
        FORM = "form", _("Booking form")
        SETTLEMENT = "settlement", _("Settlement of rows outside the plan")
        COMMAND = "command", _("Command line")
        IMPORT = "import", _("Imported file")
        #: Of demonstrations that were loaded before their actuals came by imports.
        DEMONSTRATION = "demonstration", _("Demonstration data")

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="bookings")
    number = models.PositiveIntegerField(default=0)
    source = models.CharField(_("source"), max_length=13, choices=Source.choices)
    description = models.CharField(_("description"), max_length=500, blank=True)
    #: Made by the sender; the same key books once.
    key = models.UUIDField()
    made_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="bookings")
    made_at = models.DateTimeField()
    row_count = models.PositiveIntegerField(default=0)
    total = MoneyField(default=ZERO)
    previous_digest = models.CharField(max_length=64, default="")
    digest = models.CharField(max_length=64, default="")

    class Meta:
        ordering = ["organisation", "number"]
        constraints = [
            models.UniqueConstraint(fields=["organisation", "number"], name="booking_number_once"),
            models.UniqueConstraint(fields=["organisation", "key"], name="booking_key_once"),
            models.UniqueConstraint(fields=["id", "organisation"], name="booking_parent_key"),
            MatchesParent(field="made_by", name="booking_member_matches"),
            models.CheckConstraint(condition=Q(row_count__gt=0), name="booking_has_rows"),
        ]
        triggers = [*append_only("booking"), *ledger_triggers.BOOKING_TRIGGERS, *import_triggers.BOOKING_TRIGGERS]

    def __str__(self) -> str:
        return gettext("Booking %(number)s") % {"number": self.number}

    @property
    def batch(self) -> "ImportBatch | None":
        """The import that booked the rows, or was undone by them; None for other bookings."""
        found: ImportBatch | None = getattr(self, "import_batch", None) or getattr(self, "undone_batch", None)
        return found


class Standing(Func):
    """Σ of a row outside the plan and of everything that corrected it there, EUR."""

    template = """(
        WITH RECURSIVE chain AS (
            SELECT a.id, a.amount FROM funds_actual a WHERE a.id = %(expressions)s
            UNION ALL
            SELECT a.id, a.amount FROM chain c JOIN funds_actual a ON a.corrects_id = c.id AND a.line_id IS NULL
        ) SELECT sum(amount) FROM chain)"""
    output_field = MoneyField()


class ActualQuerySet(models.QuerySet["Actual"]):
    def outside_plan(self) -> "ActualQuerySet":
        """Rows whose cost centre and project code found no budget line."""
        return self.filter(line__isnull=True)

    def unsettled(self) -> "ActualQuerySet":
        """Rows outside the plan that wait for a person, with ``standing``: what is left of each there, EUR.

        What an import corrected still waits, with what it has become; what was settled or reversed does not.
        """
        corrected = Exists(self.model.objects.filter(corrects=OuterRef("pk")))
        standing = Case(When(~corrected, then=F("amount")), default=Standing("pk"))
        return self.outside_plan().filter(corrects__isnull=True).annotate(standing=standing).exclude(standing=ZERO)


class Actual(models.Model):
    """One booked cost row, in EUR; a credit is negative. Append-only.

    ``line`` is empty for a row outside the plan. A row that corrects another says which; when the corrected month
    is closed it stands in the first open month and says which month it concerns. So does a row of an imported file
    whose month has closed.
    """

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="actuals")
    booking = models.ForeignKey(Booking, on_delete=models.PROTECT, related_name="rows")
    #: Order within the booking, from 1.
    row_number = models.PositiveIntegerField()
    #: First day of the booking month.
    month = models.DateField(_("month"))
    #: Date of the voucher, in the booking month or in the month that the row concerns; empty when not known.
    booked_on = models.DateField(_("date"), null=True, blank=True)
    line = models.ForeignKey(BudgetLine, on_delete=models.PROTECT, null=True, blank=True, related_name="actuals")
    cost_centre_code = models.CharField(_("cost centre"), max_length=30)
    project_code = models.CharField(_("project code"), max_length=30, blank=True)
    amount = MoneyField(_("amount"))
    account = models.CharField(_("account"), max_length=30, blank=True)
    voucher = models.CharField(_("voucher"), max_length=50, blank=True)
    description = models.CharField(_("description"), max_length=500, blank=True)
    supplier = models.CharField(_("supplier"), max_length=200, blank=True)
    corrects = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="corrections")
    #: First day of the closed month that a late row concerns.
    concerns_month = models.DateField(_("concerns month"), null=True, blank=True)
    #: The row of a file that this row was booked from.
    import_row = models.ForeignKey(
        "funds.ImportRow",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="actuals",
        db_constraint=False,
        db_index=False,
    )
    digest = models.CharField(max_length=64, default="")

    objects = ActualQuerySet.as_manager()

    class Meta:
        ordering = ["month", "booking", "row_number"]
        indexes = [
            models.Index(fields=["line", "month"], include=["amount", "booking"], name="actual_by_line_and_month"),
            models.Index(fields=["organisation", "month"], condition=Q(line__isnull=True), name="actual_outside_plan"),
            models.Index(fields=["organisation", "month"], name="actual_by_month"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["booking", "row_number"], name="actual_row_number_once"),
            models.UniqueConstraint(fields=["id", "organisation"], name="actual_parent_key"),
            MatchesParent(field="booking", name="actual_booking_matches"),
            MatchesParent(field="line", name="actual_line_matches"),
            MatchesParent(field="corrects", name="actual_corrects_matches"),
            # The composite key is the foreign key: one check per row instead of two.
            MatchesParent(field="import_row", name="actual_import_row_matches"),
            # A row of a file is booked once. Also the index that leads from the row to its actual.
            models.UniqueConstraint(
                fields=["import_row"], condition=Q(import_row__isnull=False), name="actual_import_row_once"
            ),
            models.CheckConstraint(condition=~Q(amount=0), name="actual_not_zero"),
            models.CheckConstraint(condition=Q(month=TruncMonth("month")), name="actual_month_is_first_day"),
            models.CheckConstraint(
                condition=Q(booked_on__isnull=True)
                | Q(month=TruncMonth("booked_on"))
                | Q(concerns_month__isnull=False, concerns_month=TruncMonth("booked_on")),
                name="actual_date_in_month",
                violation_error_message=_("The date is not in the booking month."),
            ),
            models.CheckConstraint(
                condition=Q(concerns_month__isnull=True)
                | Q(Q(corrects__isnull=False) | Q(import_row__isnull=False))
                & Q(concerns_month=TruncMonth("concerns_month"), concerns_month__lt=F("month")),
                name="actual_concerns_an_earlier_month",
            ),
        ]
        triggers = [*append_only("actual"), *ledger_triggers.ACTUAL_TRIGGERS]

    @property
    def left_outside(self) -> Decimal:
        """What is left outside the plan of a row from ``unsettled()``, EUR; of any other row ``KeyError``."""
        found: Decimal = self.__dict__["standing"]
        return found


@tracked()
class MonthState(models.Model):
    """State of one booking month of an organisation. A month without a row is open."""

    class State(models.TextChoices):
        OPEN = "open", _("Open")
        CLOSED = "closed", _("Closed")
        LOCKED = "locked", _("Locked")

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="month_states")
    #: First day of the month.
    month = models.DateField()
    state = models.CharField(_("state"), max_length=6, choices=State.choices)
    #: Why a closed month was reopened.
    reason = models.TextField(_("reason"), blank=True)
    changed_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    changed_at = models.DateTimeField()

    class Meta:
        ordering = ["organisation", "month"]
        constraints = [
            models.UniqueConstraint(fields=["organisation", "month"], name="month_state_once"),
            MatchesParent(field="changed_by", name="month_member_matches"),
            models.CheckConstraint(condition=Q(month=TruncMonth("month")), name="month_is_first_day"),
            models.CheckConstraint(
                condition=~Q(state="open") | ~Q(reason=""),
                name="reopening_has_reason",
                violation_error_message=_("Say why the month is reopened."),
            ),
        ]
        triggers = [*no_delete("month_state"), *month_triggers.TRIGGERS]
