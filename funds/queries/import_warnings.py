"""What a person must have seen before an import is committed, each with the key by which it is acknowledged."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal

from fundtrack import formats
from fundtrack.periods import Month
from fundtrack.sentences import Sentence, told
from fundtrack.sentences import plural_sentence as ngettext
from fundtrack.sentences import sentence as _

from ..actions.actuals import first_open_month
from ..imports.profiles import Profile
from ..models import BudgetLine, ImportBatch
from .import_groups import Group, Outcome, outside_of, sum_of
from .import_lines import ImportWarning

#: So large a part of the ledger's rows, and it is asked whether the file really holds whole months.
_MANY_REMOVED = Decimal("0.1")


def batch_warnings(
    batch: ImportBatch, groups: Sequence[Group], entries: Sequence[Group], funds: Sequence[tuple[str, str, Outcome]]
) -> Iterator[ImportWarning]:
    """What is to be said about a file as a whole; about single lines see ``import_lines.line_warnings``.

    Args:
        entries: those of ``groups`` that would be booked.
        funds: (slug, name, new rows) of other funds to whose lines the file leads.
    """
    for number, note in enumerate(told(batch.reading.get("notes", [])), start=1):
        yield ImportWarning(f"note:{number}", note)
    if batch.reading.get("own_total_agrees") is False:
        text = _("The file's own total is %(own)s, and its rows do not sum to it.")
        yield ImportWarning("own_total", text % {"own": formats.eur(Decimal(batch.reading["own_total"]))})
    yield from _late(entries, first_open_month(batch.organisation))
    yield from _outside(batch, entries)
    yield from _removed(groups, entries)
    yield from _same_file(batch, entries)
    yield from _doubtful(groups)
    if batch.manner == ImportBatch.Manner.MOVEMENTS:
        yield from _other_funds(funds)


def _said(key: str, text: Sentence, rows: Outcome, **values: str) -> ImportWarning:
    return ImportWarning(key, _filled(text, rows, **values))


def _filled(text: Sentence, rows: Outcome, **values: str) -> Sentence:
    return text % {"count": formats.count(rows.count), "sum": formats.eur(rows.amount), **values}


def _late(entries: Sequence[Group], first_open: Month | None) -> Iterator[ImportWarning]:
    """Rows of closed months: they stand in the first open one. A month may have been opened again since."""
    late: dict[tuple[date, date], list[Group]] = defaultdict(list)
    for group in entries:
        if group.concerns_month is not None:
            late[group.concerns_month, group.month].append(group)
    for (concerns, month), found in sorted(late.items()):
        rows, is_open = sum_of(found), first_open is None or Month.of(concerns) >= first_open
        text = _opened_again(rows.count) if is_open else _closed(rows.count)
        months = {"closed": formats.month_short(concerns), "open": formats.month_short(month)}
        yield _said(f"{'month_elsewhere' if is_open else 'month_closed'}:{Month.of(concerns)}", text, rows, **months)


def _closed(count: int) -> Sentence:
    return ngettext(
        "%(closed)s is closed: %(count)s row (%(sum)s) is booked in %(open)s, the first open month.",
        "%(closed)s is closed: %(count)s rows (%(sum)s) are booked in %(open)s, the first open month.",
        count,
    )


def _opened_again(count: int) -> Sentence:
    return ngettext(
        "%(count)s row (%(sum)s) of %(closed)s is booked in %(open)s, where it was corrected while %(closed)s was "
        "closed.",
        "%(count)s rows (%(sum)s) of %(closed)s are booked in %(open)s, where they were corrected while %(closed)s was "
        "closed.",
        count,
    )


def _outside(batch: ImportBatch, entries: Sequence[Group]) -> Iterator[ImportWarning]:
    rows = outside_of(entries)
    if not rows.count:
        return
    text = ngettext(
        "%(count)s row (%(sum)s) leads to no line of a plan in force and is booked outside the plan.",
        "%(count)s rows (%(sum)s) lead to no line of a plan in force and are booked outside the plan.",
        rows.count,
    )
    yield _said("outside_plan", text, rows)
    by_code: dict[str, list[Group]] = defaultdict(list)
    given = {rule.project_code for rule in Profile.from_json(batch.profile).rules} - {""}
    for group in entries:
        if group.kind == "new" and group.line_id is None and group.project_code in given:
            by_code[group.project_code].append(group)
    lines = BudgetLine.objects.filter(organisation=batch.organisation_id, project_code__in=by_code)
    for code in sorted(by_code.keys() - set(lines.values_list("project_code", flat=True))):
        rows = sum_of(by_code[code])
        text = ngettext(
            "A rule gives %(count)s row (%(sum)s) the project code “%(code)s”, which no plan has.",
            "A rule gives %(count)s rows (%(sum)s) the project code “%(code)s”, which no plan has.",
            rows.count,
        )
        yield _said(f"rule_code:{code}", text, rows, code=code)


def rule_remarks(groups: Sequence[Group]) -> Iterator[Sentence]:
    """Where rules lead rows of one cost centre of the plan to lines of another: to be seen, not to be acknowledged."""
    for group in groups:
        if group.kind == "elsewhere":
            text = ngettext(
                "%(count)s row (%(sum)s) of the cost centre %(said)s is booked on lines of the cost centre %(centre)s.",
                "%(count)s rows (%(sum)s) of the cost centre %(said)s are booked on lines of the cost centre "
                "%(centre)s.",
                group.count,
            )
            places = {"said": group.cost_centre_code, "centre": group.project_code}
            yield _filled(text, sum_of([group]), **places)


def _removed(groups: Sequence[Group], entries: Sequence[Group]) -> Iterator[ImportWarning]:
    """A part of an export taken for the whole would reverse what it leaves out."""
    rows, kept = sum_of(entries, "removed"), sum_of(groups, "known").count + sum_of(entries, "changed").count
    if rows.count > _MANY_REMOVED * (rows.count + kept):
        text = ngettext(
            "%(count)s row of the ledger (%(sum)s) is not in the file and is reversed. Is the file whole?",
            "%(count)s rows of the ledger (%(sum)s) are not in the file and are reversed. Is the file whole?",
            rows.count,
        )
        yield _said("removed", text, rows)


def _same_file(batch: ImportBatch, entries: Sequence[Group]) -> Iterator[ImportWarning]:
    """The same bytes were committed before, and would book something now: other settings, or a ledger that changed."""
    # A file of whole months says anew what is true.
    if not entries or batch.manner == ImportBatch.Manner.WHOLE_MONTHS:
        return
    same = ImportBatch.objects.filter(
        organisation=batch.organisation_id, state=ImportBatch.State.COMMITTED, file__sha256=batch.file.sha256
    ).exclude(pk=batch.pk)
    number = same.order_by("-number").values_list("number", flat=True).first()
    if number is not None:
        text = _("The same file was committed as import %(number)s. Look at what would be booked of it once more.")
        yield ImportWarning(f"same_file:{number}", text % {"number": number})


def _doubtful(groups: Sequence[Group]) -> Iterator[ImportWarning]:
    """New rows that may be in the ledger in another shape, and work of people that the file takes back."""
    for group in groups:
        if group.kind in _DOUBTS and group.count:
            key, sentence = _DOUBTS[group.kind]
            # An example of the rows stands where others have their project code.
            yield _said(key, sentence(group.count), sum_of([group]), example=group.project_code)


def _known_voucher(count: int) -> Sentence:
    return ngettext(
        "%(count)s new row (%(sum)s) has a voucher that the ledger holds with another amount, date or codes, "
        "for example %(example)s. Is it really another row?",
        "%(count)s new rows (%(sum)s) have vouchers that the ledger holds with other amounts, dates or codes, "
        "for example %(example)s. Are they really other rows?",
        count,
    )


def _alike(count: int) -> Sentence:
    return ngettext(
        "%(count)s new row (%(sum)s) is like one that the ledger holds without a voucher, or with one that the "
        "file does not say: row %(example)s of the file. Is it the same cost?",
        "%(count)s new rows (%(sum)s) are like rows that the ledger holds without vouchers, or with vouchers "
        "that the file does not say: the first is row %(example)s of the file. Are they the same costs?",
        count,
    )


def _by_hand(count: int) -> Sentence:
    return ngettext(
        "%(count)s row was corrected by hand and is set to what the file says (%(sum)s).",
        "%(count)s rows were corrected by hand and are set to what the file says (%(sum)s).",
        count,
    )


def _by_hand_removed(count: int) -> Sentence:
    return ngettext(
        "%(count)s row that people typed, corrected or settled is not in the file and is taken back (%(sum)s).",
        "%(count)s rows that people typed, corrected or settled are not in the file and are taken back (%(sum)s).",
        count,
    )


def _typed(count: int) -> Sentence:
    return ngettext(
        "People have typed figures (%(sum)s) for %(count)s month of a line to which the file adds rows. Are they the "
        "same costs?",
        "People have typed figures (%(sum)s) for %(count)s months of lines to which the file adds rows. Are they the "
        "same costs?",
        count,
    )


def _unnamed(count: int) -> Sentence:
    return ngettext(
        "The file names no cost centres. %(count)s row of an earlier file like it (%(sum)s, on %(example)s) stands "
        "where no row of this one leads, and is reversed. Is this file whole for it, too? If not, bring it as "
        "movements.",
        "The file names no cost centres. %(count)s rows of earlier files like it (%(sum)s, for example on %(example)s) "
        "stand where no row of this one leads, and are reversed. Is this file whole for them, too? If not, bring it as "
        "movements.",
        count,
    )


#: Kind of a group → key of the warning, and its sentence by the number of rows.
_DOUBTS: Mapping[str, tuple[str, Callable[[int], Sentence]]] = {
    "voucher": ("voucher_known", _known_voucher),
    "alike": ("alike", _alike),
    "by_hand": ("by_hand", _by_hand),
    "by_hand_removed": ("by_hand_removed", _by_hand_removed),
    "typed": ("typed", _typed),
    "unnamed": ("unnamed", _unnamed),
}


def _other_funds(funds: Sequence[tuple[str, str, Outcome]]) -> Iterator[ImportWarning]:
    for slug, name, rows in funds:
        text = ngettext(
            "%(count)s row (%(sum)s) leads to a line of another fund, %(fund)s, and is booked there.",
            "%(count)s rows (%(sum)s) lead to lines of another fund, %(fund)s, and are booked there.",
            rows.count,
        )
        yield _said(f"other_fund:{slug}", text, rows, fund=name)
