"""Imports: files measured by the database, batches in steps, rows final once they are committed."""

import pgtrigger

from fundtrack.triggers import LOCK_IMPORTS, no_delete, no_truncate, refuse

from .months import FRESH_SNAPSHOTS

PROFILE_NUMBERED = pgtrigger.Trigger(
    name="import_profile_numbered",
    when=pgtrigger.Before,
    operation=pgtrigger.Insert,
    func=f"""
        PERFORM pg_advisory_xact_lock(NEW.organisation_id::int, {LOCK_IMPORTS});
        SELECT coalesce(max(version), 0) + 1 INTO NEW.version FROM funds_importprofile
        WHERE organisation_id = NEW.organisation_id AND name = NEW.name;
        RETURN NEW;
    """,
)

FILE_MEASURED = pgtrigger.Trigger(
    name="import_file_measured",
    when=pgtrigger.Before,
    operation=pgtrigger.Insert,
    func="NEW.size := octet_length(NEW.content); NEW.sha256 := encode(sha256(NEW.content), 'hex'); RETURN NEW;",
)

#: SQL condition: actual ``a`` is not what the batch ``{batch}`` may book from its row ``r`` (NULL where it has none).
#: A new row says what the row of the file says; a difference or a reversal corrects something.
BOOKED_OTHERWISE = """
    CASE WHEN a.import_row_id IS NULL THEN a.corrects_id IS NULL
    WHEN r.id IS NULL OR r.batch_id <> {batch} OR r.kind <> 'row' THEN true
    ELSE a.corrects_id IS NULL AND (
        (a.amount, coalesce(a.concerns_month, a.month), a.booked_on, a.project_code, a.account, a.voucher,
         a.description, a.supplier) IS DISTINCT FROM
        (r.amount, r.month, r.booked_on, r.project_code, r.account, r.voucher, r.description, r.supplier)
        OR (a.cost_centre_code <> r.cost_centre_code AND NOT r.by_code)) END
"""

#: SQL of a committed batch's digest over who sent which file when, and every row as it was read; ``{batch}`` is the
#: batch's alias. Used by the trigger and by ``check_ledger``. The bytes stand for themselves by their own digest.
BATCH_DIGEST = """(
    SELECT encode(sha256(convert_to(jsonb_build_array(f.id, f.organisation_id, f.name, f.size, f.sha256,
        f.uploaded_by_id, extract(epoch from f.uploaded_at)::text)::text, 'UTF8') || coalesce((
            SELECT string_agg(sha256(convert_to((jsonb_build_array(r.id, r.organisation_id, r.number, r.kind, r.cells,
                r.month, r.booked_on, r.cost_centre_code, r.project_code, r.amount::text, r.account, r.voucher,
                r.description, r.supplier, r.by_code, r.by_rule, r.reason, r.problems)
                || CASE WHEN r.replaced_code IS NULL THEN '[]' ELSE jsonb_build_array(r.replaced_code) END)::text,
                'UTF8')),
                ''::bytea ORDER BY r.number)
            FROM funds_importrow r WHERE r.batch_id = {batch}.id), ''::bytea)), 'hex')
    FROM funds_importfile f WHERE f.id = {batch}.file_id)"""

_CHANGED = "to_jsonb(NEW) - ARRAY[{0}] IS DISTINCT FROM to_jsonb(OLD) - ARRAY[{0}]"
_COMMITTING = "'state', 'booking_id', 'committed_by_id', 'committed_at', 'result', 'acknowledged', 'digest'"
_UNDOING = "'state', 'undo_booking_id', 'undone_by_id', 'undone_at'"

_COMMIT = f"""
    -- What a person saw is what is committed.
    IF {_CHANGED.format(_COMMITTING)} THEN
        {refuse("import_batch_committed_as_read", "A batch is committed as it was read.")}
    END IF;
    IF EXISTS (SELECT 1 FROM funds_importrow WHERE batch_id = NEW.id AND kind = 'error') THEN
        {refuse("import_batch_readable", "A batch with unreadable rows is not committed.")}
    END IF;
    IF NEW.booking_id IS NOT NULL THEN
        IF NOT EXISTS (SELECT 1 FROM funds_booking WHERE id = NEW.booking_id AND source = 'import'
                       AND made_by_id = NEW.committed_by_id)
           OR EXISTS (SELECT 1 FROM funds_importbatch WHERE undo_booking_id = NEW.booking_id) THEN
            {refuse("import_batch_books_as_import", "The booking of a batch is an import of its own.")}
        END IF;
        SELECT a.row_number AS number INTO bad FROM funds_actual a
        LEFT JOIN funds_importrow r ON r.id = a.import_row_id
        WHERE a.booking_id = NEW.booking_id AND {BOOKED_OTHERWISE.format(batch="NEW.id")} LIMIT 1;
        IF FOUND THEN
            {refuse("import_batch_books_its_rows", "Row % is not what a row of the file says.", "bad.number")}
        END IF;
    END IF;
    NEW.digest := {BATCH_DIGEST.format(batch="NEW")};
"""

_UNDO = f"""
    -- Undoing adds the reversals and nothing else.
    IF {_CHANGED.format(_UNDOING)} THEN
        {refuse("import_batch_final", "A committed batch never changes.")}
    END IF;
    IF NEW.undo_booking_id IS NOT NULL AND (
        NOT EXISTS (SELECT 1 FROM funds_booking WHERE id = NEW.undo_booking_id AND source = 'import'
                    AND made_by_id = NEW.undone_by_id)
        OR EXISTS (SELECT 1 FROM funds_importbatch WHERE booking_id = NEW.undo_booking_id)) THEN
        {refuse("import_batch_undone_as_import", "The reversals of a batch are an import of their own.")}
    END IF;
    -- Nothing of what the batch booked stands any more, and nothing else was touched.
    WITH RECURSIVE chain AS (
        SELECT a.id AS root, a.id, a.amount, a.line_id, a.cost_centre_code, a.project_code FROM funds_actual a
        WHERE a.booking_id = NEW.booking_id
        UNION ALL
        SELECT c.root, a.id, a.amount, a.line_id, a.cost_centre_code, a.project_code
        FROM chain c JOIN funds_actual a ON a.corrects_id = c.id
    )
    SELECT EXISTS (SELECT 1 FROM chain GROUP BY root, line_id, cost_centre_code, project_code HAVING sum(amount) <> 0)
        OR EXISTS (SELECT 1 FROM funds_actual a LEFT JOIN funds_actual c ON c.id = a.corrects_id
                   LEFT JOIN chain h ON h.id = a.corrects_id WHERE a.booking_id = NEW.undo_booking_id
                   AND (h.id IS NULL OR a.import_row_id IS NOT NULL OR a.month <> c.month)) AS found INTO bad;
    IF bad.found THEN
        {refuse("import_batch_undo_reverses", "Undoing reverses what stands of the batch, in its months, and no more.")}
    END IF;
"""

BATCH_TRIGGERS = [
    *no_delete("import_batch"),
    pgtrigger.Trigger(
        name="import_batch_numbered",
        when=pgtrigger.Before,
        operation=pgtrigger.Insert,
        func=f"""
            IF NEW.state <> 'uploaded' THEN
                {refuse("import_batch_starts_uploaded", "An import starts with its file.")}
            END IF;
            PERFORM pg_advisory_xact_lock(NEW.organisation_id::int, {LOCK_IMPORTS});
            SELECT coalesce(max(number), 0) + 1 INTO NEW.number FROM funds_importbatch
            WHERE organisation_id = NEW.organisation_id;
            RETURN NEW;
        """,
    ),
    pgtrigger.Trigger(
        name="import_batch_step",
        when=pgtrigger.Before,
        operation=pgtrigger.Update,
        declare=[("bad", "record"), ("nested", "text")],
        func=f"""
            IF (NEW.id, NEW.organisation_id, NEW.number, NEW.file_id, NEW.fund_id)
                IS DISTINCT FROM (OLD.id, OLD.organisation_id, OLD.number, OLD.file_id, OLD.fund_id) THEN
                {refuse("import_batch_keeps_its_file", "A batch keeps its number, fund and file.")}
            END IF;
            IF (OLD.state, NEW.state) NOT IN (
                ('uploaded', 'uploaded'), ('uploaded', 'read'), ('read', 'read'), ('read', 'uploaded'),
                ('read', 'committed'), ('committed', 'undone'), ('uploaded', 'discarded'), ('read', 'discarded')) THEN
                {refuse("import_batch_step", "A batch that is % cannot become %.", "OLD.state", "NEW.state")}
            END IF;
            IF NEW.state IN ('committed', 'undone') THEN
                {FRESH_SNAPSHOTS}
                -- The planner takes the rows of a booking that was just written for few.
                nested := current_setting('enable_nestloop');
                PERFORM set_config('enable_nestloop', 'off', true);
                IF NEW.state = 'committed' THEN
                    {_COMMIT}
                ELSE
                    {_UNDO}
                END IF;
                PERFORM set_config('enable_nestloop', nested, true);
            END IF;
            RETURN NEW;
        """,
    ),
]

BOOKING_TRIGGERS = [
    # The batch is written after its booking, so this waits for the end of the transaction.
    pgtrigger.Trigger(
        name="booking_of_batch",
        when=pgtrigger.After,
        operation=pgtrigger.Insert,
        timing=pgtrigger.Deferred,
        func=f"""
            IF NEW.source = 'import' AND NOT EXISTS (
                SELECT 1 FROM funds_importbatch b WHERE b.booking_id = NEW.id OR b.undo_booking_id = NEW.id) THEN
                {refuse("import_booking_has_batch", "An imported booking belongs to a batch.")}
            END IF;
            IF NEW.source <> 'import' AND EXISTS (
                SELECT 1 FROM funds_actual a WHERE a.booking_id = NEW.id AND a.import_row_id IS NOT NULL) THEN
                {refuse("import_row_booked_by_batch", "Only a batch books rows of a file.")}
            END IF;
            RETURN NULL;
        """,
    ),
]


def _rows_stay(operation: pgtrigger.Operation, name: str, **tables: str) -> pgtrigger.Trigger:
    """One check per statement, over all its rows: their batch is there and is being read.

    The batch is held until the transaction ends, so that nobody commits it between the check and the rows.
    """
    batches = " UNION ".join(f"SELECT batch_id FROM {table}" for table in tables.values())
    return pgtrigger.Trigger(
        name=name,
        when=pgtrigger.After,
        operation=operation,
        level=pgtrigger.Statement,
        referencing=pgtrigger.Referencing(**tables),  # type: ignore[no-untyped-call]
        declare=[("batches", "bigint[]")],
        func=f"""
            batches := ARRAY({batches} ORDER BY 1);
            PERFORM 1 FROM funds_importbatch b WHERE b.id = ANY (batches) ORDER BY b.id FOR SHARE;
            IF EXISTS (
                SELECT 1 FROM unnest(batches) n(id) LEFT JOIN funds_importbatch b ON b.id = n.id
                WHERE coalesce(b.state, '') NOT IN ('uploaded', 'read')
            ) THEN
                {refuse("import_row_final", "Rows come and go while their batch is read, and never afterwards.")}
            END IF;
            RETURN NULL;
        """,
    )


ROW_TRIGGERS = [
    no_truncate("import_row"),
    _rows_stay(pgtrigger.Insert, "import_row_added_before", new="new_rows"),
    _rows_stay(pgtrigger.Update, "import_row_kept", old="old_rows", new="new_rows"),
    _rows_stay(pgtrigger.Delete, "import_row_stays", old="old_rows"),
]
