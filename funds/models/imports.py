"""Imports of actuals: the file as it came, how it was read, its rows, and what was booked from them.

A batch belongs to one file and becomes at most one booking. Until it is committed its rows are only read and shown;
afterwards batch and rows never change again, because actuals point to them (``Actual.import_row``). Undoing a batch
books reversals and keeps everything.
"""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from fundtrack.constraints import MatchesParent
from fundtrack.history import tracked
from fundtrack.money import MoneyField
from fundtrack.triggers import append_only, keeps_identity
from organisations.models import Membership, Organisation

from ..triggers import imports as triggers
from .fund import Fund


@tracked()
class ImportProfile(models.Model):
    """One version of how a system's export is read; the highest version of a name is the one in use.

    ``content`` is the JSON of ``funds.imports.profiles.Profile``. A retired version says that the name is not offered
    any more.
    """

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="import_profiles")
    name = models.CharField(_("name"), max_length=100)
    version = models.PositiveIntegerField()
    content = models.JSONField()
    is_retired = models.BooleanField(default=False)
    #: None when the operator of the server stored it.
    made_by = models.ForeignKey(Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    made_at = models.DateTimeField()

    class Meta:
        ordering = ["organisation", "name", "-version"]
        constraints = [
            models.UniqueConstraint(fields=["organisation", "name", "version"], name="import_profile_version_once"),
            MatchesParent(field="made_by", name="import_profile_member_matches"),
            models.CheckConstraint(condition=~Q(name=""), name="import_profile_has_name"),
        ]
        triggers = [*append_only("import_profile"), triggers.PROFILE_NUMBERED]


class ImportFileManager(models.Manager["ImportFile"]):
    """Lists of files come without their bytes, which are fetched where they are asked for."""

    def get_queryset(self) -> models.QuerySet["ImportFile"]:
        return super().get_queryset().defer("content")


class ImportFile(models.Model):
    """An uploaded file, byte for byte. Its size and digest are the database's own."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="import_files")
    name = models.CharField(_("file"), max_length=200)
    content = models.BinaryField()
    #: Bytes.
    size = models.PositiveIntegerField(default=0)
    sha256 = models.CharField(max_length=64, default="")
    uploaded_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField()

    objects = ImportFileManager()

    class Meta:
        ordering = ["organisation", "-id"]
        indexes = [models.Index(fields=["organisation", "sha256"], name="import_file_by_digest")]
        constraints = [
            models.UniqueConstraint(fields=["id", "organisation"], name="import_file_parent_key"),
            MatchesParent(field="uploaded_by", name="import_file_member_matches"),
        ]
        triggers = [*append_only("import_file"), triggers.FILE_MEASURED]

    def __str__(self) -> str:
        return self.name


@tracked()
class ImportBatch(models.Model):
    """One import of one file: read, shown, then committed as one booking or discarded."""

    class State(models.TextChoices):
        UPLOADED = "uploaded", _("Uploaded")
        READ = "read", _("Read, not committed")
        COMMITTED = "committed", _("Committed")
        UNDONE = "undone", _("Undone")
        DISCARDED = "discarded", _("Discarded")

    class Manner(models.TextChoices):
        MOVEMENTS = "movements", _("Movements: what is new is added")
        WHOLE_MONTHS = "whole_months", _("Whole months: the file is the truth for its months and cost centres")

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="import_batches")
    fund = models.ForeignKey(Fund, on_delete=models.PROTECT, related_name="import_batches")
    #: From 1 in each organisation; what people call the batch.
    number = models.PositiveIntegerField(default=0)
    file = models.OneToOneField(ImportFile, on_delete=models.PROTECT, related_name="batch")
    state = models.CharField(_("state"), max_length=9, choices=State.choices, default=State.UPLOADED)
    manner = models.CharField(_("manner"), max_length=12, choices=Manner.choices, default=Manner.MOVEMENTS)
    #: How the file is read: the complete profile as a person confirmed it.
    profile = models.JSONField(default=dict)
    #: Name and version of the stored profile that was used; empty and 0 when none was.
    profile_name = models.CharField(max_length=100, blank=True)
    profile_version = models.PositiveIntegerField(default=0)
    #: First day of the month of a file that names none.
    month = models.DateField(null=True, blank=True)
    #: What the file must sum to, as a person typed it. EUR.
    control_total = MoneyField(null=True, blank=True)
    #: What reading found: sheet, encoding, counts and sums (``funds.actions.imports``).
    reading = models.JSONField(default=dict)
    #: The preview as it was confirmed: counts and sums; amounts as strings.
    result = models.JSONField(default=dict)
    #: SHA-256 over the file's row and the rows as they were read, by the database when the batch is committed.
    digest = models.CharField(max_length=64, default="", blank=True)
    #: Keys of the warnings that the person acknowledged.
    acknowledged = models.JSONField(default=list)
    #: None when there was nothing to book.
    booking = models.OneToOneField(
        "funds.Booking", on_delete=models.PROTECT, null=True, blank=True, related_name="import_batch"
    )
    committed_by = models.ForeignKey(Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    committed_at = models.DateTimeField(null=True, blank=True)
    #: The reversals.
    undo_booking = models.OneToOneField(
        "funds.Booking", on_delete=models.PROTECT, null=True, blank=True, related_name="undone_batch"
    )
    undone_by = models.ForeignKey(Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    undone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["organisation", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["organisation", "number"], name="import_batch_number_once"),
            models.UniqueConstraint(fields=["id", "organisation"], name="import_batch_parent_key"),
            MatchesParent(field="fund", name="import_batch_fund_matches"),
            MatchesParent(field="file", name="import_batch_file_matches"),
            MatchesParent(field="booking", name="import_batch_booking_matches"),
            MatchesParent(field="undo_booking", name="import_batch_undo_matches"),
            MatchesParent(field="committed_by", name="import_batch_member_matches"),
            MatchesParent(field="undone_by", name="import_batch_undoer_matches"),
            models.CheckConstraint(
                condition=Q(state__in=["committed", "undone"], committed_by__isnull=False, committed_at__isnull=False)
                | Q(
                    state__in=["uploaded", "read", "discarded"],
                    committed_by__isnull=True,
                    committed_at__isnull=True,
                    booking__isnull=True,
                ),
                name="import_batch_committed_whole",
            ),
            models.CheckConstraint(
                condition=Q(state="undone", undone_by__isnull=False, undone_at__isnull=False, booking__isnull=False)
                | (~Q(state="undone") & Q(undone_by__isnull=True, undone_at__isnull=True, undo_booking__isnull=True)),
                name="import_batch_undone_whole",
            ),
        ]
        triggers = [keeps_identity("import_batch"), *triggers.BATCH_TRIGGERS]

    def __str__(self) -> str:
        # Without the file's name, which would fetch the file.
        return gettext("Import %(number)s") % {"number": self.number}


class ImportRow(models.Model):
    """One row of a file as it was read: its raw cells, and what they say. Amounts in EUR."""

    class Kind(models.TextChoices):
        ROW = "row", _("Row")
        LEFT_OUT = "left_out", _("Left out by a rule")
        TOTAL = "total", _("Total of the file")
        ERROR = "error", _("Unreadable")
        SKIPPED = "skipped", _("Not a row of the ledger")

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+", db_constraint=False)
    #: The composite key below is the foreign key: one check per row instead of two.
    batch = models.ForeignKey(ImportBatch, on_delete=models.PROTECT, related_name="rows", db_constraint=False)
    #: Row of the sheet, from 1.
    number = models.PositiveIntegerField(_("row"))
    kind = models.CharField(max_length=8, choices=Kind.choices)
    #: The cells as the file has them.
    cells = ArrayField(models.TextField())
    #: First day of the month; empty unless ``kind`` is row or left out.
    month = models.DateField(null=True, blank=True)
    booked_on = models.DateField(null=True, blank=True)
    cost_centre_code = models.CharField(max_length=30, blank=True)
    project_code = models.CharField(max_length=30, blank=True)
    amount = MoneyField(null=True, blank=True)
    account = models.CharField(max_length=30, blank=True)
    voucher = models.CharField(max_length=50, blank=True)
    description = models.CharField(max_length=500, blank=True)
    supplier = models.CharField(max_length=200, blank=True)
    #: The project code alone leads to the line: a rule gave it, or the file has no cost centres.
    by_code = models.BooleanField(default=False)
    #: A rule of the profile gave the project code; the file has none in this row, or another one.
    by_rule = models.BooleanField(default=False, db_default=False)
    #: The code that the file has in this row, where a rule put another in its place. It joined the digests later.
    replaced_code = models.CharField(max_length=30, null=True, blank=True)  # noqa: DJ001 - empty would join them
    #: Why it is left out, skipped or a total.
    reason = models.CharField(max_length=300, blank=True)
    #: What is wrong: list of {column, value, message, code}.
    problems = models.JSONField(null=True, blank=True)

    class Meta:
        ordering = ["batch", "number"]
        constraints = [
            models.UniqueConstraint(fields=["batch", "number"], name="import_row_number_once"),
            models.UniqueConstraint(fields=["id", "organisation"], name="import_row_parent_key"),
            MatchesParent(field="batch", name="import_row_batch_matches"),
            models.CheckConstraint(
                condition=~Q(kind="row") | Q(month__isnull=False, amount__isnull=False),
                name="import_row_is_whole",
            ),
        ]
        triggers = [keeps_identity("import_row"), *triggers.ROW_TRIGGERS]
