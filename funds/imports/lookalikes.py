"""Rows that are booked like the others, and look like balances or like sums of the rows beside them."""

from fundtrack.formats import count
from fundtrack.money import ZERO
from fundtrack.sentences import sentence as _

from .rows import ReadRow
from .values import balance_label, is_short_balance, may_be_labelled


class Lookalikes:
    """Rows that are booked and may be balances, or sums of rows with the same codes.

    Args:
        accounts: the file has accounts, so that a row without one is odd.
    """

    def __init__(self, accounts: bool) -> None:
        self.accounts = accounts
        #: How many, and the first row.
        self.balances, self.sums = [0, 0], [0, 0]
        self._codes: tuple[str, str] | None = None
        self._above, self._rows_above = ZERO, 0
        #: A row without account, and the rows with the same codes below it.
        self._head, self._left, self._rows_below = 0, ZERO, 0

    def add(self, row: ReadRow) -> None:
        """Look at a row that would be booked."""
        labelled = may_be_labelled(row.cells) and any(self._is_balance(row, text) for text in row.cells)
        if labelled or is_short_balance(row.description):
            self._found(self.balances, row.number)
        if not self.accounts or row.amount is None:
            return
        codes = (row.cost_centre_code, row.project_code)
        if codes != self._codes:
            self._close()
            self._codes, self._above, self._rows_above = codes, ZERO, 0
        if row.account:
            self._above, self._rows_above = self._above + row.amount, self._rows_above + 1
            self._left, self._rows_below = self._left - row.amount, self._rows_below + 1
            return
        self._close()
        if not row.voucher and self._rows_above and row.amount == self._above:
            # What a note calls a total is not said twice.
            if not row.notes:
                self._found(self.sums, row.number)
        elif not row.voucher:
            self._head, self._left, self._rows_below = row.number, row.amount, 0
        self._above, self._rows_above = ZERO, 0

    def _close(self) -> None:
        if self._head and self._rows_below and not self._left:
            self._found(self.sums, self._head)
        self._head = 0

    @staticmethod
    def _is_balance(row: ReadRow, text: str) -> bool:
        """True for the word of a balance; with a voucher “Siirto” is a transfer like any other."""
        label = balance_label(text)
        return label != "" and (label not in ("siirto", "transport") or not row.voucher.strip("0"))

    @staticmethod
    def _found(found: list[int], row: int) -> None:
        found[0] += 1
        found[1] = found[1] or row

    def warnings(self, subtotals: list[str]) -> list[str]:
        """Sentences for a person, after the last row.

        Args:
            subtotals: what is said of rows that sum the others; the same is not said twice.
        """
        self._close()
        warnings = list(subtotals)
        if self.balances[0]:
            message = _(
                "Rows that seem to be balances or sums carried forward are booked like the others (%(count)s, the "
                "first in row %(row)s). Leave them out if they are no costs."
            )
            warnings.append(message % {"count": count(self.balances[0]), "row": self.balances[1]})
        if self.sums[0] and not subtotals:
            message = _(
                "Rows without an account are the sum of rows with the same codes beside them (%(count)s, the first in "
                "row %(row)s). Leave them out if they are subtotals."
            )
            warnings.append(message % {"count": count(self.sums[0]), "row": self.sums[1]})
        return warnings
