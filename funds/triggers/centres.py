"""Cost centres: the code is what the ledger's rows and issued documents say, so it never changes."""

import pgtrigger

from fundtrack.triggers import refuse

TRIGGERS = [
    pgtrigger.Trigger(
        name="cost_centre_code_stays",
        when=pgtrigger.Before,
        operation=pgtrigger.Update,
        func=f"""
            IF (NEW.organisation_id, NEW.code) <> (OLD.organisation_id, OLD.code) THEN
                {refuse("cost_centre_code_stays", "The code of a cost centre never changes.")}
            END IF;
            RETURN NEW;
        """,
    ),
]
