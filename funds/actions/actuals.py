"""Booking of actuals. Every path into the ledger ends in ``record_actuals``."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any, cast
from uuid import UUID

from django.db import connection, models
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from fundtrack import formats
from fundtrack.actions import action, reserve_key
from fundtrack.exceptions import Refusal
from fundtrack.money import LARGEST, ZERO
from fundtrack.periods import Month
from fundtrack.texts import long_text, tidy
from fundtrack.triggers import LOCK_BOOKINGS
from organisations.models import Membership, Organisation

from ..models import Actual, Booking, BudgetLine, MonthState, UsePlan

#: Texts of a row; their columns say how long they may be.
TEXT_FIELDS = {
    name: cast("models.CharField[str, str]", Actual._meta.get_field(name))
    for name in ("cost_centre_code", "project_code", "account", "voucher", "description", "supplier")
}
#: Characters of what a booking says of itself, such as why a row was settled.
BOOKING_LENGTH = Booking._meta.get_field("description").max_length or 0


class MonthIsClosed(Refusal):
    """The month takes no rows."""

    code = "month_is_closed"


class WrongCorrection(Refusal):
    """The correction would stand in the wrong month or correct what cannot be corrected."""

    code = "wrong_correction"


class NotBookable(Refusal):
    """A row that says nothing, or more than the ledger can hold."""

    code = "not_bookable"


class KeyUsedOtherwise(Refusal):
    """The same key came with other content."""

    code = "key_used_otherwise"


@dataclass(frozen=True)
class NewActual:
    """One row to book."""

    month: Month
    #: EUR, not zero; a credit is negative.
    amount: Decimal
    #: The pair that finds the budget line (rule R1); a pair that finds none is booked outside the plan.
    cost_centre_code: str
    project_code: str
    booked_on: date | None = None
    account: str = ""
    voucher: str = ""
    description: str = ""
    supplier: str = ""
    #: Id of the actual that this row corrects.
    corrects_id: int | None = None
    #: Reverses a row outside the plan: stays outside, whatever the pair leads to by now.
    stays_outside: bool = False

    @property
    def pair(self) -> tuple[int, str, str]:
        """Year, cost centre and project code: what finds the budget line."""
        return self.month.year, self.cost_centre_code, self.project_code


@action
def record_actuals(
    *,
    organisation: Organisation,
    rows: Sequence[NewActual],
    by: Membership,
    at: datetime,
    source: str,
    key: UUID,
    description: str = "",
) -> Booking:
    """Book rows as one sealed booking: all of them or none.

    Args:
        rows: what to book, in order; at least one.
        source: a ``Booking.Source`` value.
        key: made by the sender; the same key books once.

    Returns:
        The booking; the earlier one when the same key and content came before.

    Raises:
        MonthIsClosed: naming the month.
        WrongCorrection: a correction stands in the wrong month, or finds no line there.
        NotBookable: an amount of zero, or a text or a figure that is too long.
        KeyUsedOtherwise: the key came before with other content.
        Refusal: for anything else that the database refuses.
    """
    by.require("enter_actuals")
    wait_for_turn(organisation)
    earlier = Booking.objects.filter(organisation=organisation, key=key).first()
    if earlier is not None:
        if (earlier.row_count, earlier.total) != (len(rows), sum(row.amount for row in rows)):
            raise KeyUsedOtherwise(_("This form was sent before with other figures. Load the page again."))
        return earlier
    rows = [_tidied(row) for row in rows]
    _refuse_unbookable(rows)
    _refuse_closed(organisation, {row.month for row in rows})
    lines = lines_by_pair(organisation, {row.month.year for row in rows})
    corrected = _corrected_rows(organisation, rows)
    _refuse_lost_corrections(rows, lines, corrected)
    booking_id = reserve_key(Booking)
    Actual.objects.bulk_create(
        [
            Actual(
                organisation=organisation,
                booking_id=booking_id,
                row_number=number,
                month=row.month.first,
                booked_on=row.booked_on,
                line_id=None if row.stays_outside else lines.get(row.pair),
                cost_centre_code=row.cost_centre_code,
                project_code=row.project_code,
                amount=row.amount,
                account=row.account,
                voucher=row.voucher,
                description=row.description,
                supplier=row.supplier,
                corrects_id=row.corrects_id,
                concerns_month=_month_concerned(organisation, row, corrected),
            )
            for number, row in enumerate(rows, start=1)
        ],
        batch_size=2000,
    )
    return seal_booking(
        booking_id, organisation=organisation, by=by, at=at, source=source, key=key, description=description
    )


def seal_booking(
    booking_id: int,
    *,
    organisation: Organisation,
    by: Membership,
    at: datetime,
    source: str,
    key: UUID,
    description: str,
) -> Booking:
    """Seal the rows that were written under a reserved key: the database numbers, sums and chains them."""
    booking = Booking.objects.create(
        pk=booking_id,
        organisation=organisation,
        source=source,
        description=long_text(Booking, "description", description, limit=BOOKING_LENGTH),
        key=key,
        made_by=by,
        made_at=at,
    )
    booking.refresh_from_db()
    return booking


@action
def correct_actual(
    *,
    organisation: Organisation,
    actual: Actual,
    amount: Decimal,
    by: Membership,
    at: datetime,
    key: UUID,
    description: str,
    voucher: str = "",
) -> Booking:
    """Book a difference row that corrects ``actual``: in its own month, or in the first open month if that is closed.

    Args:
        amount: the difference in EUR, not the new figure.
    """
    if actual.line_id is None:
        raise WrongCorrection(_("A row outside the plan is settled, not corrected."))
    row = NewActual(
        month=correction_month(organisation, Month.of(actual.month)),
        amount=amount,
        cost_centre_code=actual.cost_centre_code,
        project_code=actual.project_code,
        account=actual.account,
        voucher=voucher,
        description=description,
        supplier=actual.supplier,
        corrects_id=actual.pk,
    )
    return record_actuals(organisation=organisation, rows=[row], by=by, at=at, source=Booking.Source.FORM, key=key)


@action
def settle_outside(
    *,
    organisation: Organisation,
    actual: Actual,
    line: BudgetLine | None,
    by: Membership,
    at: datetime,
    key: UUID,
    reason: str,
) -> Booking:
    """Settle a row outside the plan: reverse it, and book it on ``line`` or (None) leave it to the ordinary budget.

    Raises:
        WrongCorrection: the row is settled already, the reason is missing, or the line is not in force.
    """
    by.require("enter_actuals")
    wait_for_turn(organisation)
    if earlier := Booking.objects.filter(organisation=organisation, key=key).first():
        return earlier
    waiting = Actual.objects.unsettled().filter(pk=actual.pk).first()
    if waiting is None:
        raise WrongCorrection(_("This row is settled already."))
    # More or less than the row where an import has changed it.
    standing = waiting.left_outside
    if not reason.strip():
        raise WrongCorrection(_("Say why the row is settled this way."))
    month = correction_month(organisation, Month.of(actual.month))
    if line is not None:
        pair = (month.year, line.target.cost_centre.code, line.project_code)
        if lines_by_pair(organisation, {month.year}).get(pair) != line.pk:
            raise WrongCorrection(
                _("The row would stand in %(month)s, and no plan in force has this line then. Choose another line.")
                % {"month": formats.month_short(month)}
            )
    reversal = NewActual(
        month=month,
        amount=-standing,
        cost_centre_code=actual.cost_centre_code,
        project_code=actual.project_code,
        account=actual.account,
        voucher=actual.voucher,
        description=actual.description,
        supplier=actual.supplier,
        corrects_id=actual.pk,
        stays_outside=True,
    )
    rows = [reversal]
    if line is not None:
        rows.append(
            replace(
                reversal,
                amount=standing,
                stays_outside=False,
                cost_centre_code=line.target.cost_centre.code,
                project_code=line.project_code,
            )
        )
    return record_actuals(
        organisation=organisation,
        rows=rows,
        by=by,
        at=at,
        source=Booking.Source.SETTLEMENT,
        key=key,
        description=reason.strip(),
    )


def lines_by_pair(organisation: Organisation, years: Iterable[int]) -> dict[tuple[int, str, str], int]:
    """(year, cost centre code, project code) → line id, over the plans in force of ``years``."""
    found = BudgetLine.objects.filter(
        organisation=organisation, year__in=set(years), plan__state=UsePlan.State.ACTIVE
    ).values_list("year", "target__cost_centre__code", "project_code", "pk")
    return {(year, centre, code): pk for year, centre, code, pk in found}


def first_open_month(organisation: Organisation) -> Month | None:
    """The month after the last one that is not open; None while no month has been closed."""
    last = (
        MonthState.objects.filter(organisation=organisation)
        .exclude(state=MonthState.State.OPEN)
        .order_by("-month")
        .values_list("month", flat=True)
        .first()
    )
    return Month.of(last).next() if last else None


def correction_month(organisation: Organisation, month: Month) -> Month:
    """Where a correction of a row of ``month`` stands: in that month while it is open, else the first open one."""
    first_open = first_open_month(organisation)
    return month if first_open is None or month >= first_open else first_open


def wait_for_turn(organisation: Organisation) -> None:
    """Let bookings of an organisation be one after the other, from here to the end of the transaction.

    Of two people who save one cell, or of two clicks with one key, the second sees what the first one booked.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s::int, %s)", [organisation.pk, LOCK_BOOKINGS])


def _tidied(row: NewActual) -> NewActual:
    """The row with its texts as they are stored."""
    texts: dict[str, Any] = {name: text for name in TEXT_FIELDS if (text := tidy(given := getattr(row, name))) != given}
    return replace(row, **texts) if texts else row


def _refuse_unbookable(rows: Sequence[NewActual]) -> None:
    if not rows:
        raise NotBookable(_("There is nothing to book."))
    for row in rows:
        if not row.amount:
            raise NotBookable(_("An amount of zero is not booked."))
        for name, field in TEXT_FIELDS.items():
            if len(getattr(row, name)) > (field.max_length or 0):
                raise NotBookable(
                    _("%(field)s: at most %(count)s characters.")
                    % {"field": capfirst(field.verbose_name), "count": field.max_length}
                )
    total = sum((row.amount for row in rows), ZERO)
    if max(abs(total), *(abs(row.amount) for row in rows)) > LARGEST:
        raise NotBookable(
            _("The sum is too large. The largest amount is %(largest)s.") % {"largest": formats.eur(LARGEST)}
        )


def _refuse_closed(organisation: Organisation, months: set[Month]) -> None:
    first_open = first_open_month(organisation)
    if first_open is not None and min(months) < first_open:
        raise MonthIsClosed(
            _("%(month)s is closed. Nothing was saved; a correction is booked in %(open)s, the first open month.")
            % {"month": formats.month_short(min(months)), "open": formats.month_short(first_open)}
        )


def _refuse_lost_corrections(
    rows: Sequence[NewActual], lines: dict[tuple[int, str, str], int], corrected: dict[int, Actual]
) -> None:
    """A correction of a line's row that itself finds no line would vanish: rows outside the plan are not corrected."""
    for row in rows:
        if row.corrects_id is None or corrected[row.corrects_id].line_id is None or row.pair in lines:
            continue
        raise WrongCorrection(
            _("No line of a plan in force takes this correction: %(pair)s in %(year)s.")
            % {"pair": f"{row.cost_centre_code} {row.project_code}".strip(), "year": row.month.year}
        )


def _corrected_rows(organisation: Organisation, rows: Sequence[NewActual]) -> dict[int, Actual]:
    wanted = {row.corrects_id for row in rows if row.corrects_id is not None}
    found = Actual.objects.filter(organisation=organisation).in_bulk(wanted) if wanted else {}
    if missing := wanted - found.keys():
        raise WrongCorrection(_("There is no row %(row)s to correct.") % {"row": min(missing)})
    return found


def _month_concerned(organisation: Organisation, row: NewActual, corrected: dict[int, Actual]) -> date | None:
    """The closed month that a correction concerns, or None; refuses a correction in the wrong month."""
    if row.corrects_id is None:
        return None
    original = corrected[row.corrects_id]
    month = Month.of(original.month)
    where = correction_month(organisation, month)
    if row.month != where:
        raise WrongCorrection(
            _("Row %(row)s belongs to %(month)s: its correction is booked in %(where)s.")
            % {"row": original.pk, "month": formats.month_short(month), "where": formats.month_short(where)}
        )
    return original.concerns_month if row.month == month else original.concerns_month or original.month
