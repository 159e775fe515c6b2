"""Plans, lines and amendments: within the ceiling on every day, frozen where decided.

An amendment is written children first: its rows, then the amendment itself, which checks them and seals them.
"""

import pgtrigger

from fundtrack.triggers import AMENDMENT, adding_to, no_truncate, not_in_the_future, refuse, sealing

from .months import hold_months, in_closed_month

#: A plan's row is held while its sums are checked, so that two changes that fit alone cannot exceed together.
#: Weaker than FOR UPDATE on purpose: foreign key checks of other rows do not wait for it.
HOLD_PLAN = "PERFORM 1 FROM funds_useplan WHERE id = {plan} FOR NO KEY UPDATE;"


def within_ceiling(plan: str) -> str:
    """SQL that refuses when the lines of ``plan`` exceed its ceiling on any day; needs ``over record``."""
    return f"""
        {HOLD_PLAN.format(plan=plan)}
        SELECT day, planned, allowed INTO over FROM (
            SELECT d.day,
                (SELECT coalesce(sum(l.first_amount), 0) FROM funds_budgetline l WHERE l.plan_id = {plan})
                + (SELECT coalesce(sum(r.amount), 0) FROM funds_amendmentrow r
                   JOIN funds_amendment a ON a.id = r.amendment_id
                   WHERE a.plan_id = {plan} AND a.effective_on <= d.day) AS planned,
                (SELECT p.ceiling FROM funds_useplan p WHERE p.id = {plan})
                + (SELECT coalesce(sum(a.ceiling_change), 0) FROM funds_amendment a
                   WHERE a.plan_id = {plan} AND a.effective_on <= d.day) AS allowed
            FROM (SELECT effective_on AS day FROM funds_amendment WHERE plan_id = {plan}
                  UNION SELECT DATE '1900-01-01') d
        ) sums WHERE planned > allowed OR allowed < 0 ORDER BY day LIMIT 1;
        IF FOUND THEN
            {refuse("plan_within_ceiling", "% would be allocated of a ceiling of %.", "over.planned", "over.allowed")}
        END IF;
    """


def _state_of(plan: str) -> str:
    return f"(SELECT state FROM funds_useplan WHERE id = {plan})"


PLAN_TRIGGERS = [
    no_truncate("plan"),
    pgtrigger.Trigger(
        name="plan_is_decided",
        when=pgtrigger.Before,
        operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
        func=f"""
            IF TG_OP = 'INSERT' THEN
                IF NEW.state <> 'draft' THEN {refuse("plan_starts_as_draft", "A plan starts as a draft.")} END IF;
                RETURN NEW;
            END IF;
            IF TG_OP = 'DELETE' THEN
                IF OLD.state = 'active' THEN
                    {refuse("plan_in_force_stays", "A plan in force is never deleted.")}
                END IF;
                RETURN OLD;
            END IF;
            IF (NEW.organisation_id, NEW.fund_id, NEW.year) <> (OLD.organisation_id, OLD.fund_id, OLD.year) THEN
                {refuse("plan_identity_stays", "The fund and the year of a plan never change.")}
            END IF;
            IF OLD.state = 'active' AND (NEW.state, NEW.ceiling) <> (OLD.state, OLD.ceiling) THEN
                {refuse("plan_in_force_amended_only", "A plan in force is changed by amendments only.")}
            END IF;
            IF OLD.state = 'draft' AND NEW.state = 'active'
               AND NOT EXISTS (SELECT 1 FROM funds_budgetline WHERE plan_id = NEW.id) THEN
                {refuse("plan_needs_lines", "A plan without lines cannot come into force.")}
            END IF;
            RETURN NEW;
        """,
    ),
    pgtrigger.Trigger(
        name="plan_within_ceiling",
        when=pgtrigger.After,
        operation=pgtrigger.Insert | pgtrigger.Update,
        timing=pgtrigger.Deferred,
        declare=[("over", "record")],
        func=within_ceiling("NEW.id") + "RETURN NULL;",
    ),
]

TARGET_TRIGGERS = [
    no_truncate("target"),
    pgtrigger.Trigger(
        name="target_in_force_stays",
        when=pgtrigger.Before,
        operation=pgtrigger.Update | pgtrigger.Delete,
        func=f"""
            IF TG_OP = 'DELETE' THEN
                IF {_state_of("OLD.plan_id")} = 'active' THEN
                    {refuse("target_in_force_stays", "A target of a plan in force is never deleted.")}
                END IF;
                RETURN OLD;
            END IF;
            IF NEW.plan_id <> OLD.plan_id THEN
                {refuse("target_plan_stays", "A target never moves to another plan.")}
            END IF;
            IF NEW.cost_centre_id <> OLD.cost_centre_id AND {_state_of("OLD.plan_id")} = 'active' THEN
                {refuse("target_in_force_stays", "The cost centre of a target in force never changes.")}
            END IF;
            RETURN NEW;
        """,
    ),
]

LINE_TRIGGERS = [
    no_truncate("line"),
    pgtrigger.Trigger(
        name="line_in_force_stays",
        when=pgtrigger.Before,
        operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
        func=f"""
            IF TG_OP = 'INSERT' THEN
                IF NEW.first_amount <> 0 AND {_state_of("NEW.plan_id")} = 'active' THEN
                    {refuse("line_amount_by_amendment", "A line added to a plan in force gets its money by amendment.")}
                END IF;
                RETURN NEW;
            END IF;
            IF TG_OP = 'DELETE' THEN
                IF {_state_of("OLD.plan_id")} = 'active' THEN
                    {refuse("line_in_force_stays", "A line of a plan in force is never deleted.")}
                END IF;
                RETURN OLD;
            END IF;
            IF (NEW.plan_id, NEW.year) <> (OLD.plan_id, OLD.year) THEN
                {refuse("line_plan_stays", "A line never moves to another plan.")}
            END IF;
            IF (NEW.target_id, NEW.project_code, NEW.first_amount)
               <> (OLD.target_id, OLD.project_code, OLD.first_amount)
               AND {_state_of("OLD.plan_id")} = 'active' THEN
                {refuse("line_in_force_stays", "Target, code and amount of a line in force never change.")}
            END IF;
            RETURN NEW;
        """,
    ),
    pgtrigger.Trigger(
        name="line_within_ceiling",
        when=pgtrigger.After,
        operation=pgtrigger.Insert | pgtrigger.Update,
        timing=pgtrigger.Deferred,
        declare=[("over", "record")],
        func=within_ceiling("NEW.plan_id") + "RETURN NULL;",
    ),
]

AMENDMENT_TRIGGERS = [
    pgtrigger.Trigger(
        name="amendment_numbered",
        when=pgtrigger.Before,
        operation=pgtrigger.Insert,
        declare=[("plan", "record"), ("change", "numeric"), ("lines", "integer")],
        func=f"""
            {sealing(AMENDMENT)}
            {HOLD_PLAN.format(plan="NEW.plan_id")}
            {hold_months("NEW.organisation_id")}
            {not_in_the_future("recorded_at")}
            SELECT year, state INTO plan FROM funds_useplan WHERE id = NEW.plan_id;
            IF plan.state <> 'active' THEN
                {refuse("amendment_needs_plan_in_force", "Only a plan in force is amended.")}
            END IF;
            IF extract(year FROM NEW.effective_on) <> plan.year THEN
                {refuse("amendment_in_plan_year", "An amendment takes effect in its plan''s year.")}
            END IF;
            IF {in_closed_month("NEW.organisation_id", "NEW.effective_on")} THEN
                {refuse("month_is_closed", "Month % is not open.", "to_char(NEW.effective_on, 'YYYY-MM')")}
            END IF;
            SELECT coalesce(sum(amount), 0), count(*) INTO change, lines
            FROM funds_amendmentrow WHERE amendment_id = NEW.id;
            IF NOT (CASE NEW.kind
                WHEN 'transfer' THEN change = 0 AND lines >= 2
                WHEN 'new_money' THEN change > 0
                WHEN 'given_back' THEN change < 0
                ELSE lines = 0 END) THEN
                {refuse("amendment_fits_kind", "A sum of % does not fit the kind %.", "change", "NEW.kind")}
            END IF;
            -- The plan's row is held: nobody else can take the same number, and none is ever deleted.
            SELECT coalesce(max(number), 0) + 1 INTO NEW.number FROM funds_amendment WHERE plan_id = NEW.plan_id;
            RETURN NEW;
        """,
    ),
    pgtrigger.Trigger(
        name="amendment_keeps_limits",
        when=pgtrigger.After,
        operation=pgtrigger.Insert,
        declare=[("over", "record"), ("low", "record")],
        func=within_ceiling("NEW.plan_id")
        + f"""
            SELECT l.project_code, x.amount, x.drawn INTO low FROM (
                SELECT r.line_id, a.effective_on,
                    (SELECT first_amount FROM funds_budgetline WHERE id = r.line_id)
                    + sum(r.amount) OVER (PARTITION BY r.line_id ORDER BY a.effective_on) AS amount,
                    (SELECT coalesce(sum(dr.drawdown_amount), 0) FROM funds_drawdownrow dr
                     JOIN funds_drawdown d ON d.id = dr.drawdown_id
                     WHERE dr.line_id = r.line_id AND d.state <> 'withdrawn') AS drawn
                FROM funds_amendmentrow r JOIN funds_amendment a ON a.id = r.amendment_id
                WHERE r.line_id IN (SELECT line_id FROM funds_amendmentrow WHERE amendment_id = NEW.id)
            ) x JOIN funds_budgetline l ON l.id = x.line_id
            WHERE x.amount < 0 OR (x.effective_on >= NEW.effective_on AND x.amount < x.drawn)
            ORDER BY l.project_code LIMIT 1;
            IF FOUND THEN
                {
            refuse(
                "amendment_above_drawn",
                "Line % would have % left, and % has been drawn.",
                "low.project_code",
                "low.amount",
                "low.drawn",
            )
        }
            END IF;
            RETURN NULL;
        """,
    ),
]

AMENDMENT_ROW_TRIGGERS = [
    pgtrigger.Trigger(
        name="amendment_is_sealed",
        when=pgtrigger.Before,
        operation=pgtrigger.Insert,
        func=f"""
            {adding_to(AMENDMENT, "NEW.amendment_id")}
            IF EXISTS (SELECT 1 FROM funds_amendment WHERE id = NEW.amendment_id) THEN
                {refuse("amendment_is_sealed", "A recorded amendment takes no more rows.")}
            END IF;
            RETURN NEW;
        """,
    ),
]
