"""The use plan of one year: targets, budget lines, decided amendments.

An amount is never stored twice: a target is the sum of its lines, a line on a date is its first amount plus the
decided amendments up to that date. While a plan is a draft its lines are edited freely; once it is active only an
amendment changes an amount, and codes and cost centres stay.
"""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from fundtrack import formats
from fundtrack.constraints import MatchesParent
from fundtrack.history import tracked
from fundtrack.money import ZERO, MoneyField
from fundtrack.triggers import append_only, keeps_identity
from organisations.models import Membership, Organisation

from ..triggers import plan as plan_triggers
from .fund import CostCentre, Fund


@tracked()
class UsePlan(models.Model):
    """A fund's plan for one year. The ceiling is a limit, not a budget."""

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        ACTIVE = "active", _("In force")

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="plans")
    fund = models.ForeignKey(Fund, on_delete=models.PROTECT, related_name="plans")
    year = models.PositiveSmallIntegerField(_("year"))
    #: EUR, as first decided; amendments may change it from their date on.
    ceiling = MoneyField(_("ceiling"))
    state = models.CharField(_("state"), max_length=6, choices=State.choices, default=State.DRAFT)
    activated_by = models.ForeignKey(Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    activated_at = models.DateTimeField(null=True, blank=True)
    #: Grows with every save of the layout, so that two editors notice each other.
    version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ["-year", "fund"]
        constraints = [
            models.UniqueConstraint(
                fields=["fund", "year"],
                name="one_plan_a_year",
                violation_error_message=_("The fund has a use plan for this year already."),
            ),
            models.UniqueConstraint(fields=["id", "organisation"], name="plan_parent_key"),
            models.UniqueConstraint(fields=["id", "organisation", "year"], name="plan_parent_key_year"),
            MatchesParent(field="fund", name="plan_fund_matches"),
            MatchesParent(field="activated_by", name="plan_activator_matches"),
            models.CheckConstraint(condition=Q(ceiling__gte=0), name="plan_ceiling_not_negative"),
            models.CheckConstraint(condition=Q(year__gte=1900, year__lte=2199), name="plan_year_sensible"),
            models.CheckConstraint(
                condition=Q(state="draft", activated_by__isnull=True, activated_at__isnull=True)
                | Q(state="active", activated_at__isnull=False),
                name="plan_activation_paired",
            ),
        ]
        triggers = [keeps_identity("plan"), *plan_triggers.PLAN_TRIGGERS]

    def __str__(self) -> str:
        return f"{self.fund} {self.year}"

    @property
    def is_active(self) -> bool:
        return self.state == self.State.ACTIVE


@tracked()
class Target(models.Model):
    """A development target: what the plan pays for. Its amount is the sum of its lines."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    plan = models.ForeignKey(UsePlan, on_delete=models.CASCADE, related_name="targets")
    cost_centre = models.ForeignKey(
        CostCentre, on_delete=models.PROTECT, related_name="targets", verbose_name=_("cost centre")
    )
    name = models.CharField(_("name"), max_length=200)
    #: What will be done (rule R7), for all lines that do not say it themselves.
    use_plan = models.TextField(_("detailed use plan"), blank=True)
    responsible = models.ForeignKey(
        Membership,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("responsible person"),
    )
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["plan", "position", "id"]
        constraints = [
            models.UniqueConstraint(fields=["id", "organisation", "plan"], name="target_parent_key"),
            models.UniqueConstraint(
                fields=["plan", "name"],
                name="target_name_once",
                deferrable=models.Deferrable.DEFERRED,
                violation_error_message=_("The plan has a target of this name already."),
            ),
            MatchesParent(field="plan", name="target_plan_matches"),
            MatchesParent(field="cost_centre", name="target_centre_matches"),
            MatchesParent(field="responsible", name="target_responsible_matches"),
            models.CheckConstraint(condition=~Q(name=""), name="target_has_name"),
        ]
        triggers = [keeps_identity("target"), *plan_triggers.TARGET_TRIGGERS]

    def __str__(self) -> str:
        return self.name


@tracked()
class BudgetLine(models.Model):
    """A named part of a target with its own amount and project code.

    The pair (cost centre of the target, project code) finds the line in the ledger (rule R1).
    """

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="lines")
    plan = models.ForeignKey(UsePlan, on_delete=models.CASCADE, related_name="lines")
    year = models.PositiveSmallIntegerField()
    target = models.ForeignKey(Target, on_delete=models.CASCADE, related_name="lines")
    name = models.CharField(_("name"), max_length=200)
    project_code = models.CharField(_("project code"), max_length=30)
    #: EUR, as first decided.
    first_amount = MoneyField(_("amount"))
    use_plan = models.TextField(_("detailed use plan"), blank=True)
    responsible = models.ForeignKey(
        Membership,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("responsible person"),
    )
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["target__position", "target", "position", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "year", "project_code"],
                name="project_code_once_a_year",
                # At commit, so that two lines of a draft can swap their codes.
                deferrable=models.Deferrable.DEFERRED,
                violation_error_message=_("Another line of the year has this project code."),
            ),
            models.UniqueConstraint(fields=["id", "organisation"], name="line_parent_key"),
            models.UniqueConstraint(fields=["id", "organisation", "plan"], name="line_parent_key_plan"),
            MatchesParent(field="plan", shared=("organisation", "year"), name="line_plan_matches"),
            MatchesParent(field="target", shared=("organisation", "plan"), name="line_target_matches"),
            MatchesParent(field="responsible", name="line_responsible_matches"),
            models.CheckConstraint(
                condition=Q(first_amount__gte=0),
                name="line_amount_not_negative",
                violation_error_message=_("An amount cannot be negative."),
            ),
            models.CheckConstraint(condition=~Q(name="") & ~Q(project_code=""), name="line_has_name_and_code"),
        ]
        triggers = [keeps_identity("line"), *plan_triggers.LINE_TRIGGERS]

    def __str__(self) -> str:
        return f"{self.project_code} {self.name}"


@tracked()
class Amendment(models.Model):
    """A dated, decided change of amounts. Append-only; ``number`` is set by the database, per plan."""

    class Kind(models.TextChoices):
        TRANSFER = "transfer", _("Transfer between lines")
        NEW_MONEY = "new_money", _("New money")
        GIVEN_BACK = "given_back", _("Money given back")
        CEILING = "ceiling", _("Ceiling only")

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    plan = models.ForeignKey(UsePlan, on_delete=models.PROTECT, related_name="amendments")
    number = models.PositiveIntegerField(default=0)
    effective_on = models.DateField(_("effective from"))
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices)
    #: EUR, added to the plan's ceiling from ``effective_on`` on.
    ceiling_change = MoneyField(_("change of the ceiling"), default=ZERO)
    reason = models.TextField(_("reason"))
    decision_reference = models.CharField(_("decision"), max_length=200, blank=True)
    #: Made by the sender; the same key is recorded once.
    key = models.UUIDField()
    recorded_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()

    class Meta:
        ordering = ["plan", "effective_on", "number"]
        constraints = [
            models.UniqueConstraint(fields=["plan", "number"], name="amendment_number_once"),
            models.UniqueConstraint(fields=["organisation", "key"], name="amendment_key_once"),
            models.UniqueConstraint(fields=["id", "organisation", "plan"], name="amendment_parent_key"),
            MatchesParent(field="plan", name="amendment_plan_matches"),
            MatchesParent(field="recorded_by", name="amendment_member_matches"),
            models.CheckConstraint(condition=~Q(reason=""), name="amendment_has_reason"),
            models.CheckConstraint(
                condition=~Q(kind="transfer") | Q(ceiling_change=0), name="transfer_keeps_the_ceiling"
            ),
            models.CheckConstraint(
                condition=~Q(kind="ceiling") | ~Q(ceiling_change=0), name="ceiling_amendment_changes_it"
            ),
        ]
        triggers = [*append_only("amendment"), *plan_triggers.AMENDMENT_TRIGGERS]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {formats.day(self.effective_on)}"


@tracked()
class AmendmentRow(models.Model):
    """One line's change in an amendment, in EUR, never zero."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    plan = models.ForeignKey(UsePlan, on_delete=models.PROTECT, related_name="+")
    amendment = models.ForeignKey(Amendment, on_delete=models.PROTECT, related_name="rows")
    line = models.ForeignKey(BudgetLine, on_delete=models.PROTECT, related_name="amendment_rows")
    amount = MoneyField(_("change"))

    class Meta:
        ordering = ["amendment", "line"]
        constraints = [
            models.UniqueConstraint(fields=["amendment", "line"], name="amendment_line_once"),
            MatchesParent(field="amendment", shared=("organisation", "plan"), name="amendment_row_amendment_matches"),
            MatchesParent(field="line", shared=("organisation", "plan"), name="amendment_row_line_matches"),
            models.CheckConstraint(condition=~Q(amount=0), name="amendment_row_not_zero"),
        ]
        triggers = [*append_only("amendment_row"), *plan_triggers.AMENDMENT_ROW_TRIGGERS]
