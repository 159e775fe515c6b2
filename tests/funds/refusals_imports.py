"""Raw SQL against every constraint and trigger of imports, and every way that was thought of around them.

``IMPORTS`` has one attempt for each rule (name → attempt, as in ``refusals_plan``), ``DETOURS`` the other ways to what
a rule forbids (what is tried, name of the refusal, attempt).
"""

from datetime import date
from decimal import Decimal

from django.db import connection

from .full_world import Full
from .raw import copy, delete, execute, next_id, row, update
from .refusals_ledger import month
from .refusals_plan import MOMENT, Attempt, after_disabling, truncate

MARCH, APRIL = date(2024, 3, 1), date(2024, 4, 1)


def _upload(own: Full, **changes: object) -> int:
    """A batch of a new file in raw SQL."""
    file = copy("importfile", own.import_file)
    nothing_yet = {"state": "uploaded", "committed_by_id": None, "committed_at": None, "booking_id": None}
    return copy("importbatch", own.read_batch, **{**nothing_yet, "file_id": file, **changes})


def _commit(own: Full, batch: int | None = None, **changes: object) -> None:
    step = {"state": "committed", "committed_by_id": own.member("finance"), "committed_at": MOMENT}
    update("importbatch", batch or own.read_batch, **{**step, **changes})


def _undo(own: Full, **changes: object) -> None:
    step = {"state": "undone", "undone_by_id": own.member("finance"), "undone_at": MOMENT}
    update("importbatch", own.committed_batch, **{**step, **changes})


def _book(own: Full, *rows: dict[str, object], source: str = "import") -> int:
    """A booking in raw SQL of actuals like the one of the read row, each with its changes."""
    booking = next_id("booking")
    usual = {"amount": "30.00", "voucher": "R1", "import_row_id": own.read_row}
    for number, changes in enumerate(rows, start=1):
        copy("actual", own.imported_actual, **{"booking_id": booking, "row_number": number, **usual, **changes})
    copy("booking", own.import_booking, id=booking, source=source)
    return booking


def _import(*rows: dict[str, object], **changes: object) -> Attempt:
    """Book these rows and commit the read batch with them, all in raw SQL."""
    return lambda own, other: _commit(own, booking_id=_book(own, *rows), **changes)


def _reverse(own: Full, **changes: object) -> int:
    """Book the reversal of the imported actual."""
    whole = {"amount": "-20.00", "voucher": "K1", "import_row_id": None, "corrects_id": own.imported_actual}
    return _book(own, {**whole, **changes})


def _undo_by(**changes: object) -> Attempt:
    """Undo the committed batch with a reversal that is changed."""
    return lambda own, other: _undo(own, undo_booking_id=_reverse(own, **changes))


def _undone(attempt: Attempt) -> Attempt:
    """The attempt, after the batch was undone by the rules."""

    def run(own: Full, other: Full) -> None:
        _undo(own, undo_booking_id=_reverse(own))
        attempt(own, other)

    return run


def _discarded(attempt: Attempt) -> Attempt:
    """The attempt, after the read batch was discarded."""

    def run(own: Full, other: Full) -> None:
        update("importbatch", own.read_batch, state="discarded")
        attempt(own, other)

    return run


def _with_error(own: Full, other: Full) -> None:
    copy("importrow", own.read_row, number=99, kind="error")
    _commit(own)


def _copy_in(own: Full, other: Full) -> None:
    """COPY, as the application does it, into a batch that is committed."""
    with connection.cursor() as cursor:
        columns = "organisation_id, batch_id, number, kind, cells, cost_centre_code, project_code, account, voucher, "
        into = f"COPY funds_importrow ({columns} description, supplier, by_code, reason) FROM STDIN"
        with connection.wrap_database_errors, cursor.copy(into) as rows:
            # A row of each batch: the one that is read does not excuse the other.
            for batch in (own.read_batch, own.committed_batch):
                owner = own.world.organisation.pk
                rows.write_row((owner, batch, 99, "skipped", [], "", "", "", "", "", "", False, ""))


def _commit_then_add(own: Full, other: Full) -> None:
    _commit(own)
    copy("importrow", own.read_row, number=99)


def _change_after_booking(**changes: object) -> Attempt:
    """Book the row as it is, change the row, commit."""

    def run(own: Full, other: Full) -> None:
        booking = _book(own, {})
        update("importrow", own.read_row, **changes)
        _commit(own, booking_id=booking)

    return run


def _rows_of_another_batch(own: Full, other: Full) -> None:
    booking = _book(own, {})
    _commit(own, _upload_read(own), booking_id=booking)


def _upload_read(own: Full) -> int:
    batch = _upload(own)
    update("importbatch", batch, state="read")
    return batch


def _undo_with_another_import(own: Full, other: Full) -> None:
    """A batch whose booking happens to reverse the other one is not its undoing."""
    booking = _reverse(own)
    _commit(own, booking_id=booking)
    _undo(own, undo_booking_id=booking)


def _import_with_an_undoing(own: Full, other: Full) -> None:
    booking = _reverse(own)
    _undo(own, undo_booking_id=booking)
    _commit(own, booking_id=booking)


def _undo_while_a_correction_stands(own: Full, other: Full) -> None:
    correction = {"import_row_id": None, "corrects_id": own.imported_actual, "amount": "5.00"}
    _book(own, correction, source="form")
    _undo_by()(own, other)


def _undo_after_closing(own: Full, other: Full) -> None:
    """The reversal would stand in April and leave the closed March as it is."""
    month(own, MARCH, "closed")
    _undo_by(month=APRIL, booked_on=None, concerns_month=MARCH)(own, other)


def _row_before_its_batch(own: Full, other: Full) -> None:
    """A row that waits for a batch that somebody else is making: it would come in behind the check."""
    batch = next_id("importbatch")
    copy("importrow", own.read_row, batch_id=batch, number=1)
    _upload(own, id=batch)


def _merge(own: Full, other: Full) -> None:
    execute(
        "INSERT INTO funds_importrow SELECT * FROM funds_importrow WHERE id = %s "
        "ON CONFLICT (batch_id, number) DO UPDATE SET amount = 1",
        own.committed_row,
    )


def import_by_the_rules(own: Full) -> None:
    """Everything that the attempts change one thing of: a late row, too, and a batch that books nothing."""
    _commit(own, booking_id=_book(own, {}))
    _undo(own, undo_booking_id=_reverse(own))
    late = _upload(own)
    copied = copy("importrow", own.read_row, batch_id=late, month=date(2024, 2, 1), booked_on=date(2024, 2, 7))
    update("importbatch", late, state="read")
    changes = {"import_row_id": copied, "concerns_month": date(2024, 2, 1), "booked_on": date(2024, 2, 7)}
    _commit(own, late, booking_id=_book(own, changes))
    _commit(own, _upload_read(own))


IMPORTS: dict[str, Attempt] = {
    "import_profile_version_once": after_disabling(
        "importprofile", lambda own, other: copy("importprofile", own.profile)
    ),
    "import_profile_member_matches": lambda own, other: copy(
        "importprofile", own.profile, made_by_id=other.member("finance")
    ),
    "import_profile_has_name": lambda own, other: copy("importprofile", own.profile, name=""),
    "import_profile_append_only:import_profile_append_only": lambda own, other: update(
        "importprofile", own.profile, content="{}"
    ),
    "import_profile_no_truncate:import_profile_no_truncate": truncate("importprofile"),
    "import_file_member_matches": lambda own, other: copy(
        "importfile", own.import_file, uploaded_by_id=other.member("finance")
    ),
    "import_file_append_only:import_file_append_only": lambda own, other: update(
        "importfile", own.import_file, content=b"muu"
    ),
    "import_file_no_truncate:import_file_no_truncate": truncate("importfile"),
    "import_batch_number_once": after_disabling(
        "importbatch", lambda own, other: _upload(own, number=row("importbatch", own.read_batch)["number"])
    ),
    "import_batch_fund_matches": lambda own, other: _upload(own, fund_id=other.fund),
    "import_batch_file_matches": lambda own, other: _upload(own, file_id=copy("importfile", other.import_file)),
    "import_batch_booking_matches": after_disabling(
        "importbatch", lambda own, other: _commit(own, booking_id=other.booking)
    ),
    "import_batch_undo_matches": after_disabling(
        "importbatch", lambda own, other: _undo(own, undo_booking_id=other.booking)
    ),
    "import_batch_member_matches": lambda own, other: _commit(own, committed_by_id=other.member("finance")),
    "import_batch_undoer_matches": after_disabling(
        "importbatch", lambda own, other: _undo(own, undone_by_id=other.member("finance"))
    ),
    "import_batch_committed_whole": lambda own, other: _commit(own, committed_at=None),
    "import_batch_undone_whole": lambda own, other: update("importbatch", own.read_batch, undone_at=MOMENT),
    "import_batch_no_delete:import_batch_no_delete": lambda own, other: delete("importbatch", own.read_batch),
    "import_batch_no_truncate:import_batch_no_truncate": truncate("importbatch"),
    "import_batch_numbered:import_batch_starts_uploaded": lambda own, other: _upload(own, state="read"),
    "import_batch_step:import_batch_keeps_its_file": lambda own, other: update(
        "importbatch", own.read_batch, file_id=copy("importfile", own.import_file)
    ),
    "import_batch_step:import_batch_step": lambda own, other: update("importbatch", own.committed_batch, state="read"),
    "import_batch_step:import_batch_final": lambda own, other: _undo(own, result="{}"),
    "import_batch_step:import_batch_committed_as_read": lambda own, other: _commit(own, control_total="1.00"),
    "import_batch_step:import_batch_readable": _with_error,
    "import_batch_step:import_batch_books_as_import": lambda own, other: _commit(own, booking_id=own.booking),
    "import_batch_step:import_batch_books_its_rows": _import({"amount": "30.01"}),
    "import_batch_step:import_batch_undone_as_import": lambda own, other: _undo(own, undo_booking_id=own.booking),
    "import_batch_step:import_batch_undo_reverses": lambda own, other: _undo(own),
    "import_work_batch_matches": lambda own, other: update("importwork", own.import_work, batch_id=other.read_batch),
    "import_work_member_matches": lambda own, other: update(
        "importwork", own.import_work, asked_by_id=other.member("finance")
    ),
    "import_work_one_at_a_time": lambda own, other: copy("importwork", own.import_work, state="running"),
    "import_work_ended_whole": lambda own, other: update("importwork", own.import_work, state="done"),
    "import_row_number_once": lambda own, other: copy("importrow", own.read_row),
    "import_row_batch_matches": lambda own, other: copy(
        "importrow", own.read_row, number=99, organisation_id=other.world.organisation.pk
    ),
    "import_row_is_whole": lambda own, other: update("importrow", own.read_row, amount=None),
    "import_row_no_truncate:import_row_no_truncate": truncate("importrow"),
    "import_row_added_before:import_row_final": lambda own, other: copy("importrow", own.committed_row, number=99),
    "import_row_kept:import_row_final": lambda own, other: update("importrow", own.committed_row, amount="2.00"),
    "import_row_stays:import_row_final": lambda own, other: delete("importrow", own.committed_left_out),
    "actual_import_row_matches": lambda own, other: _book(own, {"import_row_id": other.read_row}),
    "actual_import_row_once": _import({}, {}),
    "actual_fits:late_row_in_first_open_month": _import(
        {"month": APRIL, "booked_on": None, "concerns_month": date(2024, 2, 1)}
    ),
    "actual_fits:actual_from_open_batch": lambda own, other: _book(own, {"import_row_id": own.committed_left_out}),
    "booking_of_batch:import_booking_has_batch": lambda own, other: _book(own, {}),
    "booking_of_batch:import_row_booked_by_batch": lambda own, other: _book(own, {}, source="form"),
}

DETOURS: list[tuple[str, str, Attempt]] = [
    # --- rows of a batch that is committed, undone or discarded
    ("rows copied in", "import_row_final", _copy_in),
    ("a row moved in", "import_row_final", lambda own, other: update(
        "importrow", own.read_row, batch_id=own.committed_batch, number=99)),
    ("a row moved out", "import_row_final", lambda own, other: update(
        "importrow", own.committed_left_out, batch_id=own.read_batch, number=99)),
    ("a row numbered anew", "import_row_final", lambda own, other: update("importrow", own.committed_row, number=1)),
    ("a row merged", "import_row_final", _merge),
    ("a row added behind the commit", "import_row_final", _commit_then_add),
    ("a row before its batch", "import_row_final", _row_before_its_batch),
    ("a row of an undone batch", "import_row_final", _undone(
        lambda own, other: update("importrow", own.committed_left_out, amount="2.00"))),
    ("a row of a discarded batch", "import_row_final", _discarded(
        lambda own, other: copy("importrow", own.read_row, number=99))),
    ("rows emptied through the file", "import_file_no_truncate", lambda own, other: execute(
        "TRUNCATE funds_importfile CASCADE")),
    # --- steps
    ("a discarded batch is read again", "import_batch_step", _discarded(
        lambda own, other: update("importbatch", own.read_batch, state="read"))),
    ("a discarded batch is committed", "import_batch_step", _discarded(lambda own, other: _commit(own))),
    ("an undone batch is committed again", "import_batch_step", _undone(lambda own, other: update(
        "importbatch", own.committed_batch, state="committed", undone_by_id=None, undone_at=None,
        undo_booking_id=None))),
    ("a file is committed unread", "import_batch_step", lambda own, other: _commit(own, _upload(own))),
    ("warnings acknowledged afterwards", "import_batch_step", lambda own, other: update(
        "importbatch", own.committed_batch, acknowledged='["sign"]')),
    ("warnings acknowledged while undoing", "import_batch_final", lambda own, other: _undo(
        own, undo_booking_id=_reverse(own), acknowledged='["sign"]')),
    ("another person committed", "import_batch_final", lambda own, other: _undo(
        own, undo_booking_id=_reverse(own), committed_by_id=own.member("admin"))),
    ("read otherwise than shown", "import_batch_committed_as_read", _import({}, manner="whole_months")),
    ("another profile than shown", "import_batch_committed_as_read", _import({}, profile="{}")),
    ("a second batch of one file", "funds_importbatch_file_id_key", lambda own, other: _upload(
        own, file_id=own.import_file)),
    # --- what a batch books
    ("another amount", "import_batch_books_its_rows", _import({"amount": "-30.00"})),
    ("another month", "import_batch_books_its_rows", _import({"month": APRIL, "booked_on": None})),
    ("no date", "import_batch_books_its_rows", _import({"booked_on": None})),
    ("another code", "import_batch_books_its_rows", _import({"project_code": "ZZ", "line_id": None})),
    ("another cost centre", "import_batch_books_its_rows", _import({"cost_centre_code": "9", "line_id": None})),
    ("another voucher", "import_batch_books_its_rows", _import({"voucher": "R2"})),
    ("another account", "import_batch_books_its_rows", _import({"account": "4001"})),
    ("other words", "import_batch_books_its_rows", _import({"description": "Muu"})),
    ("a row of no file", "import_batch_books_its_rows", _import({}, {"import_row_id": None})),
    ("a row of another batch", "import_batch_books_its_rows", _rows_of_another_batch),
    ("a row changed behind its booking", "import_batch_books_its_rows", _change_after_booking(
        amount=Decimal("31.00"))),
    ("a row left out behind its booking", "import_batch_books_its_rows", _change_after_booking(kind="left_out")),
    ("a row that was left out", "actual_from_open_batch", lambda own, other: _import(
        {"import_row_id": own.read_left_out, "amount": "1.00", "voucher": "X1"})(own, other)),
    ("a row of a discarded file", "actual_from_open_batch", _discarded(lambda own, other: _book(own, {}))),
    ("booked by somebody else", "import_batch_books_as_import", lambda own, other: _commit(
        own, booking_id=_book(own, {}), committed_by_id=own.member("admin"))),
    ("the booking of another batch", "funds_importbatch_booking_id_key", after_disabling(
        "importbatch", lambda own, other: _commit(own, booking_id=own.import_booking))),
    ("rows of a booking of another batch", "import_batch_books_its_rows", lambda own, other: _commit(
        own, booking_id=own.import_booking)),
    ("a booking that comes later", "import_batch_books_as_import", lambda own, other: _commit(
        own, booking_id=next_id("booking"))),
    ("the undoing of another batch", "import_batch_books_as_import", _import_with_an_undoing),
    # --- undoing
    ("undone by half", "import_batch_undo_reverses", _undo_by(amount="-10.00")),
    ("undone on another line", "correction_stays_on_its_line", lambda own, other: _undo_by(
        line_id=own.line, project_code="A1")(own, other)),
    ("undone in another month", "import_batch_undo_reverses", _undo_after_closing),
    ("undone while a correction stands", "import_batch_undo_reverses", _undo_while_a_correction_stands),
    ("undone and more", "import_batch_undo_reverses", lambda own, other: _undo(own, undo_booking_id=_book(
        own,
        {"amount": "-20.00", "import_row_id": None, "corrects_id": own.imported_actual},
        {"amount": "-7.00", "import_row_id": None, "corrects_id": own.outside_actual, "project_code": "NONE",
         "line_id": None}))),
    ("undone with a row of a file", "import_batch_undo_reverses", lambda own, other: _undo_by(
        import_row_id=own.read_row)(own, other)),
    ("undone with the booking itself", "import_batch_undone_as_import", lambda own, other: _undo(
        own, undo_booking_id=own.import_booking)),
    ("undone with another import", "import_batch_undone_as_import", _undo_with_another_import),
    ("undone by somebody else", "import_batch_undone_as_import", lambda own, other: _undo(
        own, undo_booking_id=_reverse(own), undone_by_id=own.member("admin"))),
]  # fmt: skip
