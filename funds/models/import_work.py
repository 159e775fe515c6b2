"""Steps of long imports that a worker takes: what was asked, how far it is, how it ended.

What a step does stands in its batch and in the ledger, with their history. This is only the way there, and says why
nothing happened when a step was refused or its worker died.
"""

import json

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from fundtrack.constraints import MatchesParent
from fundtrack.sentences import told
from fundtrack.triggers import keeps_identity
from organisations.models import Membership, Organisation

from .imports import ImportBatch


class ImportWork(models.Model):
    """One step of one import, taken by a worker. A worker that dies leaves the state "running" without its lock."""

    class Step(models.TextChoices):
        LOOK = "look", _("The file is looked at")
        READ = "read", _("The file is read")
        MAP = "map", _("The file is read again with more rules")
        COMMIT = "commit", _("The import is committed")
        UNDO = "undo", _("The import is undone")

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        RUNNING = "running", _("Running")
        DONE = "done", _("Done")
        REFUSED = "refused", _("Refused")
        FAILED = "failed", _("Failed")

    class Phase(models.TextChoices):
        LOOKING = "looking", _("Looking at the whole file")
        READING = "reading", _("Reading the rows")
        COMPARING = "comparing", _("Comparing with the ledger")
        BOOKING = "booking", _("Writing to the ledger")

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    batch = models.ForeignKey(ImportBatch, on_delete=models.PROTECT, related_name="works")
    step = models.CharField(max_length=6, choices=Step.choices)
    #: What ``funds.actions.import_work.perform`` takes for this step.
    arguments = models.JSONField(default=dict)
    #: What the person sent, name → values, so that a refusal gives it back.
    form = models.JSONField(default=dict)
    asked_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    #: In which the refusal is said.
    language = models.CharField(max_length=8)
    #: Where it was asked, for the history of what it writes.
    source = models.CharField(max_length=300)
    request = models.CharField(max_length=32)

    state = models.CharField(_("state"), max_length=7, choices=State.choices, default=State.WAITING)
    phase = models.CharField(max_length=9, choices=Phase.choices, blank=True)
    #: Rows read so far.
    rows_done = models.PositiveIntegerField(default=0)
    #: The person does not want it any more; the worker stops at the next row.
    is_cancelled = models.BooleanField(default=False)
    ended_at = models.DateTimeField(null=True, blank=True)
    #: Code and sentence of a refusal, the sentence as JSON (``fundtrack.sentences``).
    code = models.CharField(max_length=60, blank=True)
    message = models.TextField(blank=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            MatchesParent(field="batch", name="import_work_batch_matches"),
            MatchesParent(field="asked_by", name="import_work_member_matches"),
            models.UniqueConstraint(
                fields=["batch"], condition=Q(state__in=["waiting", "running"]), name="import_work_one_at_a_time"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["waiting", "running"], ended_at__isnull=True)
                | Q(state__in=["done", "refused", "failed"], ended_at__isnull=False),
                name="import_work_ended_whole",
            ),
        ]
        triggers = [keeps_identity("import_work")]

    def __str__(self) -> str:
        return f"{self.get_step_display()}: {self.get_state_display()}"

    @property
    def reason(self) -> str:
        """The refusal in the language that is in use; empty where there is none."""
        try:
            return str(told(json.loads(self.message)))
        except ValueError:
            # Of a work that ended before sentences were kept: as it was said then.
            return self.message
