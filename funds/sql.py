"""SQL that more than one place must compute in the same way."""


def _line_facts(*, amended: str = "", actuals: str = "", drawdowns: str = "w.state <> 'withdrawn'") -> str:
    """The facts of lines, from all rows or from those that were known at a moment."""
    return f"""
    SELECT l.id AS line_id,
        l.first_amount + coalesce(a.amount, 0) AS amount,
        coalesce(s.cumulative, 0) AS actual_cumulative,
        coalesce(s.in_month, 0) AS actual_month,
        coalesce(d.drawn, 0) AS drawn_before
    FROM funds_budgetline l
    LEFT JOIN (
        SELECT r.line_id, sum(r.amount) AS amount FROM funds_amendmentrow r
        JOIN funds_amendment m ON m.id = r.amendment_id
        WHERE m.plan_id = {{plan}} AND m.effective_on < {{month}}::date + interval '1 month'{amended} GROUP BY r.line_id
    ) a ON a.line_id = l.id
    LEFT JOIN (
        SELECT x.line_id, sum(x.amount) AS cumulative, sum(x.amount) FILTER (WHERE x.month = {{month}}) AS in_month
        FROM funds_actual x JOIN funds_budgetline b ON b.id = x.line_id
        WHERE b.plan_id = {{plan}} AND x.month <= {{month}}{actuals} GROUP BY x.line_id
    ) s ON s.line_id = l.id
    LEFT JOIN (
        SELECT r.line_id, sum(r.drawdown_amount) AS drawn FROM funds_drawdownrow r
        JOIN funds_drawdown w ON w.id = r.drawdown_id
        WHERE w.plan_id = {{plan}} AND w.month < {{month}} AND {drawdowns} GROUP BY r.line_id
    ) d ON d.line_id = l.id
    WHERE l.plan_id = {{plan}}
"""


#: Facts of every line of a plan at the end of a month, from rows alone. Placeholders ``{plan}`` (id) and ``{month}``
#: (first day). Columns: line_id, amount, actual_cumulative, actual_month, drawn_before (EUR). Used by the drawdown
#: action, by the trigger that verifies a proposed document, and by ``check_ledger``.
LINE_FACTS = _line_facts()

#: The same facts as they were known at ``{as_of}`` (moment): without later bookings, amendments and documents, and with
#: documents that were withdrawn later. Used by the reports.
LINE_FACTS_AS_OF = _line_facts(
    amended=" AND m.recorded_at <= {as_of}",
    # A list of the few later bookings, hashed once: cheaper than joining every row to its booking.
    actuals=" AND x.booking_id NOT IN (SELECT k.id FROM funds_booking k WHERE k.made_at > {as_of})",
    drawdowns="w.prepared_at <= {as_of} AND (w.withdrawn_at IS NULL OR w.withdrawn_at > {as_of})",
)
