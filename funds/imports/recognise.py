"""A look at a whole file that proposes how to read it: headings, contents, and the codes that the plan knows."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice, zip_longest

from fundtrack.money import DecimalMark
from fundtrack.sentences import sentence as _

from .assign import Candidate, assign
from .cells import Value, text_of
from .code_columns import ask_about_codes
from .column_facts import ColumnFacts
from .credit_columns import ask_about_sides, unread_credits, unused_sides
from .csv_files import DELIMITERS
from .date_forms import find_date_form
from .doubts import Groups, beside_net, may_be_total, seems_total
from .files import FileRefusal, SheetInfo, TableFile
from .guesses import ask_about_amount, tax_beside, tax_inside
from .heading_words import is_net, is_rate, meanings_of, says_net, says_voucher_total
from .headings import HEADING_ROWS, bare_label, labels_of, places_of
from .other_sheets import look_at_sheets
from .profiles import AMOUNT_KEYS, Profile, plain
from .recognition import Choice, Question, Recognition
from .rows import KnownCodes
from .sign_columns import with_signs

__all__ = ["Choice", "KnownCodes", "Question", "Recognition", "recognise"]

_BATCH = 2_000
_REQUIRED_SCORE = 2
#: A line of words has no more.
_FEW_CELLS = 2


@dataclass(frozen=True)
class _Place:
    """Where the headings stand."""

    sheet: SheetInfo
    delimiter: str
    #: From 1.
    row: int
    header: Sequence[Value]


def recognise(file: TableFile, *, known: KnownCodes | None = None, declared: Profile | None = None) -> Recognition:
    """Look at the whole file once and propose a complete profile.

    Args:
        known: the codes of the organisation's plans; columns that hold them are found by them.
        declared: what is said already; it is kept as it is.

    Returns:
        The profile, the choice and its reasons for every column, and what only a person can decide.

    Raises:
        FileRefusal: the file has no headings that are known, or cannot be read.
        ProfileRefusal: what is declared does not fit the file.
    """
    known, declared = known or KnownCodes(), declared or Profile()
    place = _find_headings(file, declared)
    labels = labels_of(place.header)
    facts, repeated, rows = _gather(file, place, labels, known)
    if not rows:
        raise FileRefusal(_("The file has headings and no rows below them."), code="file_no_rows")
    fixed = places_of(declared.columns, labels)
    chosen = assign(labels, facts, fixed, repeated, dated=declared.date_format != "none")
    choices = {key: _choice(candidate, labels, facts, declared) for key, candidate in chosen.items()}
    choices = with_signs(choices, labels, facts, lambda: _below(file, place))
    choices = {key: choice for key, choice in choices.items() if key not in declared.without}
    questions: list[Question] = []
    warnings = list(file.warnings)
    date_format = declared.date_format or find_date_form(choices, facts, known.years, questions, warnings)
    mark = declared.decimal_mark
    if mark is None:
        mark = _decimal_mark(choices, facts, questions, warnings)
    _ask_for_amount(choices, labels, facts, questions)
    _doubt_amount(choices, labels, facts, repeated, questions, warnings)
    _ask_which_of_equal(choices, labels, facts, questions)
    ask_about_sides(choices, facts, questions)
    questions += ask_about_codes(choices, labels, facts)
    if not any(question.column == "amount" for question in questions):
        questions += filter(None, [ask_about_amount(choices, labels, facts)])
    warnings += tax_beside(choices, labels, facts)
    beside = _gross_beside_net(choices, labels, facts)
    warnings += beside + unused_sides(choices, labels, facts)
    if not any(question.column == "amount" for question in questions):
        warnings += [] if beside else tax_inside({key: choice.heading for key, choice in choices.items()})
        warnings += unread_credits(choices, labels, facts)
    warnings += _ask_for_sheet(file, place, choices, declared, questions)
    profile = replace(
        declared,
        encoding=declared.encoding or file.encoding or None,
        delimiter=place.delimiter or None,
        sheet=declared.sheet if declared.sheet is not None else place.sheet.name or None,
        header_row=place.row,
        decimal_mark=mark,
        date_format=date_format,
        columns={key: choice.heading for key, choice in choices.items()},
    )
    sheets = [sheet.name for sheet in file.sheets if not sheet.hidden and sheet.name]
    return Recognition(
        profile, place.sheet.name, place.row, labels, choices, tuple(questions), tuple(warnings), rows, sheets
    )


# --- headings


def _find_headings(file: TableFile, declared: Profile) -> _Place:
    """The row with the most headings that are known, on the first sheet that has one."""
    best: tuple[int, _Place] | None = None
    seen = False
    for sheet, delimiter in _readings(file, declared):
        for number, row in enumerate(islice(file.rows(sheet, delimiter=delimiter), HEADING_ROWS), start=1):
            seen = seen or any(value != "" for value in row)
            if declared.header_row is not None and number != declared.header_row:
                continue
            score = _heading_score(row, declared)
            if best is None or score > best[0]:
                best = score, _Place(sheet, delimiter, number, row)
        if best is not None and best[0] >= _REQUIRED_SCORE:
            break
    if not seen:
        raise FileRefusal(_("The file is empty."), code="file_empty")
    if best is None or (best[0] < _REQUIRED_SCORE and declared.header_row is None):
        message = _(
            "No row among the first %(limit)s has headings that are known, such as date, cost centre and amount. "
            "Say in which row the headings are."
        )
        raise FileRefusal(message % {"limit": HEADING_ROWS}, code="header_missing")
    return best[1]


def _readings(file: TableFile, declared: Profile) -> Iterator[tuple[SheetInfo, str]]:
    if file.kind == "xlsx":
        chosen = file.sheet(declared.sheet)
        yield chosen, ""
        if declared.sheet is None:
            yield from ((sheet, "") for sheet in file.sheets if not sheet.hidden and sheet != chosen)
        return
    first = declared.delimiter or file.delimiter
    yield file.sheets[0], first
    if declared.delimiter is None:
        yield from ((file.sheets[0], delimiter) for delimiter in DELIMITERS if delimiter != first)


def _heading_score(row: Sequence[Value], declared: Profile) -> int:
    """How many cells are headings; those that are declared count most."""
    texts = [text_of(value).lstrip("\ufeff") for value in row if isinstance(value, str) and value.strip()]
    wanted = {plain(heading) for heading in declared.columns.values()}
    return sum(3 if plain(text) in wanted else meanings_of(text[:200]) > 0 for text in texts)


# --- contents


def _below(file: TableFile, place: _Place) -> Iterator[list[Value]]:
    """The rows below the headings."""
    return islice(file.rows(place.sheet, delimiter=place.delimiter), place.row, None)


def _gather(
    file: TableFile, place: _Place, labels: Sequence[str], known: KnownCodes
) -> tuple[list[ColumnFacts], set[int], int]:
    """Facts of every column, the columns that repeat one value per voucher, and the number of rows."""
    facts = [ColumnFacts(index) for index in range(len(labels))]
    codes = [
        (key, found)
        for key, found in (
            ("cost_centre", known.cost_centres),
            ("project_code", known.project_codes),
            ("account", known.accounts),
        )
        if found
    ]
    groups, header = Groups(labels), _texts(place.header)
    rows, first = 0, place.row + 1
    below = _below(file, place)
    while batch := list(islice(below, _BATCH)):
        rows += sum(any(value != "" for value in row) for row in batch)
        # Headings once more are no contents, and page numbers and names of groups are none of their columns.
        batch = [[] if _is_header(row, header) or _is_words(row) else row for row in batch]
        groups.add(batch)
        for column, values in zip(facts, zip_longest(*batch, fillvalue=""), strict=False):
            column.add(first, values, codes)
        first += len(batch)
    return facts, groups.repeated(), rows


def _is_header(row: Sequence[Value], header: Sequence[str]) -> bool:
    return _texts(row[:1]) == header[:1] and _texts(row[: len(header)]) == header


def _texts(row: Sequence[Value]) -> list[str]:
    return [" ".join(text_of(value).split()) for value in row]


def _is_words(row: Sequence[Value]) -> bool:
    """True for a row with nothing but one or two texts, such as the time of printing."""
    if len(row) - row.count("") > _FEW_CELLS:
        return False
    texts = [text.strip() for text in row if isinstance(text, str) and text.strip()]
    return len(texts) == len(row) - row.count("") and all(
        any(map(str.isalpha, text))
        and (len(text.split()) > 1 or not any(map(str.isdigit, text)))
        and (len(texts) == 1 or text[0].isalpha())
        for text in texts
    )


def _choice(candidate: Candidate, labels: Sequence[str], facts: Sequence[ColumnFacts], declared: Profile) -> Choice:
    key, index = candidate.key, candidate.index
    samples = tuple(facts[index].samples)
    if key in declared.columns:
        return Choice(key, declared.columns[key], index, "declared", _("Chosen, here or in the profile."), samples)
    return Choice(key, labels[index], index, candidate.confidence, candidate.why, samples)


# --- what the whole column decides


def _decimal_mark(
    choices: dict[str, Choice], facts: Sequence[ColumnFacts], questions: list[Question], warnings: list[str]
) -> DecimalMark | None:
    columns = [facts[choices[key].index] for key in AMOUNT_KEYS if key in choices]
    commas, points = sum(column.commas for column in columns), sum(column.points for column in columns)
    if commas and points:
        message = _("Some amounts have a decimal comma (%(commas)s) and some a decimal point (%(points)s).")
        warnings.append(message % {"commas": commas, "points": points})
        return None
    if commas or points:
        return "," if commas else "."
    undecided = next((column.undecided_sample for column in columns if column.undecided), "")
    if undecided:
        message = _("“%(value)s” can be read two ways. Choose whether the file has a decimal comma or a decimal point.")
        questions.append(Question("decimal_mark", message % {"value": undecided}, choices=(",", ".")))
    return None


def _ask_for_amount(
    choices: dict[str, Choice], labels: Sequence[str], facts: Sequence[ColumnFacts], questions: list[Question]
) -> None:
    if not any(key in choices for key in AMOUNT_KEYS):
        message = _("It is not clear which column has the amounts. Choose it.")
        questions.append(Question("column", message, "amount", _number_columns(labels, facts)))


def _doubt_amount(
    choices: dict[str, Choice],
    labels: Sequence[str],
    facts: Sequence[ColumnFacts],
    repeated: set[int],
    questions: list[Question],
    warnings: list[str],
) -> None:
    """Do not take the total of a voucher for its rows without asking; who has declared it is told."""
    amount = choices.get("amount")
    if amount is None or amount.index not in repeated:
        return
    has_others = any(
        column.fractions and column.index != amount.index and not is_rate(label)
        for label, column in zip(labels, facts, strict=True)
    )
    if amount.confidence == "declared" or not (has_others or says_voucher_total(amount.heading)):
        warnings.append(may_be_total(amount.heading))
        return
    message = seems_total(amount.heading)
    choices["amount"] = replace(amount, confidence="guess", why=message)
    questions.append(Question("column", message, "amount", _number_columns(labels, facts)))


def _ask_which_of_equal(
    choices: dict[str, Choice], labels: Sequence[str], facts: Sequence[ColumnFacts], questions: list[Question]
) -> None:
    """Two columns of amounts under one heading: which is meant only a person knows."""
    amount = choices.get("amount")
    if amount is None or amount.confidence == "declared":
        return
    base = _numbered(amount.heading)
    same = tuple(label for label in _number_columns(labels, facts) if base and _numbered(label) == base)
    if len(same) > 1:
        message = _("The file has several columns “%(column)s” with amounts. Choose the one that is meant.")
        questions.append(Question("column", message % {"column": base}, "amount", same))


def _numbered(label: str) -> str:
    """The heading that several columns have; empty where only one has it."""
    bare = bare_label(label)
    return plain(bare) if bare != label else ""


def _gross_beside_net(choices: Mapping[str, Choice], labels: Sequence[str], facts: Sequence[ColumnFacts]) -> list[str]:
    """An amount that was declared and does not say to be without tax, beside one that does."""
    amount = choices.get("amount")
    if amount is None or says_net(labels[amount.index]):
        return []
    used = {choice.index for choice in choices.values()}
    net = [
        label
        for label, column in zip(labels, facts, strict=True)
        if column.index not in used and says_net(label) and (column.fractions or (column.filled and is_net(label)))
    ]
    return [beside_net(amount.heading, label) for label in net[:1]]


def _ask_for_sheet(
    file: TableFile, place: _Place, choices: Mapping[str, Choice], declared: Profile, questions: list[Question]
) -> list[str]:
    """Which sheet is meant only a person knows, where several hold rows; what else other sheets have is told."""
    if file.kind != "xlsx" or declared.sheet is not None:
        return []
    amounts = {choices[key].index for key in AMOUNT_KEYS if key in choices}
    question, told = look_at_sheets(file, place.sheet, amounts)
    questions[:0] = [question] if question is not None else []
    return told


def _number_columns(labels: Sequence[str], facts: Sequence[ColumnFacts]) -> tuple[str, ...]:
    return tuple(label for label, column in zip(labels, facts, strict=True) if column.share(column.numbers) > 0.5)
