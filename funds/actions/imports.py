"""Imports of actuals: a file becomes a batch, a batch becomes one booking, and a booking can be undone."""

import json
from collections.abc import Collection, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import uuid4

from django.utils.translation import gettext as _

from fundtrack.actions import action, reserve_key
from fundtrack.exceptions import Refusal
from fundtrack.periods import Month
from fundtrack.sentences import kept
from fundtrack.texts import one_line
from organisations.models import Membership, Organisation

from ..file_bytes import content_of, keep_file
from ..import_sql import outcome_query, planned
from ..imports.files import open_file
from ..imports.limits import ACTUALS_LIMITS, too_large
from ..imports.profiles import Profile
from ..imports.reading import read_actuals
from ..imports.rows import KnownCodes
from ..models import Actual, Booking, BudgetLine, Fund, ImportBatch, ImportProfile, ImportWork
from ..queries.import_undo import why_not_undone
from ..queries.imports import ImportPreview, preview_batch
from .actuals import BOOKING_LENGTH, seal_booking, wait_for_turn
from .import_rows import Progress, copy_rows, found_out, remove_rows, untold


class ImportRefusal(Refusal):
    """The batch is not in the state for this, or not whole."""

    code = "import_refused"


class PreviewChanged(Refusal):
    """The ledger changed after the preview was shown. Nothing was booked."""

    code = "preview_changed"


class NotAcknowledged(Refusal):
    """Warnings that nobody has acknowledged.

    Attributes:
        preview: with all of them.
    """

    code = "not_acknowledged"

    def __init__(self, preview: ImportPreview, missing: Collection[str]) -> None:
        super().__init__(_("Not acknowledged: %(warnings)s.") % {"warnings": ", ".join(sorted(missing))})
        self.preview = preview


class HasErrors(Refusal):
    """The file cannot be committed as it is.

    Attributes:
        preview: with the errors.
    """

    code = "has_errors"

    def __init__(self, preview: ImportPreview) -> None:
        first = preview.errors[0]
        super().__init__(first.message)
        self.preview = preview


@action
def save_profile(
    *,
    organisation: Organisation,
    name: str,
    profile: Profile,
    by: Membership | None,
    at: datetime,
    retired: bool = False,
) -> ImportProfile:
    """Store a profile as the next version of its name; an equal newest version is kept as it is.

    Args:
        by: None where the operator of the server stores it.
    """
    if by is not None:
        by.require("enter_actuals")
    name = one_line(ImportProfile, "name", name)
    if not name:
        raise ImportRefusal(_("Give the profile a name."))
    newest = current_profile(organisation, name)
    content = json.loads(profile.to_json())
    if newest is not None and newest.content == content and newest.is_retired == retired:
        return newest
    stored = ImportProfile.objects.create(
        organisation=organisation, name=name, version=0, content=content, is_retired=retired, made_by=by, made_at=at
    )
    stored.refresh_from_db()
    return stored


def known_codes(organisation: Organisation) -> KnownCodes:
    """The codes by which the columns of a file are told, and lost zeros noticed."""
    lines = list(BudgetLine.objects.filter(organisation=organisation).values_list("project_code", "year"))
    accounts = Actual.objects.filter(organisation=organisation).order_by().values_list("account", flat=True)
    return KnownCodes(
        cost_centres=frozenset(organisation.cost_centres.values_list("code", flat=True)),
        project_codes=frozenset(code for code, _year in lines),
        accounts=frozenset(accounts.distinct()) - {""},
        years=frozenset(year for _code, year in lines),
    )


def current_profile(organisation: Organisation, name: str) -> ImportProfile | None:
    """The newest version of a profile; None for an unknown name."""
    return ImportProfile.objects.filter(organisation=organisation, name=name).order_by("-version").first()


@action
def upload_file(*, fund: Fund, name: str, content: bytes, by: Membership, at: datetime) -> ImportBatch:
    """Keep a file as it came and begin its batch. What it says is read later."""
    by.require("enter_actuals")
    if len(content) > ACTUALS_LIMITS.bytes:
        raise ImportRefusal(too_large(len(content), ACTUALS_LIMITS), code="file_too_large")
    file = keep_file(organisation=fund.organisation, name=name[-200:], content=content, by=by, at=at)
    batch = ImportBatch.objects.create(organisation=fund.organisation, fund=fund, file=file)
    batch.refresh_from_db()
    return batch


@action
def read_batch(
    *,
    batch: ImportBatch,
    profile: Profile,
    by: Membership,
    manner: str = ImportBatch.Manner.MOVEMENTS,
    month: Month | None = None,
    control_total: Decimal | None = None,
    stored: ImportProfile | None = None,
    confirmed: bool = False,
    progress: Progress = untold,
) -> ImportBatch:
    """Read the file of a batch into its rows; what was read before is replaced. All of it or nothing.

    Args:
        profile: complete, as a person or ``recognise`` made it.
        month: for a file that names no month.
        control_total: EUR that the file must sum to.
        stored: the stored profile that was used.
        confirmed: a person has confirmed the profile: a column that it does not name is not looked for.
        progress: told every few hundred rows.

    Raises:
        FileRefusal: the file is not a table, or not one that the profile fits.
        ImportRefusal: the batch is committed, undone or discarded.
    """
    by.require("enter_actuals")
    batch = locked_batch(batch, ImportBatch.State.UPLOADED, ImportBatch.State.READ)
    file = open_file(
        batch.file.name, content_of(batch.file), encoding=profile.encoding, delimiter=profile.delimiter or ""
    )
    reading = read_actuals(file, profile, month=month, known=known_codes(batch.organisation), confirmed=confirmed)
    remove_rows(batch)
    notes = copy_rows(batch, reading, progress)
    batch.profile = json.loads(reading.profile.to_json())
    batch.profile_name, batch.profile_version = (stored.name, stored.version) if stored else ("", 0)
    batch.manner, batch.control_total = manner, control_total
    batch.month = month.first if month else None
    # What a person confirmed, so that the columns can be chosen anew.
    batch.reading = found_out(reading, notes, month) | {"proposal": batch.reading.get("proposal")}
    batch.state = ImportBatch.State.READ
    batch.save()
    return batch


@action
def commit_batch(
    *,
    batch: ImportBatch,
    by: Membership,
    at: datetime,
    acknowledged: Collection[str] | None = (),
    seen: str = "",
    progress: Progress = untold,
) -> ImportBatch:
    """Book what the preview showed, as one sealed booking. All of it or nothing.

    Args:
        acknowledged: keys of the warnings that the person has seen; None for all of them.
        seen: ``digest`` of the preview that the person saw; empty where nobody saw one.

    Returns:
        The committed batch; its ``booking`` is None when the ledger had everything already.

    Raises:
        HasErrors: unreadable rows, or a control total that does not match.
        NotAcknowledged: naming the warnings.
        PreviewChanged: the ledger is not what the preview was made from.
    """
    by.require("enter_actuals")
    wait_for_turn(batch.organisation)
    batch = locked_batch(batch, ImportBatch.State.READ)
    progress(ImportWork.Phase.COMPARING, 0)
    preview = preview_batch(batch)
    if seen and seen != preview.digest:
        raise PreviewChanged(
            _("The ledger, or how the file is read, changed after the preview. Nothing was booked: look at it again.")
        )
    if preview.error_count:
        raise HasErrors(preview)
    keys = {warning.key for warning in preview.warnings}
    if acknowledged is not None and keys - set(acknowledged):
        raise NotAcknowledged(preview, keys - set(acknowledged))
    progress(ImportWork.Phase.BOOKING, 0)
    query = outcome_query(batch)
    description = _("Import %(number)s: %(file)s") % {"number": batch.number, "file": batch.file.name}
    batch.booking = _seal(batch, query.ctes + _ENTRIES, query.parameters, description, by=by, at=at)
    batch.acknowledged = sorted(keys)
    batch.result = kept(summary_of(preview))
    batch.state, batch.committed_by, batch.committed_at = ImportBatch.State.COMMITTED, by, at
    batch.save()
    batch.refresh_from_db(fields=["digest"])
    return batch


@action
def undo_batch(*, batch: ImportBatch, by: Membership, at: datetime, progress: Progress = untold) -> ImportBatch:
    """Reverse everything that a committed batch booked, where it stands today. Both stay in the ledger.

    Raises:
        ImportRefusal: the batch is not committed, booked nothing, a later import builds on it, or one of its months is
            not open any more.
    """
    by.require("enter_actuals")
    wait_for_turn(batch.organisation)
    batch = locked_batch(batch, ImportBatch.State.COMMITTED)
    code, hindrance = why_not_undone(batch)
    if code:
        raise ImportRefusal(hindrance, code=code)
    description = _("Undoes import %(number)s: %(file)s") % {"number": batch.number, "file": batch.file.name}
    progress(ImportWork.Phase.BOOKING, 0)
    # None where nothing stands any more: every row was corrected to nothing by hand.
    batch.undo_booking = _seal(batch, _UNDO, {"booking": batch.booking_id}, description, by=by, at=at)
    batch.state, batch.undone_by, batch.undone_at = ImportBatch.State.UNDONE, by, at
    batch.save()
    return batch


@action
def discard_batch(*, batch: ImportBatch, by: Membership) -> ImportBatch:
    """Put a batch aside that was not committed; its file stays, its rows go."""
    by.require("enter_actuals")
    batch = locked_batch(batch, ImportBatch.State.UPLOADED, ImportBatch.State.READ)
    remove_rows(batch)
    batch.state = ImportBatch.State.DISCARDED
    batch.save()
    return batch


def summary_of(preview: ImportPreview) -> dict[str, Any]:
    """The preview as JSON: counts, and amounts as strings with two decimals."""
    return {
        "rows": preview.rows,
        "new": preview.new.count,
        "known": preview.known.count,
        "changed": preview.changed.count,
        "removed": preview.removed.count,
        "left_out": preview.left_out.count,
        "outside_plan": preview.outside_plan.count,
        "errors": [
            {"row": error.row, "column": error.column, "value": error.value, "message": str(error.message)}
            for error in preview.errors
        ],
        "warnings": [{"key": warning.key, "message": str(warning.message)} for warning in preview.warnings],
        "file_total": f"{preview.file_total:.2f}",
        "imported_total": f"{preview.imported_total:.2f}",
        "by_month": {str(month): f"{amount:.2f}" for month, amount in preview.by_month.items()},
        "by_line": {code: f"{amount:.2f}" for code, amount in preview.by_line.items()},
    }


def locked_batch(batch: ImportBatch, *states: str) -> ImportBatch:
    """The batch as it is now, held until the transaction ends."""
    batches = ImportBatch.objects.select_for_update(of=("self",)).select_related("organisation", "file")
    # The file's name is wanted by all, its bytes only where it is read.
    fresh = batches.defer("file__content").get(pk=batch.pk)
    if fresh.state not in states:
        raise ImportRefusal(_wrong_state(fresh), code="import_state")
    return fresh


def _wrong_state(batch: ImportBatch) -> str:
    """Why a step cannot be taken, by the state that the import is in."""
    state = ImportBatch.State
    match batch.state:
        case state.UPLOADED:
            text = _("The file of import %(number)s has not been read yet: there is nothing to commit or to undo.")
        case state.READ:
            text = _("Import %(number)s has not been committed: there is nothing to undo.")
        case state.COMMITTED:
            text = _("Import %(number)s is committed: it can only be undone.")
        case state.UNDONE:
            text = _("Import %(number)s was undone: nothing of it can be changed any more.")
        case _:
            text = _("Import %(number)s was discarded. Bring its file anew.")
    return text % {"number": batch.number}


# --- booking


_INSERT = """
INSERT INTO funds_actual (organisation_id, booking_id, row_number, month, booked_on, line_id, cost_centre_code,
    project_code, amount, account, voucher, description, supplier, corrects_id, concerns_month, import_row_id, digest)
"""

_ENTRIES = """
SELECT %(organisation)s, %(booking_id)s, row_number() OVER (ORDER BY number NULLS LAST, corrects_id), month, booked_on,
    line_id, cost_centre_code, project_code, amount, account, voucher, description, supplier, corrects_id,
    concerns_month, import_row_id, ''
FROM entries
"""

#: What stands today of each row of a booking: settling a row moved its money to another pair of codes, and what was
#: corrected while its month was closed stands in another month.
_UNDO = """
WITH RECURSIVE chain AS (
    SELECT a.id AS root, a.id, a.amount, a.line_id, a.cost_centre_code, a.project_code, a.month, a.concerns_month
    FROM funds_actual a WHERE a.booking_id = %(booking)s
    UNION ALL
    SELECT c.root, a.id, a.amount, a.line_id, a.cost_centre_code, a.project_code, a.month, a.concerns_month
    FROM chain c JOIN funds_actual a ON a.corrects_id = c.id
),
standing AS (
    SELECT root, line_id, cost_centre_code, project_code, month, concerns_month, sum(amount) AS amount,
        max(id) AS last_id
    FROM chain GROUP BY 1, 2, 3, 4, 5, 6 HAVING sum(amount) <> 0
)
SELECT %(organisation)s, %(booking_id)s, row_number() OVER (ORDER BY s.root, s.last_id), b.month, b.booked_on,
    s.line_id, s.cost_centre_code, s.project_code, -s.amount, b.account, b.voucher, b.description, b.supplier,
    s.last_id, b.concerns_month, NULL, ''
FROM standing s JOIN funds_actual b ON b.id = s.last_id
"""


def _seal(
    batch: ImportBatch, select: str, parameters: Mapping[str, Any], description: str, *, by: Membership, at: datetime
) -> Booking | None:
    """Insert the selected rows and seal them with their booking; None where nothing is selected."""
    booking_id = reserve_key(Booking)
    with planned() as cursor:
        own = {"organisation": batch.organisation_id, "booking_id": booking_id}
        cursor.execute(_INSERT + select, {**parameters, **own})
        if not cursor.rowcount:
            return None
    return seal_booking(
        booking_id,
        organisation=batch.organisation,
        by=by,
        at=at,
        source=Booking.Source.IMPORT,
        key=uuid4(),
        description=description[:BOOKING_LENGTH],
    )
