"""Raw SQL against keys, moments that have not come, and rows that avoid their line."""

from collections.abc import Callable

from .full_world import Full
from .raw import copy, next_id, update
from .refusals_ledger import _approve, _book, _propose_again
from .refusals_plan import Attempt

FUTURE = "2099-01-01T00:00Z"

#: Prefix of the trigger → table and the id of a row that may change otherwise.
_CHANGEABLE: dict[str, tuple[str, Callable[[Full], int]]] = {
    "drawdown": ("drawdown", lambda own: own.proposed),
    "cost_centre": ("costcentre", lambda own: own.centre),
    "cost_centre_name": ("costcentrename", lambda own: own.centre_name),
    "lead_scope": ("leadscope", lambda own: own.scope),
    "fund": ("fund", lambda own: own.fund),
    "interface": ("interface", lambda own: own.interface),
    "plan": ("useplan", lambda own: own.draft),
    "target": ("target", lambda own: own.draft_target),
    "import_batch": ("importbatch", lambda own: own.read_batch),
    "import_work": ("importwork", lambda own: own.import_work),
    "import_row": ("importrow", lambda own: own.read_row),
    "line": ("budgetline", lambda own: own.line),
}


def _another_key(table: str, row: Callable[[Full], int]) -> Attempt:
    return lambda own, other: update(table, row(own), id=-1)


def _booked_in_the_future(own: Full, other: Full) -> None:
    booking = next_id("booking")
    copy("actual", own.march_actual, booking_id=booking)
    copy("booking", own.booking, id=booking, made_at=FUTURE)


KEYS: dict[str, Attempt] = {
    f"{prefix}_keeps_identity:{prefix}_keeps_identity": _another_key(table, row)
    for prefix, (table, row) in _CHANGEABLE.items()
} | {
    "booking_sealed:moment_in_the_future": _booked_in_the_future,
    "fund_entry_chained:moment_in_the_future": lambda own, other: copy("fundentry", own.transfer, entered_at=FUTURE),
    "amendment_numbered:moment_in_the_future": lambda own, other: copy("amendment", own.amendment, recorded_at=FUTURE),
    "drawdown_proposed:moment_in_the_future": lambda own, other: _propose_again(own, prepared_at=FUTURE),
    "drawdown_step:moment_in_the_future": lambda own, other: _approve(own, approved_at=FUTURE),
    "actual_fits:actual_has_its_line": lambda own, other: _book(own, line_id=None),
    "actual_fits:correction_stays_on_its_line": lambda own, other: _book(
        own, corrects_id=own.march_actual, project_code="A2", line_id=own.other_line
    ),
}
