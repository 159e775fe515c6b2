"""Which column means what: headings and contents weighed against each other."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fundtrack.sentences import sentence as _

from .column_facts import ColumnFacts
from .heading_words import is_counterpart, is_side_heading, means_no_code, rank_of
from .month_names import named_month
from .profile_values import DAY_FORMATS, MONTH_FORMATS
from .profiles import AMOUNT_KEYS, COLUMN_KEYS
from .recognition import Confidence

#: More than half of the filled cells must be what the column is taken for.
_ENOUGH = 0.6
_NEARLY_ALL = 0.9
_CODES = ("cost_centre", "project_code", "account")


@dataclass(frozen=True)
class Candidate:
    """A column that may be what a key asks for."""

    key: str
    index: int
    score: float
    confidence: Confidence
    why: str


def assign(
    labels: Sequence[str],
    facts: Sequence[ColumnFacts],
    fixed: Mapping[str, int],
    repeated: set[int],
    *,
    dated: bool = True,
) -> dict[str, Candidate]:
    """Give each key the best column that no other key has a better claim to.

    Args:
        fixed: column key → place, as declared; kept whatever the contents are.
        repeated: columns that repeat the total of a voucher on each of its rows.
        dated: False where somebody has said that the file has no months.
    """
    chosen = {key: Candidate(key, index, 0, "declared", "") for key, index in fixed.items()}
    candidates = [
        candidate
        for key in COLUMN_KEYS
        for index, label in enumerate(labels)
        if (candidate := _candidate(key, label, facts[index], repeated)) is not None
    ]
    taken = set(fixed.values())
    for candidate in sorted(candidates, key=lambda found: -found.score):
        if candidate.key not in chosen and candidate.index not in taken:
            chosen[candidate.key] = candidate
            taken.add(candidate.index)
    _agree(chosen, facts, fixed)
    _trust_headings(chosen, labels, facts, dated=dated)
    return {key: chosen[key] for key in COLUMN_KEYS if key in chosen}


def _trust_headings(
    chosen: dict[str, Candidate], labels: Sequence[str], facts: Sequence[ColumnFacts], *, dated: bool
) -> None:
    """Take a plain heading at its word where nothing fits better: its rows will then say what is wrong with them."""
    unsaid = {"cost_centre", "project_code", "account", "voucher"} - set(chosen)
    if not set(AMOUNT_KEYS) & set(chosen):
        unsaid.add("amount")
    if "amount" in chosen:
        unsaid |= {"side"} - set(chosen)
    for key in sorted(unsaid):
        _trust(key, chosen, labels, facts)
    # The month in which a row is booked goes before the day of its voucher.
    for key in ("month", "date") if dated else ():
        if not {"date", "month", "year"} & set(chosen):
            _trust(key, chosen, labels, facts)


def _trust(key: str, chosen: dict[str, Candidate], labels: Sequence[str], facts: Sequence[ColumnFacts]) -> None:
    taken = {candidate.index for candidate in chosen.values()}
    ranked = [
        (rank, index)
        for index, label in enumerate(labels)
        if index not in taken
        and (rank := rank_of(key, label)) is not None
        and rank < 1000
        and _says_more(key, label, facts[index])
    ]
    if ranked:
        why = _("The heading says so, but the contents do not fit.")
        chosen[key] = Candidate(key, min(ranked)[1], 0, "guess", why)


def _says_more(key: str, label: str, facts: ColumnFacts) -> bool:
    """False for a column that its heading alone does not make what it says."""
    if key == "account":
        # “Tiliöinti” is also the heading of the amounts of an account.
        return facts.share(facts.fractions) < _ENOUGH
    if key == "side":
        return is_side_heading(label) and facts.filled > 0 and not facts.fractions
    # Months without a year, or years without a month, leave the month to be chosen.
    return key != "month" or not all(_is_half_a_month(text) for _row, text in facts.samples)


def _is_half_a_month(text: str) -> bool:
    text = text.removeprefix("'")
    if text.isascii() and text.isdigit():
        return int(text) <= 16 or (len(text) == 4 and 1900 <= int(text) <= 2199)
    named = named_month(text)
    return (named is not None and named[0] is None) or not any(map(str.isdigit, text))


def _agree(chosen: dict[str, Candidate], facts: Sequence[ColumnFacts], fixed: Mapping[str, int]) -> None:
    """Take back what makes no sense together; what is declared stays."""

    def drop(*keys: str) -> None:
        for key in keys:
            if key not in fixed:
                chosen.pop(key, None)

    if "debit" in chosen and "credit" in chosen and "amount" not in fixed:
        drop("amount", "side")
    elif "amount" in chosen:
        drop("debit", "credit")
    else:
        drop("side")
    month = chosen.get("month")
    if month is not None and "month" not in fixed and _is_period(facts[month.index]):
        # Months 1 to 12 need their year beside them.
        drop("month")
        if "year" in chosen and "period" not in chosen:
            chosen["period"] = Candidate("period", month.index, month.score, month.confidence, month.why)
    if "period" not in chosen or "year" not in chosen:
        drop("period", "year")


def _is_period(facts: ColumnFacts) -> bool:
    return facts.share(facts.periods) >= _ENOUGH


def _candidate(key: str, label: str, facts: ColumnFacts, repeated: set[int]) -> Candidate | None:
    if key == "period":
        # Found as the month, which turns out to be a number.
        return None
    rank = rank_of(key, label)
    known = facts.share(facts.known[key]) if key in _CODES else 0.0
    if rank is None and known < 0.5:
        return _by_contents(key, facts)
    # An empty column must not ask each row for a period or a side.
    if not facts.filled and key in ("month", "year", "side"):
        return None
    if not _fits(key, facts) or (key == "side" and _is_only_ones(rank, facts)):
        return None
    if known >= 0.5:
        return _by_codes(key, label, rank, known, facts)
    assert rank is not None, "either the heading or the codes"
    score: float = 1000 - rank if rank < 1000 else 500 - (rank - 1000)
    if key in (*_CODES, "voucher") and facts.share(facts.words) > _ENOUGH:
        score -= 600
    if key == "amount" and facts.index in repeated:
        # Below every other column whose heading says anything of an amount.
        score -= 600
    if not facts.filled:
        score -= 300
    if rank < 1000:
        return Candidate(key, facts.index, score, "sure", _("The heading says so, and the contents fit."))
    return Candidate(key, facts.index, score, "likely", _("A part of the heading says so, and the contents fit."))


def _by_codes(key: str, label: str, rank: int | None, known: float, facts: ColumnFacts) -> Candidate | None:
    """A column whose codes the plan knows. A second one may have such codes, too: then the heading decides."""
    if is_counterpart(label):
        # The other side of a transfer is never meant.
        return None
    why = _("The plan knows its codes.")
    if rank is None:
        if means_no_code(label, numbers=facts.share(facts.numbers) >= _ENOUGH):
            # Numbers of rows, taxes and quantities are codes of the plan by chance only.
            return None
        return Candidate(key, facts.index, 2000 + 1000 * known, "sure", why)
    # Where the plan knows most codes of both, an exact heading goes before how many there are. A few prove nothing.
    score = 6000 - rank + known if rank < 1000 else 3000 + 1000 * known - rank / 10
    return Candidate(key, facts.index, score, "sure", why)


def _fits(key: str, facts: ColumnFacts) -> bool:
    """True when the contents of a column can be what its heading says."""
    if not facts.filled:
        return True
    match key:
        case "amount" | "debit" | "credit":
            return facts.share(facts.numbers) >= _ENOUGH
        case "date":
            return _best(facts, (*DAY_FORMATS, *MONTH_FORMATS)) >= _ENOUGH
        case "month":
            return _best(facts, (*MONTH_FORMATS, *DAY_FORMATS)) >= _ENOUGH or _is_period(facts)
        case "year":
            return facts.share(facts.years) >= _ENOUGH
        case "side":
            return says_sides(facts)
        case "description" | "supplier":
            return facts.share(facts.numbers) < _ENOUGH and _best(facts, DAY_FORMATS) < _ENOUGH
        case _:
            return facts.share(facts.fractions) < _ENOUGH and not facts.share(facts.forms["d.m.yyyy"]) > _ENOUGH


def says_sides(facts: ColumnFacts) -> bool:
    """True where the words of a column are nearly all debit and credit; ones are where nothing else is there."""
    ones = facts.ones if facts.ones + facts.sides == facts.filled else 0
    return facts.share(facts.sides + ones) >= _ENOUGH


def _is_only_ones(rank: int | None, facts: ColumnFacts) -> bool:
    """True for a column of ones without the heading that makes them signs."""
    return rank is not None and rank >= 1000 and facts.share(facts.sides) < _ENOUGH


def _best(facts: ColumnFacts, forms: Sequence[str]) -> float:
    """The part of the cells with the commonest of some forms; labels of totals are no cells of a table."""
    cells = facts.filled - facts.labels
    return max(map(facts.having, forms)) / cells if cells > 0 else 0.0


def _by_contents(key: str, facts: ColumnFacts) -> Candidate | None:
    """A column whose heading says nothing, and whose contents leave little doubt."""
    if key == "date" and _best(facts, ("d.m.yyyy", "yyyy-mm-dd", "excel")) >= _NEARLY_ALL:
        return Candidate(key, facts.index, 50, "guess", _("Its cells are dates."))
    if key == "amount" and facts.share(facts.fractions) >= _NEARLY_ALL / 2 and facts.share(facts.numbers) == 1:
        return Candidate(key, facts.index, 50 - facts.index / 100, "guess", _("Its cells are amounts."))
    return None
