"""Actuals and bookings: open months only, on lines that exist, sealed and chained."""

import pgtrigger

from fundtrack.triggers import BOOKING, LOCK_BOOKINGS, adding_to, not_in_the_future, refuse, sealing

from .months import hold_months, in_closed_month

#: SQL of one actual's digest; ``{row}`` is the row's alias. Used by the trigger and by ``check_ledger``.
ACTUAL_DIGEST = (
    "encode(sha256(convert_to((jsonb_build_array({row}.organisation_id, {row}.booking_id, {row}.row_number, "
    "{row}.month, {row}.booked_on, {row}.line_id, {row}.cost_centre_code, {row}.project_code, {row}.amount::text, "
    "{row}.account, {row}.voucher, {row}.description, {row}.supplier, {row}.corrects_id, {row}.concerns_month"
    ") || CASE WHEN {row}.import_row_id IS NULL THEN '[]' ELSE jsonb_build_array({row}.import_row_id) END"
    ")::text, 'UTF8')), 'hex')"
)

#: SQL of a booking's digest over its own fields and ``{rows}``, the rows' digests in order.
BOOKING_DIGEST = (
    "encode(sha256(convert_to(jsonb_build_array({row}.organisation_id, {row}.number, {row}.source, {row}.description, "
    "{row}.made_by_id, extract(epoch from {row}.made_at)::text, {row}.row_count, {row}.total::text, "
    "{row}.previous_digest, {rows})::text, 'UTF8')), 'hex')"
)

_FIRST_OPEN = """(
    SELECT (max(s.month) + interval '1 month')::date FROM funds_monthstate s
    WHERE s.organisation_id = n.organisation_id AND s.state <> 'open')"""

ACTUAL_TRIGGERS = [
    pgtrigger.Trigger(
        name="actual_digest",
        when=pgtrigger.Before,
        operation=pgtrigger.Insert,
        func=f"NEW.digest := {ACTUAL_DIGEST.format(row='NEW')}; RETURN NEW;",
    ),
    # One check per statement, over all its rows: a file of 200 000 rows costs the same few queries as one row.
    pgtrigger.Trigger(
        name="actual_fits",
        when=pgtrigger.After,
        operation=pgtrigger.Insert,
        level=pgtrigger.Statement,
        referencing=pgtrigger.Referencing(new="new_rows"),  # type: ignore[no-untyped-call]
        declare=[("bad", "record"), ("owner", "record")],
        func=f"""
            FOR owner IN SELECT DISTINCT organisation_id AS id FROM new_rows ORDER BY 1 LOOP
                {hold_months("owner.id")}
            END LOOP;
            FOR owner IN SELECT DISTINCT booking_id AS id FROM new_rows ORDER BY 1 LOOP
                {adding_to(BOOKING, "owner.id")}
            END LOOP;
            SELECT n.month INTO bad FROM (SELECT DISTINCT organisation_id, month FROM new_rows) n
            WHERE {in_closed_month("n.organisation_id", "n.month")} ORDER BY n.month LIMIT 1;
            IF FOUND THEN
                {refuse("month_is_closed", "Month % is not open.", "to_char(bad.month, 'YYYY-MM')")}
            END IF;
            IF EXISTS (SELECT 1 FROM funds_booking WHERE id IN (SELECT DISTINCT booking_id FROM new_rows)) THEN
                {refuse("booking_is_sealed", "A sealed booking takes no more rows.")}
            END IF;
            SELECT n.project_code INTO bad FROM new_rows n
            JOIN funds_budgetline l ON l.id = n.line_id
            JOIN funds_target t ON t.id = l.target_id
            JOIN funds_costcentre c ON c.id = t.cost_centre_id
            JOIN funds_useplan p ON p.id = l.plan_id
            WHERE p.state <> 'active' OR l.year <> extract(year FROM n.month)
               OR l.project_code <> n.project_code OR c.code <> n.cost_centre_code LIMIT 1;
            IF FOUND THEN
                {
            refuse(
                "actual_fits_line",
                "Code % does not lead to this line: plan, year, cost centre or code differ.",
                "bad.project_code",
            )
        }
            END IF;
            SELECT n.month INTO bad FROM new_rows n
            WHERE n.corrects_id IS NULL AND n.concerns_month IS NOT NULL AND (
                NOT {in_closed_month("n.organisation_id", "n.concerns_month")}
                OR n.month IS DISTINCT FROM {_FIRST_OPEN}) LIMIT 1;
            IF FOUND THEN
                {
            refuse(
                "late_row_in_first_open_month",
                "A row of a closed month stands in the first open month.",
            )
        }
            END IF;
            SELECT n.row_number AS number INTO bad FROM new_rows n JOIN funds_importrow r ON r.id = n.import_row_id
            JOIN funds_importbatch i ON i.id = r.batch_id WHERE i.state <> 'read' OR r.kind <> 'row' LIMIT 1;
            IF FOUND THEN
                {refuse("actual_from_open_batch", "Row % is of a batch that is not being committed.", "bad.number")}
            END IF;
            -- A row that reverses one from outside the plan stays outside, whatever its codes lead to by now. So does a
            -- late row of a file, of a year without a plan: the plan of the first open month is not its own.
            SELECT n.project_code INTO bad FROM new_rows n
            JOIN funds_budgetline l ON l.organisation_id = n.organisation_id AND l.project_code = n.project_code
                AND l.year = extract(year FROM n.month)
            JOIN funds_target t ON t.id = l.target_id
            JOIN funds_costcentre c ON c.id = t.cost_centre_id AND c.code = n.cost_centre_code
            JOIN funds_useplan p ON p.id = l.plan_id AND p.state = 'active'
            WHERE n.line_id IS NULL AND n.corrects_id IS NULL
                AND (n.import_row_id IS NULL OR n.concerns_month IS NULL OR EXISTS (
                    SELECT 1 FROM funds_useplan own WHERE own.organisation_id = n.organisation_id
                    AND own.state = 'active' AND own.year = extract(year FROM n.concerns_month))) LIMIT 1;
            IF FOUND THEN
                {refuse("actual_has_its_line", "Code % leads to a line.", "bad.project_code")}
            END IF;
            SELECT n.project_code INTO bad FROM new_rows n JOIN funds_actual c ON c.id = n.corrects_id
            WHERE c.id = n.id OR (c.line_id IS NOT NULL AND (c.cost_centre_code, c.project_code)
                IS DISTINCT FROM (n.cost_centre_code, n.project_code)) LIMIT 1;
            IF FOUND THEN
                {refuse("correction_stays_on_its_line", "A correction of % has other codes.", "bad.project_code")}
            END IF;
            SELECT n.month INTO bad FROM new_rows n JOIN funds_actual c ON c.id = n.corrects_id
            WHERE CASE WHEN n.month = c.month
                THEN n.concerns_month IS DISTINCT FROM c.concerns_month
                ELSE n.concerns_month IS DISTINCT FROM coalesce(c.concerns_month, c.month)
                     OR n.month IS DISTINCT FROM {_FIRST_OPEN}
                END LIMIT 1;
            IF FOUND THEN
                {
            refuse(
                "correction_in_first_open_month",
                "A correction of a closed month stands in the first open month and says which month it concerns.",
            )
        }
            END IF;
            RETURN NULL;
        """,
    ),
]

BOOKING_TRIGGERS = [
    pgtrigger.Trigger(
        name="booking_sealed",
        when=pgtrigger.Before,
        operation=pgtrigger.Insert,
        declare=[("digests", "text")],
        func=f"""
            {sealing(BOOKING)}
            {not_in_the_future("made_at")}
            -- Held to the end of the transaction: bookings of an organisation form one chain without gaps.
            PERFORM pg_advisory_xact_lock(NEW.organisation_id::int, {LOCK_BOOKINGS});
            SELECT coalesce(max(number), 0) + 1 INTO NEW.number FROM funds_booking
            WHERE organisation_id = NEW.organisation_id;
            SELECT coalesce(max(digest), '') INTO NEW.previous_digest FROM funds_booking
            WHERE organisation_id = NEW.organisation_id AND number = NEW.number - 1;
            SELECT count(*), coalesce(sum(amount), 0), string_agg(digest, '' ORDER BY row_number)
            INTO NEW.row_count, NEW.total, digests FROM funds_actual WHERE booking_id = NEW.id;
            NEW.digest := {BOOKING_DIGEST.format(row="NEW", rows="digests")};
            RETURN NEW;
        """,
    ),
]
