"""Fund entries: numbered without gaps, chained, never in a closed month, balance never below zero."""

import pgtrigger

from fundtrack.triggers import LOCK_FUND_ENTRIES, not_in_the_future, refuse

from .months import hold_months, in_closed_month

#: SQL of one row's digest; ``{row}`` is the row's alias. Used by the trigger and by ``check_ledger``.
ENTRY_DIGEST = (
    "encode(sha256(convert_to(jsonb_build_array({row}.organisation_id, {row}.fund_id, {row}.number, {row}.entry_on, "
    "{row}.kind, {row}.amount::text, {row}.drawdown_id, {row}.decision_reference, {row}.description, "
    "{row}.entered_by_id, extract(epoch from {row}.entered_at)::text, {row}.previous_digest)::text, 'UTF8')), 'hex')"
)

TRIGGERS = [
    pgtrigger.Trigger(
        name="fund_entry_chained",
        when=pgtrigger.Before,
        operation=pgtrigger.Insert,
        declare=[("document", "record"), ("drawn", "date")],
        func=f"""
            PERFORM pg_advisory_xact_lock(NEW.organisation_id::int, {LOCK_FUND_ENTRIES});
            IF NEW.kind = 'drawdown' THEN
                SELECT d.state, d.total, d.booking_on, d.month, p.fund_id INTO document
                FROM funds_drawdown d JOIN funds_useplan p ON p.id = d.plan_id WHERE d.id = NEW.drawdown_id;
                IF document.state IS DISTINCT FROM 'posted' OR document.total <> -NEW.amount
                   OR document.booking_on <> NEW.entry_on OR document.fund_id <> NEW.fund_id THEN
                    {refuse("fund_entry_fits_drawdown", "A drawdown entry needs its posted document.")}
                END IF;
                drawn := document.month;
            END IF;
            {hold_months("NEW.organisation_id")}
            -- December's drawdown may stand in December itself, which is closed by then.
            IF {in_closed_month("NEW.organisation_id", "NEW.entry_on")}
               AND drawn IS DISTINCT FROM date_trunc('month', NEW.entry_on)::date THEN
                {refuse("month_is_closed", "Month % is not open.", "to_char(NEW.entry_on, 'YYYY-MM')")}
            END IF;
            {not_in_the_future("entered_at")}
            SELECT coalesce(max(number), 0) + 1 INTO NEW.number FROM funds_fundentry WHERE fund_id = NEW.fund_id;
            SELECT coalesce(max(digest), '') INTO NEW.previous_digest FROM funds_fundentry
            WHERE fund_id = NEW.fund_id AND number = NEW.number - 1;
            NEW.digest := {ENTRY_DIGEST.format(row="NEW")};
            RETURN NEW;
        """,
    ),
    pgtrigger.Trigger(
        name="fund_balance_not_negative",
        when=pgtrigger.After,
        operation=pgtrigger.Insert,
        declare=[("short", "record")],
        func=f"""
            SELECT entry_on, balance INTO short FROM (
                SELECT entry_on, sum(amount) OVER (ORDER BY entry_on) AS balance
                FROM funds_fundentry WHERE fund_id = NEW.fund_id
            ) running WHERE balance < 0 ORDER BY entry_on LIMIT 1;
            IF FOUND THEN
                {refuse("fund_balance_not_negative", "The balance on % would be %.", "short.entry_on", "short.balance")}
            END IF;
            RETURN NULL;
        """,
    ),
]
