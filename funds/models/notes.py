"""What people say about a line: comments for the board, judgements on rules R4–R6, links to other measures."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import TruncMonth
from django.utils.translation import gettext_lazy as _

from fundtrack.constraints import MatchesParent
from fundtrack.history import tracked
from fundtrack.triggers import append_only, keeps_identity, no_truncate
from organisations.models import Membership, Organisation

from .plan import BudgetLine


@tracked()
class Comment(models.Model):
    """A responsible person's words on a line and a month, for the board. The newest version counts."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    line = models.ForeignKey(BudgetLine, on_delete=models.PROTECT, related_name="comments")
    #: First day of the month.
    month = models.DateField()
    #: Empty when the comment was taken back.
    text = models.TextField(_("comment"), blank=True, max_length=2000)
    written_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField()

    class Meta:
        ordering = ["line", "month", "id"]
        indexes = [models.Index(fields=["line", "month", "-id"], name="comment_newest")]
        constraints = [
            MatchesParent(field="line", name="comment_line_matches"),
            MatchesParent(field="written_by", name="comment_member_matches"),
            models.CheckConstraint(condition=Q(month=TruncMonth("month")), name="comment_month_is_first_day"),
        ]
        triggers = append_only("comment")


@tracked()
class Judgement(models.Model):
    """Who judged that a line's measures fit rules R4–R6, when and on what grounds. The newest per rule counts."""

    class Rule(models.TextChoices):
        BASE_OPERATIONS = (
            "base_operations",
            _("Not base operations or upkeep that the ordinary budget covers"),
        )
        OTHER_FUNDING = "other_funding", _("EU co-financing or state grants cannot pay it")
        INTERFACE = "interface", _("Measures on the same theme from other sources are linked")

    class Verdict(models.TextChoices):
        FITS = "fits", _("Fits")
        DOES_NOT_FIT = "does_not_fit", _("Does not fit")

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    line = models.ForeignKey(BudgetLine, on_delete=models.PROTECT, related_name="judgements")
    rule = models.CharField(_("rule"), max_length=15, choices=Rule.choices)
    verdict = models.CharField(_("verdict"), max_length=12, choices=Verdict.choices)
    grounds = models.TextField(_("grounds"))
    judged_on = models.DateField(_("date"))
    judged_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()

    class Meta:
        ordering = ["line", "rule", "-id"]
        constraints = [
            MatchesParent(field="line", name="judgement_line_matches"),
            MatchesParent(field="judged_by", name="judgement_member_matches"),
            models.CheckConstraint(condition=~Q(grounds=""), name="judgement_has_grounds"),
        ]
        triggers = append_only("judgement")


@tracked()
class Interface(models.Model):
    """The link (yhdyspinta) between a line and a measure on the same theme that is paid from another source."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    line = models.ForeignKey(BudgetLine, on_delete=models.CASCADE, related_name="interfaces")
    theme = models.CharField(_("theme"), max_length=200)
    other_measure = models.CharField(_("other measure"), max_length=200)
    funding_source = models.CharField(_("source of its money"), max_length=200, blank=True)
    note = models.TextField(_("note"), blank=True)

    class Meta:
        ordering = ["line", "theme", "id"]
        constraints = [
            MatchesParent(field="line", name="interface_line_matches"),
            models.CheckConstraint(condition=~Q(theme="") & ~Q(other_measure=""), name="interface_has_both_ends"),
        ]
        triggers = [no_truncate("interface"), keeps_identity("interface")]
