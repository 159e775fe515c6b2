"""What ``check_ledger`` recomputes about actuals, months and drawdowns. Every check names each difference."""

from fundtrack.checks import Check, one_check

from ..sql import LINE_FACTS
from ..triggers.ledger import ACTUAL_DIGEST, BOOKING_DIGEST

_OWN = "organisation_id = %(organisation)s"
_MONTH = "to_char({0}.month, 'YYYY-MM')"

ACTUALS = one_check(
    "actuals",
    "digests of actuals, their budget lines and their corrections",
    f"SELECT count(*) FROM funds_actual WHERE {_OWN}",
    [
        f"""
        SELECT 'row ' || a.id || ' of booking ' || coalesce(b.number::text, '–') || ' was changed: '
            || {_MONTH.format("a")} || ', ' || a.project_code || ', ' || a.amount
        FROM funds_actual a LEFT JOIN funds_booking b ON b.id = a.booking_id
        WHERE a.{_OWN} AND a.digest <> {ACTUAL_DIGEST.format(row="a")} ORDER BY a.id
        """,
        f"""
        SELECT 'row ' || a.id || ' belongs to no booking' FROM funds_actual a
        LEFT JOIN funds_booking b ON b.id = a.booking_id AND b.organisation_id = a.organisation_id
        WHERE a.{_OWN} AND b.id IS NULL ORDER BY a.id
        """,
        f"""
        SELECT 'row ' || a.id || ' (' || a.cost_centre_code || ', ' || a.project_code || ', ' || {_MONTH.format("a")}
            || ') does not belong to line ' || coalesce(l.project_code, '–')
        FROM funds_actual a
        LEFT JOIN funds_budgetline l ON l.id = a.line_id AND l.organisation_id = a.organisation_id
        LEFT JOIN funds_target t ON t.id = l.target_id
        LEFT JOIN funds_costcentre c ON c.id = t.cost_centre_id
        LEFT JOIN funds_useplan p ON p.id = l.plan_id
        WHERE a.{_OWN} AND a.line_id IS NOT NULL AND (l.year, l.project_code, c.code, p.state)
            IS DISTINCT FROM (extract(year FROM a.month)::int, a.project_code, a.cost_centre_code, 'active')
        ORDER BY a.id
        """,
        f"""
        SELECT 'row ' || a.id || ' corrects row ' || a.corrects_id || ', which is not there' FROM funds_actual a
        LEFT JOIN funds_actual c ON c.id = a.corrects_id AND c.organisation_id = a.organisation_id
        WHERE a.{_OWN} AND a.corrects_id IS NOT NULL AND c.id IS NULL ORDER BY a.id
        """,
        f"""
        SELECT 'row ' || a.id || ' corrects row ' || c.id || ' and names the wrong month as concerned'
        FROM funds_actual a JOIN funds_actual c ON c.id = a.corrects_id
        WHERE a.{_OWN} AND a.concerns_month IS DISTINCT FROM
            CASE WHEN a.month = c.month THEN c.concerns_month ELSE coalesce(c.concerns_month, c.month) END
        ORDER BY a.id
        """,
        f"""
        SELECT 'row ' || a.id || ' was booked into ' || {_MONTH.format("a")} || ' after that month had closed'
        FROM funds_actual a JOIN funds_booking b ON b.id = a.booking_id
        JOIN funds_monthstate s ON s.organisation_id = a.organisation_id AND s.month = a.month AND s.state <> 'open'
        WHERE a.{_OWN} AND b.made_at > s.changed_at + interval '1 minute' ORDER BY a.id
        """,
        f"""
        SELECT 'row ' || a.id || ' is outside the plan, and its codes lead to line ' || l.project_code
        FROM funds_actual a JOIN funds_booking b ON b.id = a.booking_id
        JOIN funds_budgetline l ON l.organisation_id = a.organisation_id AND l.project_code = a.project_code
            AND l.year = extract(year FROM a.month)
        JOIN funds_target t ON t.id = l.target_id
        JOIN funds_costcentre c ON c.id = t.cost_centre_id AND c.code = a.cost_centre_code
        JOIN funds_useplan p ON p.id = l.plan_id AND p.state = 'active'
        JOIN funds_budgetlineevent v ON v.pgh_obj_id = l.id AND v.pgh_label = 'insert'
        JOIN funds_bookingevent w ON w.pgh_obj_id = b.id AND w.pgh_label = 'insert'
        WHERE a.{_OWN} AND a.line_id IS NULL AND a.corrects_id IS NULL AND p.activated_at < b.made_at
            AND v.pgh_created_at < w.pgh_created_at
            AND (a.import_row_id IS NULL OR a.concerns_month IS NULL OR EXISTS (
                SELECT 1 FROM funds_useplan own WHERE own.organisation_id = a.organisation_id
                AND own.state = 'active' AND own.year = extract(year FROM a.concerns_month)
                AND own.activated_at < b.made_at))
        ORDER BY a.id
        """,
    ],
)

_SEALED = f"""
    SELECT b.id, b.number, b.row_count, b.total, b.digest, b.previous_digest,
        coalesce(r.rows, 0) AS rows_found, coalesce(r.total, 0) AS total_found,
        lag(b.number) OVER w AS number_before, coalesce(lag(b.digest) OVER w, '') AS digest_before,
        {BOOKING_DIGEST.format(row="b", rows="r.digests")} AS digest_found
    FROM funds_booking b
    LEFT JOIN (
        SELECT booking_id, count(*) AS rows, sum(amount) AS total,
            string_agg(digest, '' ORDER BY row_number) AS digests
        FROM funds_actual WHERE {_OWN} GROUP BY booking_id
    ) r ON r.booking_id = b.id
    WHERE b.{_OWN} WINDOW w AS (ORDER BY b.number)
"""

BOOKINGS = one_check(
    "bookings",
    "counts, sums, digests and the unbroken chain of bookings",
    f"SELECT count(*) FROM funds_booking WHERE {_OWN}",
    [
        f"""
        SELECT 'booking ' || number || ' holds ' || rows_found || ' rows, ' || total_found || ' EUR; sealed with '
            || row_count || ' rows, ' || total || ' EUR'
        FROM ({_SEALED}) s WHERE (rows_found, total_found) <> (row_count, total) ORDER BY number
        """,
        f"""
        SELECT 'booking ' || number || ' was changed: its digest differs'
        FROM ({_SEALED}) s WHERE digest <> digest_found ORDER BY number
        """,
        f"""
        SELECT 'booking ' || number || ' does not follow booking ' || coalesce(number_before, 0)
        FROM ({_SEALED}) s WHERE number <> coalesce(number_before, 0) + 1 ORDER BY number
        """,
        f"""
        SELECT 'booking ' || number || ' is not chained to the one before it'
        FROM ({_SEALED}) s WHERE previous_digest <> digest_before ORDER BY number
        """,
    ],
)

MONTHS = one_check(
    "months",
    "months close and lock in order, and a posted drawdown locks its month",
    f"SELECT count(*) FROM funds_monthstate WHERE {_OWN}",
    [
        f"""
        SELECT {_MONTH.format("s")} || ' is ' || s.state || ', and the later month ' || {_MONTH.format("n")} || ' is '
            || n.state
        FROM (SELECT *, lead(id) OVER (ORDER BY month) AS next_id FROM funds_monthstate WHERE {_OWN}) s
        JOIN funds_monthstate n ON n.id = s.next_id
        WHERE array_position(ARRAY['open', 'closed', 'locked'], s.state::text)
            < array_position(ARRAY['open', 'closed', 'locked'], n.state::text)
        ORDER BY s.month
        """,
        f"""
        SELECT to_char(g.month, 'YYYY-MM') || ' has no state, and months around it have one'
        FROM (SELECT min(month) AS first, max(month) AS last FROM funds_monthstate WHERE {_OWN}) e,
            generate_series(e.first, e.last, interval '1 month') g(month)
        WHERE NOT EXISTS (SELECT 1 FROM funds_monthstate s WHERE s.{_OWN} AND s.month = g.month) ORDER BY g.month
        """,
        f"""
        SELECT 'the drawdown of ' || {_MONTH.format("d")} || ' is posted, and the month is '
            || coalesce(s.state, 'open')
        FROM funds_drawdown d
        LEFT JOIN funds_monthstate s ON s.organisation_id = d.organisation_id AND s.month = d.month
        WHERE d.{_OWN} AND d.state = 'posted' AND s.state IS DISTINCT FROM 'locked' ORDER BY d.month
        """,
        f"""
        SELECT 'the drawdown of ' || {_MONTH.format("d")} || ' is ' || d.state || ', and the month is open'
        FROM funds_drawdown d
        LEFT JOIN funds_monthstate s ON s.organisation_id = d.organisation_id AND s.month = d.month
        WHERE d.{_OWN} AND d.state IN ('proposed', 'approved') AND coalesce(s.state, 'open') = 'open'
        ORDER BY d.month
        """,
    ],
)

#: Every standing document beside the facts of its plan and month, line by line. A line that was added to the plan
#: after the document has nothing in that month, and no row.
_ROWS = f"""
    SELECT doc.month, doc.state, l.project_code, x.* FROM funds_drawdown doc
    CROSS JOIN LATERAL (
        SELECT coalesce(f.line_id, r.line_id) AS line_id, f.line_id IS NULL AS unknown, r.line_id IS NULL AS missing,
            f.amount, f.actual_cumulative, f.drawn_before,
            r.amount AS row_amount, r.actual_cumulative AS row_cumulative, r.drawn_before AS row_drawn
        FROM ({LINE_FACTS.format(plan="doc.plan_id", month="doc.month")}) f
        FULL JOIN (SELECT * FROM funds_drawdownrow w WHERE w.drawdown_id = doc.id) r ON r.line_id = f.line_id
    ) x
    LEFT JOIN funds_budgetline l ON l.id = x.line_id
    WHERE doc.{_OWN} AND doc.state <> 'withdrawn'
"""

DRAWDOWNS = one_check(
    "drawdowns",
    "rows of drawdowns recomputed from the ledger, their sums, numbers and fund entries",
    f"SELECT count(*) FROM funds_drawdown WHERE {_OWN}",
    [
        f"""
        SELECT 'drawdown of ' || {_MONTH.format("x")} || ', line ' || coalesce(x.project_code, '–') || CASE
            WHEN x.unknown THEN ': the plan has no such line'
            WHEN x.missing THEN ': the row is missing'
            ELSE ': amount, actuals and earlier drawdowns are ' || x.amount || ', ' || x.actual_cumulative || ', '
                || x.drawn_before || '; the document says ' || x.row_amount || ', ' || x.row_cumulative || ', '
                || x.row_drawn END
        FROM ({_ROWS}) x
        WHERE x.unknown
           OR (x.missing AND (x.amount, x.actual_cumulative, x.drawn_before) <> (0, 0, 0))
           OR (x.amount, x.actual_cumulative, x.drawn_before) <> (x.row_amount, x.row_cumulative, x.row_drawn)
        ORDER BY x.month, x.project_code
        """,
        f"""
        SELECT 'drawdown of ' || {_MONTH.format("d")} || ' says ' || d.total || ' EUR; its rows sum to '
            || coalesce(r.total, 0)
        FROM funds_drawdown d
        LEFT JOIN (SELECT drawdown_id, sum(drawdown_amount) AS total FROM funds_drawdownrow WHERE {_OWN}
                   GROUP BY drawdown_id) r ON r.drawdown_id = d.id
        WHERE d.{_OWN} AND d.total <> coalesce(r.total, 0) ORDER BY d.month
        """,
        f"""
        SELECT 'row ' || r.id || ' belongs to no drawdown' FROM funds_drawdownrow r
        LEFT JOIN funds_drawdown d ON d.id = r.drawdown_id AND d.organisation_id = r.organisation_id
            AND d.plan_id = r.plan_id
        WHERE r.{_OWN} AND d.id IS NULL ORDER BY r.id
        """,
        f"""
        SELECT 'voucher ' || number || ' of ' || year || ' does not follow voucher ' || before FROM (
            SELECT number, extract(year FROM booking_on)::int AS year,
                coalesce(lag(number) OVER (PARTITION BY extract(year FROM booking_on) ORDER BY number), 0) AS before
            FROM funds_drawdown WHERE {_OWN} AND state = 'posted'
        ) v WHERE number <> before + 1 ORDER BY year, number
        """,
        f"""
        SELECT 'drawdown of ' || {_MONTH.format("d")} || ' is posted with ' || d.total || ' EUR; its fund entry says '
            || coalesce((-e.amount)::text, 'nothing')
        FROM funds_drawdown d JOIN funds_useplan p ON p.id = d.plan_id
        LEFT JOIN funds_fundentry e ON e.drawdown_id = d.id AND e.fund_id = p.fund_id AND e.kind = 'drawdown'
            AND e.entry_on = d.booking_on
        WHERE d.{_OWN} AND d.state = 'posted' AND coalesce(e.amount, 0) <> -d.total ORDER BY d.month
        """,
        f"""
        SELECT 'drawdown of ' || {_MONTH.format("d")} || ' was approved by the person who prepared it'
        FROM funds_drawdown d WHERE d.{_OWN} AND d.approved_by_id = d.prepared_by_id ORDER BY d.month
        """,
    ],
)

LEDGER_CHECKS: tuple[Check, ...] = (ACTUALS, BOOKINGS, MONTHS, DRAWDOWNS)
