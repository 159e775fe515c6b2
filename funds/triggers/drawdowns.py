"""Drawdown documents: made from the ledger's own facts, approved by another person, final once posted.

A document is written children first: its rows, then the document, which compares them with the ledger and seals them.
"""

import pgtrigger

from fundtrack.triggers import DRAWDOWN, LOCK_FUND_ENTRIES, adding_to, not_in_the_future, refuse, sealing

from ..sql import LINE_FACTS
from .months import hold_months
from .plan import HOLD_PLAN

ROW_TRIGGERS = [
    pgtrigger.Trigger(
        name="drawdown_is_sealed",
        when=pgtrigger.Before,
        operation=pgtrigger.Insert,
        func=f"""
            {adding_to(DRAWDOWN, "NEW.drawdown_id")}
            IF EXISTS (SELECT 1 FROM funds_drawdown WHERE id = NEW.drawdown_id) THEN
                {refuse("drawdown_is_sealed", "A drawdown document takes no more rows.")}
            END IF;
            RETURN NEW;
        """,
    ),
]

_PROPOSE = f"""
    {sealing(DRAWDOWN)}
    {not_in_the_future("prepared_at")}
    {HOLD_PLAN.format(plan="NEW.plan_id")}
    {hold_months("NEW.organisation_id")}
    IF NEW.state <> 'proposed' THEN
        {refuse("drawdown_starts_proposed", "A drawdown starts as a proposal.")}
    END IF;
    SELECT p.year, p.state, f.december_rule INTO plan
    FROM funds_useplan p JOIN funds_fund f ON f.id = p.fund_id WHERE p.id = NEW.plan_id;
    IF plan.state <> 'active' OR plan.year <> extract(year FROM NEW.month) THEN
        {refuse("drawdown_in_plan_year", "A drawdown belongs to a plan in force and its year.")}
    END IF;
    IF NOT EXISTS (SELECT 1 FROM funds_monthstate s WHERE s.organisation_id = NEW.organisation_id
                   AND s.month = NEW.month AND s.state <> 'open') THEN
        {refuse("drawdown_needs_closed_month", "Month % is open.", "to_char(NEW.month, 'YYYY-MM')")}
    END IF;
    IF EXISTS (SELECT 1 FROM funds_drawdown d WHERE d.plan_id = NEW.plan_id AND d.state <> 'withdrawn'
               AND (d.month >= NEW.month OR d.state <> 'posted')) THEN
        {refuse("drawdowns_in_order", "Another drawdown of this plan stands in the way.")}
    END IF;
    IF NOT (CASE WHEN extract(month FROM NEW.month) = 12 AND plan.december_rule = 'same-year'
        THEN NEW.booking_on = make_date(plan.year, 12, 31)
        -- Late, when the following month takes nothing any more, it is booked in the first open one.
        ELSE date_trunc('month', NEW.booking_on) = (
            SELECT greatest(NEW.month + interval '1 month', max(s.month) + interval '1 month')
            FROM funds_monthstate s WHERE s.organisation_id = NEW.organisation_id AND s.state <> 'open') END) THEN
        {refuse("drawdown_booked_in_next_month", "A drawdown of % is not booked on %.", "NEW.month", "NEW.booking_on")}
    END IF;
    IF EXISTS (
        SELECT 1 FROM ({LINE_FACTS.format(plan="NEW.plan_id", month="NEW.month")}) f
        FULL JOIN (SELECT * FROM funds_drawdownrow WHERE drawdown_id = NEW.id) r ON r.line_id = f.line_id
        WHERE f.line_id IS NULL OR r.line_id IS NULL
           OR (f.amount, f.actual_cumulative, f.drawn_before) <> (r.amount, r.actual_cumulative, r.drawn_before)
    ) THEN
        {refuse("drawdown_from_the_ledger", "The rows of the drawdown differ from the ledger.")}
    END IF;
    SELECT coalesce(sum(drawdown_amount), 0) INTO NEW.total FROM funds_drawdownrow WHERE drawdown_id = NEW.id;
    RETURN NEW;
"""

_STEP = f"""
    {not_in_the_future("approved_at", "posted_at", "withdrawn_at")}
    IF (OLD.state, NEW.state) NOT IN (('proposed', 'approved'), ('approved', 'posted'),
                                      ('proposed', 'withdrawn'), ('approved', 'withdrawn')) THEN
        {refuse("drawdown_step", "A drawdown that is % cannot become %.", "OLD.state", "NEW.state")}
    END IF;
    IF (NEW.id, NEW.organisation_id, NEW.plan_id, NEW.month, NEW.booking_on, NEW.total, NEW.prepared_by_id,
        NEW.prepared_at) IS DISTINCT FROM
       (OLD.id, OLD.organisation_id, OLD.plan_id, OLD.month, OLD.booking_on, OLD.total, OLD.prepared_by_id,
        OLD.prepared_at)
       OR (OLD.state = 'approved' AND (NEW.approved_by_id, NEW.approved_at)
           IS DISTINCT FROM (OLD.approved_by_id, OLD.approved_at)) THEN
        {refuse("drawdown_facts_stay", "A drawdown changes its state and nothing else.")}
    END IF;
    IF NEW.state = 'posted' THEN
        -- The lock is held to the end and no document is ever deleted: the series has no gaps and no doubles.
        PERFORM pg_advisory_xact_lock(NEW.organisation_id::int, {LOCK_FUND_ENTRIES});
        SELECT coalesce(max(number), 0) + 1 INTO NEW.number FROM funds_drawdown
        WHERE organisation_id = NEW.organisation_id
          AND extract(year FROM booking_on) = extract(year FROM NEW.booking_on);
    END IF;
    RETURN NEW;
"""

DRAWDOWN_TRIGGERS = [
    pgtrigger.Trigger(
        name="drawdown_proposed",
        when=pgtrigger.Before,
        operation=pgtrigger.Insert,
        declare=[("plan", "record")],
        func=_PROPOSE,
    ),
    pgtrigger.Trigger(name="drawdown_step", when=pgtrigger.Before, operation=pgtrigger.Update, func=_STEP),
    pgtrigger.Trigger(
        name="drawdown_posted_whole",
        when=pgtrigger.After,
        operation=pgtrigger.Update,
        timing=pgtrigger.Deferred,
        func=f"""
            IF NEW.state = 'posted' AND (
                (NEW.total <> 0 AND NOT EXISTS (SELECT 1 FROM funds_fundentry e WHERE e.drawdown_id = NEW.id))
                OR NOT EXISTS (SELECT 1 FROM funds_monthstate s WHERE s.organisation_id = NEW.organisation_id
                               AND s.month = NEW.month AND s.state = 'locked')) THEN
                {refuse("drawdown_posted_whole", "A posted drawdown has its fund entry and locks its month.")}
            END IF;
            RETURN NULL;
        """,
    ),
]
