"""What ``check_ledger`` recomputes about plans, amendments and the fund's entries."""

from fundtrack.checks import Check, one_check

from ..triggers.entries import ENTRY_DIGEST

_OWN = "organisation_id = %(organisation)s"

#: Σ lines and ceiling of every plan on every day on which one of them changes.
_ALLOCATED = f"""
    SELECT p.id, f.slug, p.year, d.day,
        (SELECT coalesce(sum(l.first_amount), 0) FROM funds_budgetline l WHERE l.plan_id = p.id)
        + (SELECT coalesce(sum(r.amount), 0) FROM funds_amendmentrow r JOIN funds_amendment a ON a.id = r.amendment_id
           WHERE a.plan_id = p.id AND a.effective_on <= d.day) AS planned,
        p.ceiling + (SELECT coalesce(sum(a.ceiling_change), 0) FROM funds_amendment a
           WHERE a.plan_id = p.id AND a.effective_on <= d.day) AS allowed
    FROM funds_useplan p JOIN funds_fund f ON f.id = p.fund_id
    CROSS JOIN LATERAL (
        SELECT effective_on AS day FROM funds_amendment WHERE plan_id = p.id UNION SELECT make_date(p.year, 1, 1)
    ) d
    WHERE p.{_OWN}
"""

#: Every amended line after each of its amendments, beside the amounts that were drawn from it by then.
_AMENDED = f"""
    SELECT l.project_code, a.effective_on,
        l.first_amount + sum(r.amount) OVER (PARTITION BY l.id ORDER BY a.effective_on) AS amount
    FROM funds_amendmentrow r JOIN funds_amendment a ON a.id = r.amendment_id
    JOIN funds_budgetline l ON l.id = r.line_id WHERE r.{_OWN}
"""

PLANS = one_check(
    "plans",
    "lines within the ceiling on every day, amendments that fit their kind and leave no line below zero",
    f"SELECT count(*) FROM funds_budgetline WHERE {_OWN}",
    [
        f"""
        SELECT 'plan ' || slug || ' ' || year || ' allocates ' || planned || ' of a ceiling of ' || allowed || ' on '
            || day
        FROM ({_ALLOCATED}) s WHERE planned > allowed ORDER BY slug, year, day
        """,
        f"""
        SELECT 'amendment ' || a.number || ' of ' || f.slug || ' ' || p.year || ' (' || a.kind || ') has '
            || coalesce(r.rows, 0) || ' rows that sum to ' || coalesce(r.total, 0)
        FROM funds_amendment a JOIN funds_useplan p ON p.id = a.plan_id JOIN funds_fund f ON f.id = p.fund_id
        LEFT JOIN (SELECT amendment_id, count(*) AS rows, sum(amount) AS total FROM funds_amendmentrow WHERE {_OWN}
                   GROUP BY amendment_id) r ON r.amendment_id = a.id
        WHERE a.{_OWN} AND NOT (CASE a.kind
            WHEN 'transfer' THEN coalesce(r.total, 0) = 0 AND coalesce(r.rows, 0) >= 2
            WHEN 'new_money' THEN coalesce(r.total, 0) > 0
            WHEN 'given_back' THEN coalesce(r.total, 0) < 0
            ELSE r.rows IS NULL END)
        ORDER BY f.slug, p.year, a.number
        """,
        f"""
        SELECT 'amendment ' || number || ' of plan ' || plan_id || ' does not follow amendment ' || before FROM (
            SELECT number, plan_id, coalesce(lag(number) OVER (PARTITION BY plan_id ORDER BY number), 0) AS before
            FROM funds_amendment WHERE {_OWN}
        ) a WHERE number <> before + 1 ORDER BY plan_id, number
        """,
        f"""
        SELECT 'line ' || project_code || ' has ' || amount || ' EUR from ' || effective_on
        FROM ({_AMENDED}) s WHERE amount < 0 ORDER BY project_code, effective_on
        """,
        f"""
        SELECT 'row ' || r.id || ' belongs to no amendment' FROM funds_amendmentrow r
        LEFT JOIN funds_amendment a ON a.id = r.amendment_id AND a.organisation_id = r.organisation_id
            AND a.plan_id = r.plan_id
        WHERE r.{_OWN} AND a.id IS NULL ORDER BY r.id
        """,
        f"""
        SELECT 'amendment ' || a.number || ' takes effect on ' || a.effective_on || ' and was recorded after that '
            || 'month had closed'
        FROM funds_amendment a
        JOIN funds_monthstate s ON s.organisation_id = a.organisation_id AND s.state <> 'open'
            AND s.month = date_trunc('month', a.effective_on)
        WHERE a.{_OWN} AND a.recorded_at > s.changed_at + interval '1 minute' ORDER BY a.id
        """,
    ],
)

_CHAINED = f"""
    SELECT f.slug, e.*, {ENTRY_DIGEST.format(row="e")} AS digest_found,
        coalesce(lag(e.number) OVER w, 0) AS number_before, coalesce(lag(e.digest) OVER w, '') AS digest_before
    FROM funds_fundentry e LEFT JOIN funds_fund f ON f.id = e.fund_id
    WHERE e.{_OWN} WINDOW w AS (PARTITION BY e.fund_id ORDER BY e.number)
"""

_BALANCES = f"""
    SELECT f.slug, b.* FROM (
        SELECT DISTINCT fund_id, entry_on, sum(amount) OVER (PARTITION BY fund_id ORDER BY entry_on) AS balance
        FROM funds_fundentry WHERE {_OWN}
    ) b LEFT JOIN funds_fund f ON f.id = b.fund_id
"""

ENTRIES = one_check(
    "fund entries",
    "digests, the unbroken chain of entries, and a balance that is never below zero",
    f"SELECT count(*) FROM funds_fundentry WHERE {_OWN}",
    [
        f"""
        SELECT 'entry ' || number || ' of ' || slug || ' was changed: ' || entry_on || ', ' || kind || ', ' || amount
        FROM ({_CHAINED}) s WHERE digest <> digest_found ORDER BY slug, number
        """,
        f"""
        SELECT 'entry ' || number || ' of ' || slug || ' does not follow entry ' || number_before
        FROM ({_CHAINED}) s WHERE number <> number_before + 1 ORDER BY slug, number
        """,
        f"""
        SELECT 'entry ' || number || ' of ' || slug || ' is not chained to the one before it'
        FROM ({_CHAINED}) s WHERE previous_digest <> digest_before ORDER BY slug, number
        """,
        f"""
        SELECT 'the balance of ' || slug || ' on ' || entry_on || ' is ' || balance
        FROM ({_BALANCES}) s WHERE balance < 0 ORDER BY slug, entry_on
        """,
        f"""
        SELECT 'entry ' || e.number || ' of ' || f.slug || ' says it is a drawdown and has no posted document'
        FROM funds_fundentry e LEFT JOIN funds_fund f ON f.id = e.fund_id
        LEFT JOIN funds_drawdown d ON d.id = e.drawdown_id AND d.state = 'posted'
        WHERE e.{_OWN} AND e.kind = 'drawdown' AND d.id IS NULL ORDER BY f.slug, e.number
        """,
        f"""
        SELECT 'entry ' || e.number || ' of ' || f.slug || ' is dated ' || e.entry_on || ' and was entered after that '
            || 'month had closed'
        FROM funds_fundentry e LEFT JOIN funds_fund f ON f.id = e.fund_id
        LEFT JOIN funds_drawdown d ON d.id = e.drawdown_id
        JOIN funds_monthstate s ON s.organisation_id = e.organisation_id AND s.state <> 'open'
            AND s.month = date_trunc('month', e.entry_on)
        WHERE e.{_OWN} AND d.month IS DISTINCT FROM s.month
            AND e.entered_at > s.changed_at + interval '1 minute' ORDER BY f.slug, e.number
        """,
    ],
)

PLAN_CHECKS: tuple[Check, ...] = (PLANS, ENTRIES)
