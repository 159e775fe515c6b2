"""Who acted, and in which request, stays with the events that say so.

The package adds to a context while its request goes on; what a context says already is never changed or removed.
"""

from django.db import migrations

FORWARD = """
CREATE FUNCTION pghistory_context_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND NEW.id = OLD.id AND NEW.metadata @> OLD.metadata THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'The context of a change stays as it was.'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'context_stays';
END $$;
CREATE TRIGGER context_stays BEFORE UPDATE OR DELETE ON pghistory_context
    FOR EACH ROW EXECUTE FUNCTION pghistory_context_stays();
CREATE TRIGGER context_no_truncate BEFORE TRUNCATE ON pghistory_context
    FOR EACH STATEMENT EXECUTE FUNCTION pghistory_context_stays();
"""

BACKWARD = """
DROP TRIGGER context_stays ON pghistory_context;
DROP TRIGGER context_no_truncate ON pghistory_context;
DROP FUNCTION pghistory_context_stays();
"""


class Migration(migrations.Migration):
    dependencies = [("organisations", "0001_initial"), ("pghistory", "0007_auto_20250421_0444")]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
