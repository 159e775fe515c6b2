"""SQL of an import: which rows of a file the ledger knows, and what would be booked from the others.

Preview and commit are made from this one piece of SQL, so that a commit books exactly what was shown.

Sameness. Rows of files are compared by what the newest committed file said of them, wherever a rule or a person has led
them since, so that a rule that was added or a correction by hand books nothing twice; then, and with rows that people
typed, by the codes that were booked. What an import removed or undid counts as gone; what a person reversed does not.
Rows are the same when month, cost centre, project code and amount agree, and with them account, voucher and date where
the file has them. Description and supplier join in only where there is no voucher: accounting systems let people edit
them. Equal rows are counted: three in the file and two in the ledger make one new row. Rows typed into the grid have no
identity and are never taken for a row of a file that only adds movements.

A row of the same bytes that were committed before is first of all the one that it was then.

In a file of whole months a ledger row is taken with everything that was corrected in it since. What is left over on
both sides with the same voucher is a changed row (the same one where only its date or words differ), and what is left
over in the ledger, in the file's months and cost centres (as the files named them, else as they were booked), is a
removed one; a file that names no cost centres speaks of all that such files said. What people corrected, to nothing
too, is set to what the file says, unless they settled it to nothing. Lines of other funds are not touched.

Source: domain.md §2 (R1, append-only, corrections), the rules of sameness are ours.
"""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from .models import ImportBatch

#: The planner cannot know how many rows a file or a part of the query has, and takes them for few. Walking through
#: 200 000 rows for each of 200 000 others never ends; hashing them takes a second.
_PLAN = "SET LOCAL enable_nestloop = off; SET LOCAL jit = off; SET LOCAL work_mem = '64MB'"
_PLAN_AS_USUAL = "SET LOCAL enable_nestloop TO DEFAULT; SET LOCAL jit TO DEFAULT; SET LOCAL work_mem TO DEFAULT"

#: The code of a row ``r`` of ``funds_importrow`` as its file said it, before a rule gave it one.
SAID_CODE = "CASE WHEN r.by_rule THEN coalesce(r.replaced_code, '') ELSE r.project_code END"

#: Columns of a profile that make a row what it is.
_IDENTITY = ("account", "voucher", "date", "description", "supplier")


@dataclass(frozen=True)
class OutcomeQuery:
    """The common table expressions of one batch, and their parameters.

    ``entries`` has one row for each actual to book, ``known`` one for each row of the file that the ledger has.
    """

    ctes: str
    parameters: dict[str, int]


@contextmanager
def planned() -> Iterator[CursorWrapper]:
    """A cursor for statements made from ``outcome_query``, with plans that suit many rows."""
    # Settings that are local need a transaction.
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_PLAN)
        yield cursor
        cursor.execute(_PLAN_AS_USUAL)


def outcome_query(batch: ImportBatch) -> OutcomeQuery:
    """SQL that begins with ``WITH RECURSIVE`` and defines, among others:

    - ``file``: rows of the file that count, with the line that they lead to
    - ``known (import_row_id, root)``
    - ``entries``: the columns of an actual, and ``kind`` (new, changed or removed), ``number`` (row of the file) and
      ``lost`` (a correction for which the plan of its month has no line)
    """
    columns = set(batch.profile.get("columns", {}))
    whole = batch.manner == ImportBatch.Manner.WHOLE_MONTHS
    key = _key(columns & set(_IDENTITY))
    ctes = _TEMPLATE.format(
        said_code=SAID_CODE,
        scope=_SCOPE_WHOLE if whole else _SCOPE_MOVEMENTS,
        amount=_AMOUNT_WHOLE if whole else _AMOUNT_MOVEMENTS,
        spoken_of=_SPOKEN_OF if whole else "false",
        file_said=key.format(row="f", centre="f.said_centre", code="f.said_code", amount="f.amount"),
        ledger_said=key.format(row="n", centre="n.said_centre", code="n.said_code", amount="n.amount"),
        file_key=key.format(row="f", centre="f.centre", code="f.project_code", amount="f.amount"),
        ledger_key=key.format(
            row="n", centre="n.cost_centre_code", code="n.project_code", amount=f"({_AMOUNT_COUNTED})"
        ),
        own_twins=_TWINS_NONE if whole else _TWINS_MOVEMENTS,
        same=_SAME.format(key=_row_key(columns), only="" if whole else _FOUND_BEFORE),
        changed=_CHANGED_WHOLE.format(key=_row_key(columns)) if whole else _CHANGED_NONE,
        removed=_REMOVED_WHOLE if whole else _REMOVED_NONE,
    )
    return OutcomeQuery(ctes, {"batch": batch.pk, "organisation": batch.organisation_id, "fund": batch.fund_id})


def _key(identity: Collection[str]) -> str:
    """One text that is equal for the same rows; the unit separator keeps fields apart."""
    parts = ["{row}.effective_month::text", "{centre}", "{code}", "{amount}::text"]
    if "account" in identity:
        parts.append("{row}.account")
    if "date" in identity:
        parts.append("coalesce({row}.booked_on::text, '')")
    words = [f"{{row}}.{name}" for name in ("description", "supplier") if name in identity]
    if "voucher" in identity:
        parts.append("{row}.voucher")
        parts += [f"CASE WHEN {{row}}.voucher = '' THEN {word} ELSE '' END" for word in words]
    else:
        parts += words
    return "concat_ws(chr(31), " + ", ".join(parts) + ", '')"


def _row_key(identity: Collection[str]) -> str:
    """What a row keeps when its amount, date or words are changed: month, codes, account and voucher."""
    key = "concat_ws(chr(31), f.effective_month::text, f.centre, f.project_code, f.voucher"
    return key + (", f.account, '')" if "account" in identity else ", '')")


_SCOPE_MOVEMENTS = "AND b.source NOT IN ('grid', 'paste')"
_SCOPE_WHOLE = "AND (a.import_row_id IS NOT NULL OR a.cost_centre_code IN (SELECT code FROM centres))"
#: A movement is the row that the file said, whatever people made of it; a whole month is what the ledger holds.
_AMOUNT_MOVEMENTS = "coalesce(s.amount, n.amount)"
#: Only what was settled to nothing stays as the file said it: the file still has that row, and nobody may book it.
_AMOUNT_WHOLE = "CASE WHEN n.amount = 0 AND NOT coalesce(n.by_hand, false) THEN s.amount ELSE n.amount END"
#: With a voucher it is sure that a file now says what people had corrected; without one it may be another row.
_AMOUNT_COUNTED = "CASE WHEN n.voucher <> '' THEN n.standing ELSE n.amount END"
#: Rows of the ledger that a file of whole months speaks of, and may change or remove: those that files named with one
#: of its cost centres, and where one of the two names none, those that stand on one; where both name none, all of them.
#: Never what stands, or stood last, on another fund's line, nor what another fund's file brought outside the plan.
_SPOKEN_OF = """
    (n.standing <> 0 OR n.by_hand) AND n.root NOT IN (SELECT root FROM elsewhere) AND (
        n.said_centre <> '' AND n.said_centre IN (SELECT said_centre FROM scope)
        OR n.cost_centre_code IN (SELECT centre FROM scope WHERE said_centre = '')
        OR coalesce(n.said_centre, '') = '' AND n.cost_centre_code IN (SELECT code FROM centres)
        OR n.said_centre = '' AND NOT EXISTS (SELECT 1 FROM scope WHERE said_centre <> '')
    )
"""

#: Another date or other words, and the same amount: there is no difference to book.
_SAME = """
    SELECT f.id AS import_row_id, k.root FROM (
        SELECT f.id, {key} || f.amount || row_number() OVER (PARTITION BY {key}, f.amount ORDER BY f.number) AS identity
        FROM file f LEFT JOIN known_counted k ON k.import_row_id = f.id
        WHERE f.voucher <> '' AND k.import_row_id IS NULL{only}
    ) f JOIN (
        SELECT f.root,
            {key} || f.amount || row_number() OVER (PARTITION BY {key}, f.amount ORDER BY f.by_hand, f.root) AS identity
        FROM (SELECT n.*, n.cost_centre_code AS centre FROM ledger n) f LEFT JOIN known_counted k ON k.root = f.root
        WHERE f.voucher <> '' AND k.root IS NULL
    ) k USING (identity)
"""
#: In a file of movements that may be another row. It is the same one where a whole month of the same bytes found it.
_FOUND_BEFORE = " AND f.number IN (SELECT number FROM twins WHERE found_in_whole_month)"
#: A row of the very same bytes is the one that they booked before, as long as anything of it stands.
_TWINS_MOVEMENTS = """
    SELECT DISTINCT ON (n.root) f.id AS import_row_id, n.root FROM (
        SELECT DISTINCT ON (f.id) f.id, c.root FROM file f JOIN twins t ON t.number = f.number
            AND t.month = f.effective_month AND t.amount = f.amount
        JOIN chain c ON c.import_row_id = t.id ORDER BY f.id, t.id DESC
    ) f JOIN ledger n USING (root) ORDER BY n.root, f.id
"""
_TWINS_NONE = "SELECT NULL::bigint AS import_row_id, NULL::bigint AS root WHERE false"
_CHANGED_NONE = "SELECT NULL::bigint AS id, NULL::bigint AS root, NULL::numeric AS difference WHERE false"
_CHANGED_WHOLE = """
    SELECT f.id, k.root, f.amount - k.amount AS difference FROM (
        SELECT f.id, f.amount, {key} || row_number() OVER (PARTITION BY {key} ORDER BY f.number) AS identity
        FROM file_left f WHERE f.voucher <> ''
    ) f JOIN (
        SELECT f.root, f.amount,
            {key} || row_number() OVER (PARTITION BY {key} ORDER BY f.standing = 0, f.root) AS identity
        FROM ledger_spoken_of f WHERE f.voucher <> ''
    ) k USING (identity)
"""
_REMOVED_NONE = "SELECT NULL::bigint AS root WHERE false"
_REMOVED_WHOLE = """
    SELECT n.root FROM ledger_spoken_of n LEFT JOIN changed g ON g.root = n.root
    WHERE g.root IS NULL AND n.standing <> 0
"""

_TEMPLATE = """
WITH RECURSIVE closed AS (
    SELECT max(month) AS month, (max(month) + interval '1 month')::date AS first_open
    FROM funds_monthstate WHERE organisation_id = %(organisation)s AND state <> 'open'
),
lines AS (
    SELECT l.id, l.year, l.project_code, c.code AS centre FROM funds_budgetline l
    JOIN funds_useplan p ON p.id = l.plan_id AND p.state = 'active'
    JOIN funds_target t ON t.id = l.target_id JOIN funds_costcentre c ON c.id = t.cost_centre_id
    WHERE l.organisation_id = %(organisation)s
),
file AS MATERIALIZED (
    SELECT r.id, r.number, r.month AS effective_month, r.booked_on, r.amount, r.account, r.voucher, r.description,
        r.supplier, r.project_code, r.by_code, r.cost_centre_code AS said_centre,
        {said_code} AS said_code,
        coalesce(o.centre, r.cost_centre_code) AS centre,
        CASE WHEN r.month <= closed.month THEN closed.first_open ELSE r.month END AS month
    FROM funds_importrow r CROSS JOIN closed
    LEFT JOIN lines o ON r.by_code AND o.year = extract(year FROM r.month)::int AND o.project_code = r.project_code
    WHERE r.batch_id = %(batch)s AND r.kind = 'row'
),
-- Months and cost centres that the file speaks of: a row of nothing says that there is nothing.
scope AS MATERIALIZED (
    SELECT DISTINCT effective_month, centre, said_centre FROM file
    UNION
    SELECT DISTINCT r.month, coalesce(o.centre, r.cost_centre_code), r.cost_centre_code FROM funds_importrow r
    LEFT JOIN lines o ON r.by_code AND o.year = extract(year FROM r.month)::int AND o.project_code = r.project_code
    WHERE r.batch_id = %(batch)s AND r.kind = 'skipped' AND r.reason = 'zero' AND r.month IS NOT NULL
),
-- Cost centres on which its rows stand, or which it names, whatever rules make of their rows.
centres AS (SELECT centre AS code FROM scope UNION SELECT said_centre FROM scope WHERE said_centre <> ''),
chain AS (
    SELECT a.id AS root, a.id, a.amount, a.line_id, a.cost_centre_code, a.project_code, a.month, a.concerns_month,
        a.import_row_id, b.source
    FROM funds_actual a JOIN funds_booking b ON b.id = a.booking_id
    WHERE a.organisation_id = %(organisation)s AND a.corrects_id IS NULL
        AND coalesce(a.concerns_month, a.month) IN (SELECT effective_month FROM scope) {scope}
    UNION ALL
    SELECT c.root, a.id, a.amount, a.line_id, a.cost_centre_code, a.project_code, a.month, a.concerns_month,
        a.import_row_id, b.source
    FROM chain c JOIN funds_actual a ON a.corrects_id = c.id JOIN funds_booking b ON b.id = a.booking_id
),
net AS (
    SELECT root, max(id) AS last_id, sum(amount) AS amount,
        (max(id) FILTER (WHERE source = 'import')) = max(id) AS ended_by_import,
        bool_or(id <> root AND source NOT IN ('import', 'settlement')) AS by_hand,
        bool_or(source <> 'import') AS has_hands
    FROM chain GROUP BY root
),
elsewhere AS (
    SELECT c.root FROM chain c JOIN net n USING (root) JOIN funds_budgetline l ON l.id = c.line_id
    JOIN funds_useplan p ON p.id = l.plan_id WHERE p.fund_id <> %(fund)s
    GROUP BY c.root, c.line_id HAVING sum(c.amount) <> 0 OR bool_or(c.id IN (c.root, n.last_id))
    UNION ALL
    SELECT c.root FROM chain c LEFT JOIN funds_importrow r ON r.id = c.import_row_id
    LEFT JOIN funds_importbatch i ON i.id = r.batch_id
    GROUP BY c.root HAVING bool_and(c.line_id IS NULL) AND bool_and(i.id IS NULL OR i.fund_id <> %(fund)s)
        AND bool_or(i.id IS NOT NULL)
),
-- Rows of earlier imports of the same sheet of the same bytes.
twins AS MATERIALIZED (
    SELECT r.id, r.number, r.month, r.amount, a.id IS NULL AND b.manner = 'whole_months' AS found_in_whole_month
    FROM funds_importbatch o JOIN funds_importfile y ON y.id = o.file_id JOIN funds_importfile x ON x.sha256 = y.sha256
    JOIN funds_importbatch b ON b.file_id = x.id AND b.reading->>'sheet' IS NOT DISTINCT FROM o.reading->>'sheet'
    JOIN funds_importrow r ON r.batch_id = b.id AND r.kind = 'row' LEFT JOIN funds_actual a ON a.import_row_id = r.id
    WHERE o.id = %(batch)s AND b.organisation_id = %(organisation)s AND b.id <> %(batch)s AND b.state = 'committed'
),
-- What the newest file that is still committed said of each row.
said AS (
    SELECT DISTINCT ON (c.root) c.root, r.amount, r.cost_centre_code AS centre,
        {said_code} AS code, r.booked_on, r.account,
        r.voucher, r.description, r.supplier
    FROM chain c JOIN funds_importrow r ON r.id = c.import_row_id
    JOIN funds_importbatch i ON i.id = r.batch_id AND i.state = 'committed'
    ORDER BY c.root, c.id DESC
),
ledger AS (
    SELECT n.root, coalesce(a.concerns_month, a.month) AS effective_month, a.line_id, a.cost_centre_code,
        a.project_code, {amount} AS amount, n.amount AS standing, coalesce(n.by_hand, false) AS by_hand, n.has_hands,
        s.root IS NOT NULL AS is_said, s.centre AS said_centre, s.code AS said_code,
        CASE WHEN s.root IS NULL THEN a.booked_on ELSE s.booked_on END AS booked_on,
        coalesce(s.account, a.account) AS account, coalesce(s.voucher, a.voucher) AS voucher,
        coalesce(s.description, a.description) AS description, coalesce(s.supplier, a.supplier) AS supplier
    FROM net n JOIN funds_actual a ON a.id = n.root LEFT JOIN said s ON s.root = n.root
    WHERE n.amount <> 0 OR (s.root IS NOT NULL AND NOT coalesce(n.ended_by_import, false))
),
-- What is known: first the rows of the very same bytes.
own_twins AS MATERIALIZED ({own_twins}),
-- Then by what the files said, whatever rules made of it then and now; then by the codes that were booked.
-- The key and its turn stand in one text: joined as two, they tempt the planner to compare all rows of one turn.
file_said AS (
    SELECT f.id, {file_said} || row_number() OVER (PARTITION BY {file_said} ORDER BY f.number) AS identity
    FROM file f LEFT JOIN own_twins t ON t.import_row_id = f.id WHERE t.import_row_id IS NULL
),
ledger_said AS (
    SELECT n.root,
        {ledger_said} || row_number() OVER (PARTITION BY {ledger_said} ORDER BY n.by_hand, n.root) AS identity
    FROM ledger n LEFT JOIN own_twins t ON t.root = n.root WHERE n.is_said AND t.root IS NULL
),
known_said AS MATERIALIZED (
    SELECT import_row_id, root FROM own_twins
    UNION ALL
    SELECT f.id, k.root FROM file_said f JOIN ledger_said k USING (identity)
),
file_counted AS (
    SELECT f.id, {file_key} || row_number() OVER (PARTITION BY {file_key} ORDER BY f.number) AS identity
    FROM file f LEFT JOIN known_said k ON k.import_row_id = f.id WHERE k.import_row_id IS NULL
),
ledger_counted AS (
    SELECT n.root, {ledger_key} || row_number() OVER (PARTITION BY {ledger_key} ORDER BY n.by_hand, n.root) AS identity
    FROM ledger n LEFT JOIN known_said k ON k.root = n.root WHERE k.root IS NULL
),
known_counted AS MATERIALIZED (
    SELECT import_row_id, root FROM known_said
    UNION ALL
    SELECT f.id, k.root FROM file_counted f JOIN ledger_counted k USING (identity)
),
same AS ({same}),
known AS MATERIALIZED (SELECT import_row_id, root FROM known_counted UNION ALL SELECT import_row_id, root FROM same),
file_left AS (
    SELECT f.* FROM file f LEFT JOIN known k ON k.import_row_id = f.id WHERE k.import_row_id IS NULL
),
ledger_left AS (
    SELECT n.*, n.cost_centre_code AS centre FROM ledger n LEFT JOIN known k ON k.root = n.root WHERE k.root IS NULL
),
ledger_spoken_of AS (SELECT n.* FROM ledger_left n WHERE {spoken_of}),
changed AS MATERIALIZED ({changed}),
removed AS ({removed}),
-- Where the money of a ledger row stands today: settling a row moves it to another line, and what was corrected while
-- its month was closed stands in another month. What people took to nothing comes back where they did.
places AS (
    SELECT c.root, c.line_id, c.cost_centre_code, c.project_code, c.month, c.concerns_month, sum(c.amount) AS amount,
        max(c.id) AS last_id
    FROM chain c WHERE c.root IN (SELECT root FROM changed UNION ALL SELECT root FROM removed)
    GROUP BY 1, 2, 3, 4, 5, 6
),
standing AS (
    SELECT DISTINCT ON (root, CASE WHEN amount <> 0 THEN last_id END) p.* FROM (
        SELECT *, bool_or(amount <> 0) OVER (PARTITION BY root) AS stands FROM places
    ) p WHERE amount <> 0 OR NOT stands ORDER BY root, CASE WHEN amount <> 0 THEN last_id END, last_id DESC
),
corrections AS (
    SELECT 'changed' AS kind, g.id AS import_row_id, s.last_id, s.line_id AS line_before, s.cost_centre_code,
        s.project_code, g.difference AS amount
    FROM changed g JOIN (
        -- In the row's own month where that is open, else where it was corrected last.
        SELECT DISTINCT ON (root) s.* FROM standing s CROSS JOIN closed
        ORDER BY root, (concerns_month IS NULL AND (closed.month IS NULL OR s.month > closed.month)) DESC, last_id DESC
    ) s USING (root)
    UNION ALL
    SELECT 'removed', NULL, s.last_id, s.line_id, s.cost_centre_code, s.project_code, -s.amount
    FROM standing s JOIN removed USING (root)
),
entries AS MATERIALIZED (
    SELECT 'new' AS kind, f.id AS import_row_id, f.number, f.month, f.booked_on, l.id AS line_id,
        f.centre AS cost_centre_code, f.project_code, f.amount, f.account, f.voucher, f.description, f.supplier,
        NULL::bigint AS corrects_id,
        CASE WHEN f.month <> f.effective_month THEN f.effective_month END AS concerns_month, false AS lost
    FROM file_left f
    -- The first open month belongs to a plan; a row of a year that no plan speaks of does not.
    LEFT JOIN lines l ON l.year = extract(year FROM f.month)::int AND l.project_code = f.project_code
        AND l.centre = f.centre AND extract(year FROM f.effective_month)::int IN (SELECT year FROM lines)
    LEFT JOIN changed g ON g.id = f.id WHERE g.id IS NULL
    UNION ALL
    SELECT x.kind, x.import_row_id, r.number, t.month,
        CASE WHEN date_trunc('month', d.booked_on)::date IN (t.month, t.concerns_month) THEN d.booked_on END,
        CASE WHEN x.line_before IS NOT NULL THEN l.id END,
        x.cost_centre_code, x.project_code, x.amount, coalesce(r.account, b.account), coalesce(r.voucher, b.voucher),
        coalesce(r.description, b.description), coalesce(r.supplier, b.supplier), x.last_id, t.concerns_month,
        x.line_before IS NOT NULL AND l.id IS NULL
    FROM corrections x JOIN funds_actual b ON b.id = x.last_id CROSS JOIN closed
    LEFT JOIN funds_importrow r ON r.id = x.import_row_id
    CROSS JOIN LATERAL (SELECT coalesce(r.booked_on, b.booked_on) AS booked_on) d
    CROSS JOIN LATERAL (
        SELECT CASE WHEN b.month <= closed.month THEN closed.first_open ELSE b.month END AS month,
            CASE WHEN b.month <= closed.month THEN coalesce(b.concerns_month, b.month) ELSE b.concerns_month END
                AS concerns_month
    ) t
    LEFT JOIN lines l ON l.year = extract(year FROM t.month)::int AND l.project_code = x.project_code
        AND l.centre = x.cost_centre_code
)
"""
