"""Issued reports: stored whole when they are issued, never changed, and proved by digests.

A report is written children first: its files, then the report, which seals them. ``result`` is the canonical JSON of
the result; every file can be made again from it.
"""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import TruncMonth
from django.utils.translation import gettext_lazy as _

from funds.models import UsePlan
from fundtrack.constraints import MatchesParent
from fundtrack.history import tracked
from fundtrack.triggers import (
    ISSUED_REPORT,
    LOCK_ISSUED_REPORTS,
    adding_to,
    append_only,
    not_in_the_future,
    refuse,
    sealing,
)
from organisations.models import Membership, Organisation

_SEAL = f"""
    {sealing(ISSUED_REPORT)}
    {not_in_the_future("issued_at", "as_of")}
    PERFORM pg_advisory_xact_lock(NEW.organisation_id::int, {LOCK_ISSUED_REPORTS});
    IF NEW.number <> (SELECT coalesce(max(r.number), 0) + 1 FROM reporting_issuedreport r
                      WHERE r.organisation_id = NEW.organisation_id) THEN
        {refuse("issued_report_number_next", "Issued reports are numbered without gaps.")}
    END IF;
    IF NEW.sha256 <> encode(sha256(convert_to(NEW.result, 'UTF8')), 'hex') THEN
        {refuse("issued_report_digest", "The digest is not that of the result.")}
    END IF;
    IF (SELECT count(DISTINCT f.language) FROM reporting_issuedfile f
        WHERE f.report_id = NEW.id AND f.format = 'pdf') < 3 THEN
        {refuse("issued_report_in_all_languages", "A report is issued in every language.")}
    END IF;
    RETURN NEW;
"""

_FILE = f"""
    {adding_to(ISSUED_REPORT, "NEW.report_id")}
    IF EXISTS (SELECT 1 FROM reporting_issuedreport WHERE id = NEW.report_id) THEN
        {refuse("issued_report_is_sealed", "An issued report takes no more files.")}
    END IF;
    IF NEW.sha256 <> encode(sha256(NEW.content), 'hex') OR NEW.size <> length(NEW.content) THEN
        {refuse("issued_file_digest", "The digest is not that of the file.")}
    END IF;
    RETURN NEW;
"""


# The digests are history enough; what was issued is compared with them.
@tracked(exclude=("result",))
class IssuedReport(models.Model):
    """A report as it was given to a meeting."""

    class Kind(models.TextChoices):
        BOARD = "board", _("Board report")
        DRAWDOWN = "drawdown", _("Drawdown report")

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="issued_reports")
    plan = models.ForeignKey(UsePlan, on_delete=models.PROTECT, related_name="issued_reports")
    #: Per organisation, from 1, without gaps.
    number = models.PositiveIntegerField(_("number"))
    kind = models.CharField(_("report"), max_length=8, choices=Kind.choices, default=Kind.BOARD)
    #: First day of the month whose end the report shows.
    month = models.DateField(_("month"))
    meeting_on = models.DateField(_("date of the meeting"))
    #: The body that meets, as text: it outlives a change of name.
    body = models.CharField(_("body"), max_length=200)
    #: Canonical JSON, byte for byte (``reporting/canonical.py``).
    result = models.TextField()
    sha256 = models.CharField(max_length=64)
    #: What was known then.
    as_of = models.DateTimeField()
    issued_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    issued_at = models.DateTimeField(_("issued"))
    #: Made by the sender; the same key issues once.
    key = models.UUIDField()

    class Meta:
        ordering = ["organisation", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["organisation", "number"], name="issued_report_number_once"),
            models.UniqueConstraint(fields=["organisation", "key"], name="issued_report_key_once"),
            models.UniqueConstraint(fields=["id", "organisation"], name="issued_report_parent_key"),
            MatchesParent(field="plan", name="issued_report_plan_matches"),
            MatchesParent(field="issued_by", name="issued_report_member_matches"),
            models.CheckConstraint(condition=Q(month=TruncMonth("month")), name="issued_report_month_is_first_day"),
            models.CheckConstraint(condition=~Q(body=""), name="issued_report_has_body"),
        ]
        triggers = [
            *append_only("issued_report"),
            pgtrigger.Trigger(
                name="issued_report_sealed", when=pgtrigger.Before, operation=pgtrigger.Insert, func=_SEAL
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.number}"


@tracked(exclude=("content",))
class IssuedFile(models.Model):
    """One file of an issued report: its bytes in one language and format."""

    class Format(models.TextChoices):
        PDF = "pdf", "PDF"
        XLSX = "xlsx", "XLSX"
        CSV = "csv", "CSV"

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    report = models.ForeignKey(IssuedReport, on_delete=models.PROTECT, related_name="files")
    language = models.CharField(_("language"), max_length=2, choices=settings.LANGUAGES)
    format = models.CharField(_("format"), max_length=4, choices=Format.choices)
    content = models.BinaryField()
    sha256 = models.CharField(max_length=64)
    #: Bytes.
    size = models.PositiveIntegerField()

    class Meta:
        ordering = ["report", "format", "language"]
        constraints = [
            models.UniqueConstraint(fields=["report", "language", "format"], name="issued_file_once"),
            MatchesParent(field="report", name="issued_file_report_matches"),
        ]
        triggers = [
            *append_only("issued_file"),
            pgtrigger.Trigger(name="issued_file_sealed", when=pgtrigger.Before, operation=pgtrigger.Insert, func=_FILE),
        ]
