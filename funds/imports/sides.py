"""Debit and credit: beside one column of amounts, or in two columns.

What a minus sign in one of two columns means is counted over the whole file.

``debit −100`` takes 100 off the costs in every system. ``credit −100`` is written by some systems for each credit, and
by others for a credit that is taken back, which adds 100. One row does not tell which; the rows together nearly do.
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from fundtrack.exceptions import Refusal
from fundtrack.formats import count, exact_eur
from fundtrack.money import LARGEST, ZERO, AmountError
from fundtrack.sentences import sentence as _

from .cells import Value
from .profiles import Profile, ProfileRefusal
from .values import is_credit

Side = Literal["debit", "credit"]
SIDES: tuple[Side, Side] = ("debit", "credit")


def sided(amount: Decimal, side: Value) -> Decimal:
    """What a row costs whose side stands in a column of its own.

    Raises:
        CellProblem: neither debit nor credit.
        Refusal: negative, and on the credit side.
    """
    if not is_credit(side):
        return amount
    if amount < 0:
        message = _(
            "The amount is negative and on the credit side: it can be read as %(first)s or as %(second)s. "
            "Leave the column of sides out if the amounts have their signs."
        )
        readings = {"first": exact_eur(amount), "second": exact_eur(-amount)}
        raise Refusal(message % readings, code="ambiguous_side")
    return -amount if amount else amount


@dataclass
class _Signs:
    #: Amounts with the sign, and the first of them: its row and what it says.
    count: int = 0
    row: int = 0
    amount: Decimal = ZERO

    def add(self, row: int, amount: Decimal) -> None:
        if not self.count:
            self.row, self.amount = row, amount
        self.count += 1


class TwoSides:
    """Debit and credit of the rows of one file.

    Args:
        headings: "debit" and "credit" → heading, as far as the file has them.
    """

    def __init__(self, profile: Profile, headings: dict[Side, str]) -> None:
        self.manner, self.headings = profile.negative_credit, headings
        self._last: tuple[Decimal, Decimal] = ZERO, ZERO
        self._signs = {(side, minus): _Signs() for side in SIDES for minus in (False, True)}

    def amount(self, debit: Decimal, credit: Decimal) -> Decimal:
        """What a row costs.

        Raises:
            AmountError: more than the ledger keeps.
        """
        self._last = debit, credit
        amount = debit + credit if self.manner == "credit" else debit - credit
        if abs(amount) > LARGEST:
            raise AmountError("too_large", f"{amount:f}")
        return amount

    def count(self, row: int) -> None:
        """Count the signs of the row whose amount was read last."""
        for side, amount in zip(SIDES, self._last, strict=True):
            if amount:
                self._signs[side, amount < 0].add(row, amount)

    def notes(self) -> list[str]:
        """What is to be looked at, after the last row.

        Raises:
            ProfileRefusal: most credits say the opposite of what they are read as.
        """
        minus, plus = self._signs["credit", True], self._signs["credit", False]
        if self.manner is None and minus.count > plus.count:
            raise self._ask(minus)
        if self.manner == "credit" and plus.count > minus.count:
            message = _(
                "Most amounts in the column “%(column)s” have no minus sign (first in row %(row)s), and the profile "
                "says with negative_credit that a minus sign marks each credit."
            )
            raise self._refusal(message, {"column": self.headings["credit"], "row": plus.row})
        message = _(
            "The column “%(column)s” has negative debits (%(count)s, the first in row %(row)s): they reduce the costs."
        )
        notes = self._note(message, "debit", self._signs["debit", True])
        message = _(
            "The column “%(column)s” has credits with the opposite sign (%(count)s, the first in row %(row)s): they "
            "add to the costs."
        )
        return notes + self._note(message, "credit", plus if self.manner == "credit" else minus)

    def _note(self, message: str, side: Side, found: _Signs) -> list[str]:
        places = {"column": self.headings.get(side, ""), "count": count(found.count), "row": found.row}
        return [message % places] if found.count else []

    def _ask(self, found: _Signs) -> Refusal:
        message = _(
            "The credits in the column “%(column)s” are negative (first in row %(row)s: %(amount)s). Either the minus "
            "sign marks a credit and the row counts %(amount)s, or it takes a credit back and the row counts "
            "%(added)s. Choose which under “A minus sign in the credit column” (negative_credit in a profile: “credit” "
            "or “reversal”), or export credits without a minus sign."
        )
        places = {"column": self.headings["credit"], "row": found.row, "amount": exact_eur(found.amount)}
        return self._refusal(message, places | {"added": exact_eur(-found.amount)})

    def _refusal(self, message: str, places: dict[str, object]) -> Refusal:
        return ProfileRefusal(message % places, code="negative_credit")
