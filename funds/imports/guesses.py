"""Columns that were found out and are not certain: what is only told, and what only a person can decide.

A heading may say of its own that it is no amount of a row (hours, budgets, balances), and several columns may have
equally good claims. One of them must not be booked because it stands first.
"""

import re
from collections.abc import Mapping, Sequence

from fundtrack.sentences import sentence as _

from .column_facts import ColumnFacts
from .credit_columns import is_money
from .heading_words import QUANTITIES, is_rate, rank_of, says_gross, says_net, says_voucher_total, worded
from .profiles import AMOUNT_KEYS
from .quotes import list_of
from .recognition import Choice, Question
from .units import is_in_currency

#: The columns whose mistakes move money or months without any error.
_WEIGHTY = ("date", "month", "year", "period", "cost_centre", "project_code", "amount", "debit", "credit", "side")
_UNCERTAIN = ("likely", "guess")
#: A heading that is a part of another one says an amount from this rank on.
_PARTIAL = 1000
#: What is no amount of a row, as a heading without accents and punctuation says it.
_NO_AMOUNT = re.compile(
    rf"(?<!\w)(?:{QUANTITIES}"
    r"|budjet\w*|ta|tar|talousarvio\w*|maararah\w*|budget\w*|ennuste\w*|prognos\w*|forecast|suunnitelma|plan"
    r"|poikkeama\w*|erotus|avvikelse\w*|variance|difference|jaljella\w*|kayttamatta\w*|aterstar"
    r"|kertyma\w*|kertynyt|kum|kumul\w*|ack|ackumul\w*|cum|cumulative|accumulated|ytd"
    r"|saldo|alkusaldo|loppusaldo|balance"
    r"|yksikkohin\w*|a hinta|ahinta|kappalehinta|a pris|apris|styckpris|unit price|price"
    r"|prosentti|prosenttia|osuus prosentteina|kurssi)(?!\w)"
)
_TAX = re.compile(
    r"(?<!\w)(?:alv|alvin|vero|veron|veroa|arvonlisavero|arvonlisaveron|moms|momsbelopp|vat|tax"
    r"|alvsumma|veromaara)(?!\w)"
)
_WITH_TAX = re.compile(r"(?<!\w)(?:sis|sisaltaa|sisaltaen|incl|including|inkl|ml|mukaan)(?!\w)")
#: What stands beside the total of an invoice and is no share of it.
_NO_SHARE = re.compile(
    r"(?<!\w)(?:\w*alennu\w*|\w*rabatt\w*|discounts?|\w*korko\w*|\w*ranta|interest|\w*pyoristy\w*|oresutjamning"
    r"|avrundning|rounding|avoin|avoinna|oppen|oppet|open|maksettu|betald|betalt|paid|rahti\w*|frakt\w*|freight"
    r"|\w*maksu|\w*lisa|\w*avgift|fee|ennakonpidatys|\w*limiitti|limit|kerroin|\w*hinta|\w*pris|price)(?!\w)"
)
_SHARE = re.compile(
    r"(?<!\w)(?:\w*osuu\w*|\w*andel\w*|shares?|kohdist\w*|tilioi\w*|konter\w*|allocat\w*|allok\w*)(?!\w)"
)
#: Also the heading of amounts, so that the cells must say more.
_QUANTITY = frozenset({"maara"})
_EXPENSES = frozenset({"menot", "meno", "kulut", "kulu", "kustannukset", "kostnader", "utgifter", "expenses", "costs"})
_INCOME = frozenset({"tulot", "tulo", "tuotot", "tuotto", "intakter", "inkomster", "income", "revenue"})


def guesses(choices: Mapping[str, Choice]) -> list[str]:
    """A sentence for each weighty column that nobody has confirmed and no plain heading or known code proves."""
    return [_guessed(choices[key]) for key in _WEIGHTY if key in choices and choices[key].confidence in _UNCERTAIN]


def _guessed(choice: Choice) -> str:
    message = _(
        "The column “%(column)s” was taken for “%(meaning)s”, and that is not certain: %(why)s Check it, or say in a "
        "profile which column is meant."
    )
    return message % {"column": choice.heading, "meaning": _meaning(choice.key), "why": choice.why}


def _meaning(key: str) -> str:
    match key:
        case "date":
            return _("Date")
        case "month":
            return _("Month")
        case "year":
            return _("Year")
        case "period":
            return _("Period (1–12)")
        case "cost_centre":
            return _("Cost centre")
        case "project_code":
            return _("Project code")
        case "debit":
            return _("Debit")
        case "credit":
            return _("Credit")
        case "side":
            return _("Debit or credit (D/K)")
        case _:
            return _("Amount of the row")


def ask_about_amount(
    choices: Mapping[str, Choice], labels: Sequence[str], facts: Sequence[ColumnFacts]
) -> Question | None:
    """The question which column has the amounts, where the one that was found is no safe choice."""
    amount = choices.get("amount")
    if amount is None or amount.confidence == "declared":
        return None
    heading = amount.heading
    others = {choice.index for key, choice in choices.items() if key != "amount"}
    numbers = [index for index in _numbers(labels, facts) if index not in others]
    if pair := _expenses_and_income(amount, labels, numbers):
        message = _(
            "The file has expenses in the column “%(expenses)s” and income in the column “%(income)s”. Choose the "
            "column of the amounts, or say that expenses are debit and income is credit."
        )
        shown = message % {"expenses": labels[pair[0]], "income": labels[pair[1]]}
        return Question("column", shown, "amount", tuple(labels[index] for index in pair))
    everything = tuple(labels[index] for index in numbers)
    if _is_no_amount(amount.index, labels, facts, numbers):
        message = _(
            "The column “%(column)s” does not seem to have the amounts of the rows. Choose the column that has."
        )
        return Question("column", message % {"column": heading}, "amount", everything)
    used = {choice.index for choice in choices.values()}
    if shares := _shares(amount, labels, facts, [index for index in range(len(labels)) if index not in used]):
        message = _(
            "By its heading the column “%(column)s” has the amounts of whole invoices or vouchers, and there are other "
            "amounts in %(others)s. Choose the column with the amounts of the rows."
        )
        shown = message % {"column": heading, "others": list_of(labels[index] for index in shares)}
        return Question("column", shown, "amount", tuple(labels[index] for index in sorted([amount.index, *shares])))
    rivals = _rivals(amount, labels, facts, numbers)
    if rivals:
        message = _("Several columns can have the amounts: %(columns)s. Choose the one that is meant.")
        names = tuple(labels[index] for index in sorted([amount.index, *rivals]))
        shown = message % {"columns": list_of(names)}
        return Question("column", shown, "amount", names)
    return None


def _numbers(labels: Sequence[str], facts: Sequence[ColumnFacts]) -> list[int]:
    return [index for index in range(len(labels)) if facts[index].share(facts[index].numbers) > 0.5]


def _is_no_amount(index: int, labels: Sequence[str], facts: Sequence[ColumnFacts], numbers: Sequence[int]) -> bool:
    text = worded(labels[index])
    if text in _QUANTITY:
        # Money is rarely in whole numbers only, and a quantity has its money beside it.
        beside = [one for one in _with_cents(facts, numbers) if one != index and not is_tax(labels[one])]
        return facts[index].filled > 0 and (bool(beside) or facts[index].share(facts[index].fractions) < 0.4)
    return _NO_AMOUNT.search(text) is not None or is_tax(labels[index])


def _with_cents(facts: Sequence[ColumnFacts], numbers: Sequence[int]) -> list[int]:
    return [index for index in numbers if facts[index].share(facts[index].fractions) >= 0.4]


def is_tax(heading: str) -> bool:
    """True for an amount of tax alone, neither with nor without what is taxed."""
    text = worded(heading)
    return _TAX.search(text) is not None and not says_net(heading) and not _WITH_TAX.search(text)


def _shares(amount: Choice, labels: Sequence[str], facts: Sequence[ColumnFacts], unused: Sequence[int]) -> list[int]:
    """Columns of money beside the totals of invoices, which may have what each row has of them."""
    if not (says_voucher_total(amount.heading) or says_gross(amount.heading)):
        return []
    numbers = _numbers(labels, facts)
    return [
        index
        for index in unused
        if index in numbers
        and _is_share(labels[index])
        and not _is_no_amount(index, labels, facts, numbers)
        and facts[index].share(facts[index].fractions) >= 0.4
        and any(is_money(text) for _row, text in facts[index].samples)
    ]


def _is_share(heading: str) -> bool:
    text = worded(heading)
    if says_voucher_total(heading) or says_gross(heading) or is_rate(heading) or is_in_currency(heading):
        return False
    return _SHARE.search(text) is not None or not _NO_SHARE.search(text)


def _expenses_and_income(amount: Choice, labels: Sequence[str], numbers: Sequence[int]) -> tuple[int, int] | None:
    """Two columns of expenses and of income, one of which would be dropped."""
    found = [
        [index for index in numbers if words & set(worded(labels[index]).split())] for words in (_EXPENSES, _INCOME)
    ]
    for expense in found[0]:
        for income in found[1]:
            if expense != income and amount.index in (expense, income):
                return expense, income
    return None


def _rivals(amount: Choice, labels: Sequence[str], facts: Sequence[ColumnFacts], numbers: Sequence[int]) -> list[int]:
    """Other columns with as good a claim: a heading of the same kind, or contents of the same kind where it says none.

    “Toteuma 2023” beside “Toteuma 2024” is one of equals; beside “Toteuma” it is not.
    """
    rank = rank_of("amount", amount.heading)
    if rank is not None and rank < _PARTIAL:
        return []
    likely = _with_cents(facts, numbers) if rank is None else numbers
    others = [index for index in likely if index != amount.index and not _is_no_amount(index, labels, facts, numbers)]
    return [index for index in others if rank is None or rank_of("amount", labels[index]) is not None]


def tax_beside(choices: Mapping[str, Choice], labels: Sequence[str], facts: Sequence[ColumnFacts]) -> list[str]:
    """Amounts that do not say whether the tax is in them, beside a column of taxes."""
    amount = choices.get("amount")
    if amount is None or amount.confidence == "declared" or says_net(amount.heading) or says_gross(amount.heading):
        return []
    used = {choice.index for choice in choices.values()}
    for index in _numbers(labels, facts):
        if index not in used and is_tax(labels[index]) and facts[index].fractions and _not_rates(labels[index]):
            message = _(
                "The file has taxes in the column “%(tax)s”, and does not say whether the amounts in the column "
                "“%(column)s” are with or without them. Only amounts without tax are meant."
            )
            return [message % {"tax": labels[index], "column": amount.heading}]
    return []


def tax_inside(headings: Mapping[str, str]) -> list[str]:
    """Sentences for amounts whose heading says that tax is in them.

    Args:
        headings: column key → heading.
    """
    message = _(
        "By the heading “%(column)s” the amounts have tax in them, and only amounts without tax are meant. Choose a "
        "column of amounts without tax, or check that there is no tax in these."
    )
    found = dict.fromkeys(headings[key] for key in AMOUNT_KEYS if key in headings and says_gross(headings[key]))
    return [message % {"column": heading} for heading in found]


def _not_rates(heading: str) -> bool:
    return "%" not in heading and not re.search(r"kanta|prosentti|koodi|rate|sats|kod|code", worded(heading))
