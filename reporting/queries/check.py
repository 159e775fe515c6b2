"""What ``check_ledger`` recomputes about issued reports."""

from fundtrack.checks import Check, one_check

_OWN = "organisation_id = %(organisation)s"

ISSUED = one_check(
    "issued reports",
    "digests of issued reports and their files, numbers without gaps",
    f"SELECT count(*) FROM reporting_issuedreport WHERE {_OWN}",
    [
        f"""
        SELECT 'report ' || number || ' was changed: its result does not have its digest'
        FROM reporting_issuedreport WHERE {_OWN} AND sha256 <> encode(sha256(convert_to(result, 'UTF8')), 'hex')
        ORDER BY number
        """,
        f"""
        SELECT 'report ' || coalesce(r.number::text, '–') || ', file ' || f.language || '.' || f.format
            || ' was changed: it does not have its digest'
        FROM reporting_issuedfile f LEFT JOIN reporting_issuedreport r ON r.id = f.report_id
        WHERE f.{_OWN} AND (f.sha256 <> encode(sha256(f.content), 'hex') OR f.size <> length(f.content))
        ORDER BY r.number, f.language, f.format
        """,
        f"""
        SELECT 'file ' || f.id || ' belongs to no report' FROM reporting_issuedfile f
        LEFT JOIN reporting_issuedreport r ON r.id = f.report_id AND r.organisation_id = f.organisation_id
        WHERE f.{_OWN} AND r.id IS NULL ORDER BY f.id
        """,
        f"""
        SELECT 'report ' || number || ' does not follow report ' || before FROM (
            SELECT number, coalesce(lag(number) OVER (ORDER BY number), 0) AS before
            FROM reporting_issuedreport WHERE {_OWN}
        ) n WHERE number <> before + 1 ORDER BY number
        """,
        f"""
        SELECT 'report ' || r.number || ' lacks its PDF in ' || (3 - count(f.id)) || ' languages'
        FROM reporting_issuedreport r LEFT JOIN reporting_issuedfile f ON f.report_id = r.id AND f.format = 'pdf'
        WHERE r.{_OWN} GROUP BY r.id, r.number HAVING count(f.id) < 3 ORDER BY r.number
        """,
    ],
)

REPORT_CHECKS: tuple[Check, ...] = (ISSUED,)
