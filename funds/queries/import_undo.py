"""Whether a committed import can be undone today, and what an undo takes from later imports and from people."""

from django.db import connection
from django.db.models import Min
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from fundtrack import formats
from fundtrack.periods import Month

from ..actions.actuals import first_open_month
from ..import_sql import SAID_CODE, planned
from ..models import Actual, ImportBatch

#: Committed imports that corrected rows of this one, or added rows where this one had removed or changed others, or the
#: same rows (by voucher, else by amount) on another line: without this one their figures would be other ones.
_LATER = """
WITH RECURSIVE chain AS (
    SELECT id, booking_id FROM funds_actual WHERE booking_id = %(booking)s
    UNION ALL
    SELECT a.id, a.booking_id FROM chain c JOIN funds_actual a ON a.corrects_id = c.id
),
mended AS (
    SELECT DISTINCT cost_centre_code, project_code, coalesce(concerns_month, month) AS effective_month, voucher,
        -amount AS amount
    FROM funds_actual WHERE booking_id = %(booking)s AND corrects_id IS NOT NULL
),
later AS (
    SELECT booking_id, cost_centre_code, project_code, coalesce(concerns_month, month) AS effective_month, voucher,
        amount
    FROM funds_actual
    WHERE organisation_id = %(organisation)s AND booking_id > %(booking)s AND corrects_id IS NULL
),
added AS (
    SELECT booking_id FROM later JOIN mended USING (cost_centre_code, project_code, effective_month)
    UNION
    SELECT booking_id FROM later JOIN mended USING (voucher, effective_month) WHERE voucher <> ''
    UNION
    SELECT booking_id FROM later JOIN mended USING (voucher, amount, cost_centre_code, project_code)
    WHERE voucher <> ''
    UNION
    SELECT booking_id FROM later a JOIN mended m USING (amount, effective_month) WHERE a.voucher = '' OR m.voucher = ''
)
SELECT max(number) FROM funds_importbatch WHERE organisation_id = %(organisation)s AND state = 'committed'
    AND id <> %(batch)s AND booking_id IN (SELECT booking_id FROM chain UNION SELECT booking_id FROM added)
"""


def later_import(batch: ImportBatch) -> int | None:
    """Number of the newest import that builds on this one and has to be undone before it; one query."""
    parameters = {"batch": batch.pk, "booking": batch.booking_id, "organisation": batch.organisation_id}
    with planned() as cursor:
        cursor.execute(_LATER, parameters)
        number: int | None = cursor.fetchone()[0]
    return number


def why_not_undone(batch: ImportBatch) -> tuple[str, str]:
    """(code, sentence) why a committed import cannot be undone today; two empty texts when it can. Three queries."""
    if batch.booking_id is None:
        return "nothing_booked", _("The batch booked nothing: there is nothing to undo.")
    first_open = first_open_month(batch.organisation)
    first = Actual.objects.filter(booking=batch.booking_id).aggregate(first=Min("month"))["first"]
    if first_open is not None and Month.of(first) < first_open:
        text = _("%(month)s is closed: the batch cannot be undone. Correct its rows instead.")
        return "month_is_closed", text % {"month": formats.month_short(first)}
    if (later := later_import(batch)) is not None:
        text = _("Import %(number)s builds on this one: undo it first.")
        return "later_import", text % {"number": later}
    return "", ""


#: Later imports that found rows of this one in the ledger, and so booked nothing for their own.
_RELYING = f"""
WITH rows AS NOT MATERIALIZED (
    SELECT r.batch_id, a.booking_id, r.month, r.cost_centre_code, r.amount, r.account, r.voucher,
        {SAID_CODE} AS code
    FROM funds_importrow r LEFT JOIN funds_actual a ON a.import_row_id = r.id
    WHERE r.organisation_id = %(organisation)s AND r.kind = 'row'
),
mine AS MATERIALIZED (
    SELECT month, cost_centre_code, code, amount, account, voucher FROM rows
    WHERE batch_id = %(batch)s AND booking_id = %(booking)s
)
SELECT b.number, count(*) FROM rows r JOIN funds_importbatch b ON b.id = r.batch_id
WHERE r.batch_id = ANY(ARRAY(
        SELECT id FROM funds_importbatch
        WHERE organisation_id = %(organisation)s AND state = 'committed' AND number > %(number)s))
    AND r.booking_id IS NULL
    AND (r.month, r.cost_centre_code, r.code, r.amount, r.account, r.voucher) IN (SELECT * FROM mine)
GROUP BY 1 ORDER BY 1
"""


def relying_imports(batch: ImportBatch) -> list[tuple[int, int]]:
    """(number, rows) of later imports whose rows were in the ledger already because of this one; one query.

    An undo takes those rows from the ledger as well, and what these imports say is not there any more.
    """
    parameters = {
        "batch": batch.pk,
        "booking": batch.booking_id,
        "organisation": batch.organisation_id,
        "number": batch.number,
    }
    with planned() as cursor:
        cursor.execute(_RELYING, parameters)
        return [(number, count) for number, count in cursor.fetchall()]


#: Rows of an import that people corrected or settled afterwards, whether it had brought or only changed them.
_CORRECTED_SINCE = """
SELECT count(DISTINCT m.id) FROM funds_actual m
JOIN funds_actual a ON a.corrects_id IN (m.id, m.corrects_id) AND a.id > m.id
JOIN funds_booking b ON b.id = a.booking_id AND b.source <> 'import'
WHERE m.booking_id = %(booking)s AND m.organisation_id = %(organisation)s AND a.organisation_id = %(organisation)s
"""

#: Rows of later imports with the voucher and sum of one that this import took away: elsewhere, or they would hinder.
_BROUGHT_ELSEWHERE = """
SELECT b.number, count(*) FROM funds_actual a
JOIN funds_importbatch b ON b.booking_id = a.booking_id AND b.state = 'committed'
WHERE a.organisation_id = %(organisation)s AND a.booking_id > %(booking)s AND a.corrects_id IS NULL AND a.voucher <> ''
    AND (a.voucher, a.amount) IN (
        SELECT c.voucher, -c.amount FROM funds_actual c JOIN funds_actual m ON m.id = c.corrects_id
        WHERE c.organisation_id = %(organisation)s AND c.booking_id = %(booking)s AND m.amount = -c.amount)
    AND NOT EXISTS (
        SELECT 1 FROM funds_actual k
        WHERE k.organisation_id = %(organisation)s AND k.corrects_id = a.id AND k.amount = -a.amount)
GROUP BY 1 ORDER BY 1
"""


def undo_consequences(batch: ImportBatch) -> list[str]:
    """What an undo takes from later imports and people, or may bring twice; one sentence for each, three queries."""
    parameters = {"booking": batch.booking_id, "organisation": batch.organisation_id}
    with connection.cursor() as cursor:
        cursor.execute(_CORRECTED_SINCE, parameters)
        corrected: int = cursor.fetchone()[0]
        cursor.execute(_BROUGHT_ELSEWHERE, parameters)
        brought: list[tuple[int, int]] = cursor.fetchall()
    sentences = []
    if corrected:
        text = ngettext(
            "People have corrected or settled %(count)s row of this import since: look at it after the undo.",
            "People have corrected or settled %(count)s rows of this import since: look at them after the undo.",
            corrected,
        )
        sentences.append(text % {"count": formats.count(corrected)})
    for number, count in brought:
        text = ngettext(
            "Import %(number)s brought %(count)s row with the voucher and the sum of one that comes back: check after "
            "the undo that its cost does not stand twice.",
            "Import %(number)s brought %(count)s rows with the vouchers and the sums of some that come back: check "
            "after the undo that their costs do not stand twice.",
            count,
        )
        sentences.append(text % {"number": number, "count": formats.count(count)})
    for number, count in relying_imports(batch):
        text = ngettext(
            "Import %(number)s found %(count)s of these rows in the ledger and booked nothing for it: bring its file "
            "again after the undo if the row is still right.",
            "Import %(number)s found %(count)s of these rows in the ledger and booked nothing for them: bring its file "
            "again after the undo if the rows are still right.",
            count,
        )
        sentences.append(text % {"number": number, "count": formats.count(count)})
    return sentences
