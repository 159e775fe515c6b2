"""The fund, its entries, and the cost centres that its plans name."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import BigIntegerRangeField, DateRangeField, RangeBoundary, RangeOperators
from django.db import models
from django.db.models import F, Func, Q
from django.utils.translation import gettext_lazy as _

from fundtrack.constraints import MatchesParent
from fundtrack.history import tracked
from fundtrack.money import MoneyField
from fundtrack.triggers import append_only, keeps_identity, no_delete, no_truncate
from meetings.models import Body
from organisations.models import Membership, Organisation

from ..triggers import centres as centre_triggers
from ..triggers import entries as entry_triggers


class DateRange(Func):
    """``daterange(starts_on, ends_on, '[]')``: both ends inclusive, an open end is endless."""

    function = "DATERANGE"
    output_field = DateRangeField()


class OnlyThis(Func):
    """``int8range(id, id, '[]')``: equality of a key as an overlap, which a plain GiST index can hold."""

    function = "INT8RANGE"
    output_field = BigIntegerRangeField()


@tracked()
class CostCentre(models.Model):
    """Where cost is booked. The code is text (``2918300002``): leading zeros count."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="cost_centres")
    code = models.CharField(_("code"), max_length=30)

    class Meta:
        ordering = ["code"]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "code"],
                name="cost_centre_code_once",
                violation_error_message=_("This cost centre exists already."),
            ),
            models.UniqueConstraint(fields=["id", "organisation"], name="cost_centre_parent_key"),
            models.CheckConstraint(condition=~Q(code=""), name="cost_centre_has_code"),
        ]
        triggers = [keeps_identity("cost_centre"), *centre_triggers.TRIGGERS]

    def __str__(self) -> str:
        return self.code


@tracked()
class CostCentreName(models.Model):
    """A name or alias of a cost centre, valid in time. Two names of one kind never overlap; aliases may."""

    class Kind(models.TextChoices):
        NAME = "name", _("Name")
        ALIAS = "alias", _("Alias")

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    cost_centre = models.ForeignKey(CostCentre, on_delete=models.CASCADE, related_name="names")
    kind = models.CharField(_("kind"), max_length=5, choices=Kind.choices, default=Kind.NAME)
    name = models.CharField(_("name"), max_length=200)
    #: First day of validity, inclusive.
    starts_on = models.DateField(_("valid from"))
    #: Last day of validity, inclusive; empty while it goes on.
    ends_on = models.DateField(_("valid to"), null=True, blank=True)

    class Meta:
        ordering = ["cost_centre", "kind", "-starts_on"]
        constraints = [
            MatchesParent(field="cost_centre", name="cost_centre_name_matches"),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                name="cost_centre_name_ends_after_start",
                violation_error_message=_("The last day is before the first."),
            ),
            ExclusionConstraint(
                name="cost_centre_one_name_a_day",
                expressions=[
                    (
                        OnlyThis(
                            "cost_centre",
                            "cost_centre",
                            RangeBoundary(inclusive_lower=True, inclusive_upper=True),
                        ),
                        RangeOperators.OVERLAPS,
                    ),
                    (
                        DateRange("starts_on", "ends_on", RangeBoundary(inclusive_lower=True, inclusive_upper=True)),
                        RangeOperators.OVERLAPS,
                    ),
                ],
                condition=Q(kind="name"),
                violation_error_message=_("Another name is valid on the same days."),
            ),
        ]
        triggers = [no_truncate("cost_centre_name"), keeps_identity("cost_centre_name")]

    def __str__(self) -> str:
        return self.name


@tracked()
class LeadScope(models.Model):
    """A cost centre whose lines a project lead sees and comments on."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    membership = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="lead_scopes")
    cost_centre = models.ForeignKey(CostCentre, on_delete=models.CASCADE, related_name="lead_scopes")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["membership", "cost_centre"], name="lead_scope_once"),
            MatchesParent(field="membership", name="lead_scope_member_matches"),
            MatchesParent(field="cost_centre", name="lead_scope_centre_matches"),
        ]
        triggers = [no_truncate("lead_scope"), keeps_identity("lead_scope")]


@tracked()
class Fund(models.Model):
    """Money set aside under its own rules. Its balance on a date is the sum of its entries up to that date."""

    class DecemberRule(models.TextChoices):
        SAME_YEAR = "same-year", _("31 December of the same year")
        FOLLOWING = "following", _("January of the following year")

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="funds")
    slug = models.SlugField(_("address"), max_length=50)
    name = models.CharField(_("name"), max_length=200)
    body = models.ForeignKey(
        Body,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="funds",
        verbose_name=_("governing body"),
    )
    rules = models.TextField(_("rules"), blank=True)
    debit_account = models.CharField(_("debit account"), max_length=30, blank=True)
    credit_account = models.CharField(_("credit account"), max_length=30, blank=True)
    december_rule = models.CharField(
        _("December is drawn down on"),
        max_length=10,
        choices=DecemberRule.choices,
        default=DecemberRule.SAME_YEAR,
    )

    class Meta:
        ordering = ["name", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "slug"],
                name="fund_slug_once",
                violation_error_message=_("Another fund has this address."),
            ),
            models.UniqueConstraint(fields=["id", "organisation"], name="fund_parent_key"),
            MatchesParent(field="body", name="fund_body_matches"),
        ]
        triggers = [*no_delete("fund"), keeps_identity("fund")]

    def __str__(self) -> str:
        return self.name


class FundEntryQuerySet(models.QuerySet["FundEntry"]):
    def up_to(self, day: object) -> "FundEntryQuerySet":
        """Entries dated on or before ``day``."""
        return self.filter(entry_on__lte=day)


@tracked()
class FundEntry(models.Model):
    """One dated movement of a fund, in EUR; money out is negative. Append-only and chained by digest.

    ``number``, ``previous_digest`` and ``digest`` are set by the database (``funds/triggers/entries.py``).
    """

    class Kind(models.TextChoices):
        OPENING = "opening", _("Opening balance")
        TRANSFER_IN = "transfer_in", _("Transfer in")
        RETURN = "return", _("Return")
        DRAWDOWN = "drawdown", _("Drawdown")
        DEFICIT_COVER = "deficit_cover", _("Deficit cover")

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    fund = models.ForeignKey(Fund, on_delete=models.PROTECT, related_name="entries")
    number = models.PositiveIntegerField(default=0)
    entry_on = models.DateField(_("date"))
    kind = models.CharField(_("kind"), max_length=13, choices=Kind.choices)
    amount = MoneyField(_("amount"))
    drawdown = models.OneToOneField(
        "funds.Drawdown", on_delete=models.PROTECT, null=True, blank=True, related_name="entry"
    )
    decision_reference = models.CharField(_("decision"), max_length=200, blank=True)
    description = models.CharField(_("description"), max_length=500, blank=True)
    #: Made by the sender; the same key books once.
    key = models.UUIDField()
    entered_by = models.ForeignKey(Membership, on_delete=models.PROTECT, null=True, related_name="+")
    entered_at = models.DateTimeField()
    previous_digest = models.CharField(max_length=64, default="")
    digest = models.CharField(max_length=64, default="")

    objects = FundEntryQuerySet.as_manager()

    class Meta:
        ordering = ["entry_on", "number"]
        constraints = [
            models.UniqueConstraint(fields=["fund", "number"], name="fund_entry_number_once"),
            models.UniqueConstraint(fields=["organisation", "key"], name="fund_entry_key_once"),
            models.UniqueConstraint(fields=["fund"], condition=Q(kind="opening"), name="fund_opens_once"),
            MatchesParent(field="fund", name="fund_entry_fund_matches"),
            MatchesParent(field="drawdown", name="fund_entry_drawdown_matches"),
            MatchesParent(field="entered_by", name="fund_entry_member_matches"),
            models.CheckConstraint(
                condition=(
                    Q(kind="opening", amount__gte=0)
                    | Q(kind__in=["transfer_in", "return"], amount__gt=0)
                    | Q(kind="deficit_cover", amount__lt=0)
                    | (Q(kind="drawdown") & ~Q(amount=0))
                ),
                name="fund_entry_sign",
                violation_error_message=_("The sign of the amount does not fit the kind of entry."),
            ),
            models.CheckConstraint(
                condition=~Q(kind="deficit_cover") | ~Q(decision_reference=""),
                name="fund_deficit_needs_decision",
                violation_error_message=_("Deficit cover needs a decision."),
            ),
            models.CheckConstraint(
                condition=Q(kind="drawdown", drawdown__isnull=False) | (~Q(kind="drawdown") & Q(drawdown__isnull=True)),
                name="fund_entry_drawdown_paired",
            ),
        ]
        triggers = [*append_only("fund_entry"), *entry_triggers.TRIGGERS]
