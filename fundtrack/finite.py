"""Numbers and dates that can be computed with: PostgreSQL's columns also take NaN and infinity, which break every sum.

``FiniteColumns`` is a migration operation. It gives every amount, date and moment of an app's tables a check, also
those that later migrations add when they name it again; ``tests/test_consistency.py`` finds a column without one.
"""

from typing import Any

from django.db.migrations.operations import RunSQL

from .periods import FIRST_YEAR, LAST_YEAR

_SQL = r"""
DO $do$
DECLARE found record;
BEGIN
    FOR found IN
        SELECT c.table_name, c.column_name, left(c.table_name || '_' || c.column_name, 54) || '_finite' AS name,
            CASE c.data_type
                WHEN 'numeric' THEN format('%I <> %L', c.column_name, 'NaN')
                ELSE format('%I BETWEEN %L AND %L', c.column_name, '{first}-01-01', '{last}-12-31')
            END AS rule
        FROM information_schema.columns c JOIN information_schema.tables t USING (table_schema, table_name)
        WHERE c.table_schema = current_schema() AND t.table_type = 'BASE TABLE' AND c.table_name LIKE '{app}\_%'
            AND c.data_type IN ('numeric', 'date', 'timestamp with time zone')
    LOOP
        IF NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conname = found.name
                       AND conrelid = format('%I', found.table_name)::regclass) THEN
            EXECUTE format('ALTER TABLE %I ADD CONSTRAINT %I CHECK (%s)', found.table_name, found.name, found.rule);
        END IF;
    END LOOP;
END $do$;
"""


class FiniteColumns(RunSQL):
    """Check every amount, date and moment of the tables of ``app_label``; what is checked already stays."""

    def __init__(self, app_label: str) -> None:
        self.app_label = app_label
        sql = _SQL.replace("%", "%").format(app=app_label, first=FIRST_YEAR, last=LAST_YEAR)
        super().__init__([(sql, None)], reverse_sql=RunSQL.noop)

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        """Name the operation as a migration writes it."""
        return self.__class__.__qualname__, [self.app_label], {}
