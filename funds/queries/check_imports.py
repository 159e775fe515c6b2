"""What ``check_ledger`` recomputes about imports: from the bytes of the file to the actuals, and back."""

from fundtrack.checks import Check, one_check

from ..triggers.imports import BATCH_DIGEST, BOOKED_OTHERWISE

_OWN = "organisation_id = %(organisation)s"

FILES = one_check(
    "import files",
    "size and digest of every imported file, and of what was read from those that were committed",
    f"SELECT count(*) FROM funds_importfile WHERE {_OWN}",
    [
        f"""
        SELECT 'file ' || f.id || ' (' || f.name || ') of import ' || coalesce(b.number::text, '–') || ' was changed'
        FROM funds_importfile f LEFT JOIN funds_importbatch b ON b.file_id = f.id
        WHERE f.{_OWN}
          AND (f.size, f.sha256) <> (octet_length(f.content), encode(sha256(f.content), 'hex')) ORDER BY f.id
        """,
        f"""
        SELECT 'import ' || b.number || ' is not as it was committed: its rows were changed, or its file''s name, '
            || 'content, sender or time'
        FROM funds_importbatch b
        WHERE b.{_OWN} AND b.state IN ('committed', 'undone')
          AND b.digest IS DISTINCT FROM {BATCH_DIGEST.format(batch="b")} ORDER BY b.number
        """,
        f"""
        SELECT 'import ' || b.number || ' has no file' FROM funds_importbatch b
        LEFT JOIN funds_importfile f ON f.id = b.file_id AND f.organisation_id = b.organisation_id
        WHERE b.{_OWN} AND f.id IS NULL ORDER BY b.number
        """,
    ],
)

#: Every batch beside its booking and what was booked from rows of its file, by whatever booking.
_BOOKED = f"""
    SELECT b.number, b.state, b.booking_id, b.committed_by_id, b.result, k.id AS found, k.source, k.made_by_id,
        coalesce(k.total, 0.00) AS total, coalesce(r.new, 0) AS new,
        coalesce(r.changed, 0) AS changed, coalesce(r.removed, 0) AS removed
    FROM funds_importbatch b
    LEFT JOIN funds_booking k ON k.id = b.booking_id AND k.organisation_id = b.organisation_id
    LEFT JOIN (
        SELECT a.booking_id, count(*) FILTER (WHERE a.corrects_id IS NULL) AS new,
            count(*) FILTER (WHERE a.corrects_id IS NOT NULL AND a.import_row_id IS NOT NULL) AS changed,
            count(*) FILTER (WHERE a.corrects_id IS NOT NULL AND a.import_row_id IS NULL) AS removed
        FROM funds_actual a WHERE a.{_OWN} GROUP BY a.booking_id
    ) r ON r.booking_id = b.booking_id
    WHERE b.{_OWN} AND b.state IN ('committed', 'undone')
"""

#: What stood of each row of an undone batch when it was undone, with the reversals.
_UNDONE = f"""
    WITH RECURSIVE undone AS (
        -- Without a booking nothing stood any more.
        SELECT b.id, b.number, b.booking_id, b.undo_booking_id, coalesce(u.number, {2**31 - 1}) AS until
        FROM funds_importbatch b LEFT JOIN funds_booking u ON u.id = b.undo_booking_id
        WHERE b.{_OWN} AND b.state = 'undone'
    ),
    chain AS (
        SELECT u.id AS batch, a.id AS root, a.id, a.amount, a.line_id, a.cost_centre_code, a.project_code, u.until
        FROM undone u JOIN funds_actual a ON a.booking_id = u.booking_id
        UNION ALL
        SELECT c.batch, c.root, a.id, a.amount, a.line_id, a.cost_centre_code, a.project_code, c.until
        FROM chain c JOIN funds_actual a ON a.corrects_id = c.id JOIN funds_booking k ON k.id = a.booking_id
        WHERE k.number <= c.until
    )
"""

BATCHES = one_check(
    "imports",
    "batches, their bookings, the rows of their files and their undoing",
    f"SELECT count(*) FROM funds_importbatch WHERE {_OWN}",
    [
        f"""
        SELECT 'import ' || number || ' is ' || state || CASE
            WHEN found IS NULL THEN ', and its booking is not there'
            ELSE ', and its booking is no import by who committed it' END
        FROM ({_BOOKED}) s
        WHERE booking_id IS NOT NULL
          AND (found IS NULL OR (source, made_by_id) IS DISTINCT FROM ('import', committed_by_id)) ORDER BY number
        """,
        f"""
        SELECT 'import ' || number || ' was shown with ' || coalesce(result->>'new', '–') || ' new, '
            || coalesce(result->>'changed', '–') || ' changed, ' || coalesce(result->>'removed', '–') || ' removed, '
            || coalesce(result->>'imported_total', '–') || ' EUR; booked are ' || new || ', ' || changed || ', '
            || removed || ', ' || total || ' EUR'
        FROM ({_BOOKED}) s
        WHERE (result->>'new', result->>'changed', result->>'removed', result->>'imported_total')
            IS DISTINCT FROM (new::text, changed::text, removed::text, total::text) ORDER BY number
        """,
        f"""
        SELECT 'row ' || a.id || ' of booking ' || coalesce(k.number::text, '–') || ' is not what row '
            || coalesce(r.number::text, '–') || ' of import ' || coalesce(b.number::text, '–') || ' says'
        FROM funds_actual a JOIN funds_importbatch b ON b.booking_id = a.booking_id
        LEFT JOIN funds_booking k ON k.id = a.booking_id LEFT JOIN funds_importrow r ON r.id = a.import_row_id
        WHERE a.{_OWN} AND {BOOKED_OTHERWISE.format(batch="b.id")} ORDER BY a.id
        """,
        f"""
        SELECT 'row ' || a.id || ' was booked from a file by another booking than that of its import'
        FROM funds_actual a LEFT JOIN funds_importbatch b ON b.booking_id = a.booking_id
        WHERE a.{_OWN} AND a.import_row_id IS NOT NULL AND b.id IS NULL ORDER BY a.id
        """,
        f"""
        SELECT 'booking ' || k.number || ' is an import and belongs to none' FROM funds_booking k
        LEFT JOIN funds_importbatch b ON b.booking_id = k.id LEFT JOIN funds_importbatch u ON u.undo_booking_id = k.id
        WHERE k.{_OWN} AND k.source = 'import' AND (b.id IS NULL) = (u.id IS NULL) ORDER BY k.number
        """,
        f"""
        SELECT 'row ' || r.number || ' of file ' || r.batch_id || ' belongs to no import' FROM funds_importrow r
        LEFT JOIN funds_importbatch b ON b.id = r.batch_id AND b.organisation_id = r.organisation_id
        WHERE r.{_OWN} AND b.id IS NULL ORDER BY r.id
        """,
        f"""
        SELECT 'import ' || b.number || ' is committed with ' || count(*) || ' unreadable rows'
        FROM funds_importbatch b JOIN funds_importrow r ON r.batch_id = b.id AND r.kind = 'error'
        WHERE b.{_OWN} AND b.state IN ('committed', 'undone') GROUP BY b.number ORDER BY b.number
        """,
        f"""
        {_UNDONE} SELECT 'import ' || u.number || ' is undone, and ' || s.amount || ' EUR of row ' || s.root
            || ' still stood' FROM (
            SELECT batch, root, sum(amount) AS amount FROM chain
            GROUP BY batch, root, line_id, cost_centre_code, project_code HAVING sum(amount) <> 0
        ) s JOIN undone u ON u.id = s.batch ORDER BY u.number, s.root
        """,
        f"""
        {_UNDONE} SELECT 'import ' || u.number || ' is undone, and row ' || a.id
            || ' of its undoing reverses nothing of it'
        FROM undone u JOIN funds_actual a ON a.booking_id = u.undo_booking_id
        LEFT JOIN chain c ON c.id = a.corrects_id AND c.batch = u.id WHERE c.id IS NULL ORDER BY u.number, a.id
        """,
    ],
)

IMPORT_CHECKS: tuple[Check, ...] = (FILES, BATCHES)
