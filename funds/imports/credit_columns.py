"""Debit and credit that nobody reads: columns of sides, and columns of credits beside the amounts."""

import re
from collections.abc import Mapping, Sequence

from fundtrack.exceptions import Refusal
from fundtrack.sentences import sentence as _

from .assign import says_sides
from .cells import Value, text_of
from .column_facts import ColumnFacts
from .heading_words import is_side_heading, rank_of, worded
from .recognition import Choice, Question
from .values import amount_of, is_one, quoted, side_of

#: Amounts that take something off the costs, as a heading without accents and punctuation says it.
_CREDITS = re.compile(
    r"(?<!\w)(?:kredit|kreditit|kreditering|krediteringar|kreditbelopp|credit|credits|hyvitys|hyvitykset|hyvitetty"
    r"|tulo|tulot|tuotto|tuotot|palautus|palautukset|intakt|intakter|inkomst|inkomster|aterbetalning|aterbetalningar"
    r"|income|revenue|refund|refunds|returns)(?!\w)"
)
#: What has credits in it already, or stands for them alone.
_COSTS = re.compile(
    r"(?<!\w)(?:debet|debit|menot|meno|kulut|kulu|kustannukset|kostnader|utgifter|expenses|costs|veloitus|veloitukset)"
    r"(?!\w)"
)
_NO_MONEY = re.compile(
    r"(?<!\w)(?:nro|numero|nummer|number|no|koodi|kod|code|tili|konto|account|pvm|paiva|datum|date|lasku\w*|laji|tyyppi"
    r"|syy|kpl|prosentti|limiitti|limit|aste)(?!\w)|%"
)


def ask_about_sides(choices: Mapping[str, Choice], facts: Sequence[ColumnFacts], questions: list[Question]) -> None:
    """Ask about a column whose heading says debit and credit, and whose words say neither."""
    side = choices.get("side")
    if side is None or side.confidence == "declared" or says_sides(facts[side.index]):
        return
    # A one or a two says a side only beside a minus one.
    unknown = [(row, text) for row, text in side.samples if side_of(text) is None and text != "-1"]
    row, text = next((pair for pair in unknown if not is_one(pair[1])), (unknown or list(side.samples))[0])
    message = _(
        "The column “%(column)s” says debit and credit in words that are not known: “%(value)s” in row %(row)s. Write "
        'D and K in the file, or choose “None” if the amounts have their signs (in a profile: "side": "").'
    )
    places = {"column": side.heading, "value": quoted(text), "row": row}
    questions.append(Question("column", message % places, "side", (side.heading,)))


def unused_sides(choices: Mapping[str, Choice], labels: Sequence[str], facts: Sequence[ColumnFacts]) -> list[str]:
    """Sentences for columns that say debit and credit, and are not taken for the side of the amount."""
    if "amount" not in choices or "side" in choices:
        return []
    used = {choice.index for choice in choices.values()}
    return [
        unused_side(label)
        for label, column in zip(labels, facts, strict=True)
        if column.index not in used and _says_sides(label, column)
    ]


def _says_sides(label: str, column: ColumnFacts) -> bool:
    if is_side_heading(label):
        return column.filled > 0 and not column.fractions
    if not column.sides or (rank_of("side", label) is None and column.share(column.sides) < 1):
        return False
    known = {side_of(text) for _row, text in column.samples} - {None}
    return rank_of("side", label) is not None or known == {True, False}


def unused_side(heading: str) -> str:
    """The sentence for a column of debit and credit that nobody uses."""
    message = _(
        "The column “%(column)s” seems to say debit and credit, and is not used: credits are added like debits. "
        "Choose it as the side if that is wrong."
    )
    return message % {"column": heading}


# --- amounts of credits


def credit_columns(amount: int, labels: Sequence[str], used: set[int]) -> list[int]:
    """Columns beside the amounts whose headings say credits.

    None where the costs stand in a third column: then the amounts are what is left of both.
    """
    others = [worded(label) for index, label in enumerate(labels) if index != amount and not is_side_heading(label)]
    if any(map(_COSTS.search, others)):
        return []
    return [index for index, label in enumerate(labels) if index not in used and _is_credit_heading(label)]


def _is_credit_heading(label: str) -> bool:
    text = worded(label)
    if rank_of("side", label) is not None:
        return False
    return _CREDITS.search(text) is not None and not _NO_MONEY.search(text) and "%" not in label


def is_money(value: Value) -> bool:
    """True for an amount that is not zero."""
    try:
        return value != "" and amount_of(value, None) != 0
    except Refusal as refusal:
        return refusal.code == "ambiguous"


def unread_credits(choices: Mapping[str, Choice], labels: Sequence[str], facts: Sequence[ColumnFacts]) -> list[str]:
    """Sentences for amounts of credits or income that are not read."""
    if "amount" not in choices:
        return []
    used = {choice.index for choice in choices.values()}
    found = []
    for index in credit_columns(choices["amount"].index, labels, used):
        first = next((pair for pair in facts[index].samples if is_money(pair[1])), None)
        if first is not None and facts[index].share(facts[index].numbers) > 0.5:
            found.append(unread_credit(labels[index], *first))
    return found


def unread_credit(heading: str, row: int, value: Value) -> str:
    """The sentence for a column of credits that nobody reads."""
    message = _(
        "The column “%(column)s” seems to have credits or income, and is not read: its amounts, first “%(value)s” in "
        "row %(row)s, do not reduce the costs. Choose it as the credit, and the other amounts as the debit, if that "
        "is wrong."
    )
    return message % {"column": heading, "value": quoted(text_of(value)), "row": row}
