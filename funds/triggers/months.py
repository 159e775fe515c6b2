"""Months: open → closed → locked, in order. Closed reopens with a reason, locked never."""

import pgtrigger

from fundtrack.triggers import LOCK_MONTHS, refuse

#: Every trigger looks at the months as they are after it got the lock. A transaction with one snapshot for all its
#: statements would look at the months as they were before somebody else closed one.
FRESH_SNAPSHOTS = f"""
    IF current_setting('transaction_isolation') NOT IN ('read committed', 'read uncommitted') THEN
        {refuse("read_committed_only", "The ledger is written in READ COMMITTED transactions only.")}
    END IF;
"""


def hold_months(organisation: str) -> str:
    """SQL that keeps the states of the organisation's months as they are until the transaction ends."""
    return f"{FRESH_SNAPSHOTS} PERFORM pg_advisory_xact_lock_shared({organisation}::int, {LOCK_MONTHS});"


def in_closed_month(organisation: str, day: str) -> str:
    """SQL condition: ``day`` lies in a month that takes nothing, because it or a later month is not open.

    A month before the first closed one counts as closed: what is dated in it would change the closed ones' sums.
    """
    return (
        f"EXISTS (SELECT 1 FROM funds_monthstate s WHERE s.organisation_id = {organisation} "
        f"AND s.month >= date_trunc('month', {day})::date AND s.state <> 'open')"
    )


#: SQL of an organisation's first month: the earliest actual, or the earliest month that a plan in force and its
#: fund have together. Months before it need no closing.
FIRST_MONTH = """
    SELECT least(
        (SELECT min(a.month) FROM funds_actual a WHERE a.organisation_id = {organisation}),
        (SELECT min(greatest(make_date(p.year, 1, 1), date_trunc('month', e.entry_on)::date))
         FROM funds_useplan p JOIN funds_fundentry e ON e.fund_id = p.fund_id AND e.kind = 'opening'
         WHERE p.organisation_id = {organisation} AND p.state = 'active'))
"""

TRIGGERS = [
    pgtrigger.Trigger(
        name="month_changes_in_order",
        when=pgtrigger.Before,
        operation=pgtrigger.Insert | pgtrigger.Update,
        declare=[("first_month", "date"), ("gap", "date"), ("before", "text")],
        func=f"""
            {FRESH_SNAPSHOTS}
            PERFORM pg_advisory_xact_lock(NEW.organisation_id::int, {LOCK_MONTHS});
            before := 'open';
            IF TG_OP = 'UPDATE' THEN
                before := OLD.state;
                IF (NEW.id, NEW.organisation_id, NEW.month) <> (OLD.id, OLD.organisation_id, OLD.month) THEN
                    {refuse("month_identity_stays", "A month state never moves to another month.")}
                END IF;
            END IF;
            IF (before, NEW.state) NOT IN (('open', 'closed'), ('closed', 'open'), ('closed', 'locked')) THEN
                {refuse("month_step", "A month that is % cannot become %.", "before", "NEW.state")}
            END IF;
            IF NEW.state = 'closed' THEN
                {FIRST_MONTH.format(organisation="NEW.organisation_id")} INTO first_month;
                IF first_month IS NULL OR NEW.month < first_month THEN
                    {refuse("month_before_the_first", "Nothing to close in %.", "to_char(NEW.month, 'YYYY-MM')")}
                END IF;
                SELECT min(g.month)::date INTO gap
                FROM generate_series(first_month, NEW.month - interval '1 month', interval '1 month') g(month)
                WHERE NOT EXISTS (SELECT 1 FROM funds_monthstate s WHERE s.organisation_id = NEW.organisation_id
                                  AND s.month = g.month AND s.state <> 'open');
                IF gap IS NOT NULL THEN
                    {refuse("months_close_in_order", "Month % is still open.", "to_char(gap, 'YYYY-MM')")}
                END IF;
            ELSIF NEW.state = 'open' THEN
                IF EXISTS (SELECT 1 FROM funds_monthstate s WHERE s.organisation_id = NEW.organisation_id
                           AND s.month > NEW.month AND s.state <> 'open') THEN
                    {refuse("months_reopen_in_order", "A later month is closed.")}
                END IF;
                IF EXISTS (SELECT 1 FROM funds_drawdown d WHERE d.organisation_id = NEW.organisation_id
                           AND d.month = NEW.month AND d.state <> 'withdrawn') THEN
                    {refuse("month_has_drawdown", "The drawdown of % stands.", "to_char(NEW.month, 'YYYY-MM')")}
                END IF;
            ELSIF EXISTS (SELECT 1 FROM funds_monthstate s WHERE s.organisation_id = NEW.organisation_id
                          AND s.month < NEW.month AND s.state <> 'locked') THEN
                {refuse("months_lock_in_order", "An earlier month is not locked.")}
            END IF;
            RETURN NEW;
        """,
    ),
]
