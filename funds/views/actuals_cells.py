"""Answers to the grid's script: one cell saved, a pasted block checked or saved. JSON in, JSON out."""

import json
from collections.abc import Callable
from decimal import Decimal
from functools import wraps
from typing import Any, NoReturn
from uuid import UUID

from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.http import Http404, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from fundtrack import formats
from fundtrack.exceptions import Refusal
from fundtrack.money import DECIMAL_PLACES, AmountError, count_decimals
from fundtrack.periods import Month
from organisations.http import OrganisationRequest, View, organisation_view

from ..actions.cells import CellChange, CellConflict, enter_cells
from ..forms.actuals import cell_name, read_cell_name, read_seen, read_typed
from ..forms.blocks import Block, Place, WrongBlock, read_block
from ..loaders import load_plan
from ..models import Booking, UsePlan
from ..queries.actuals import cell_sums, month_columns
from .actuals_notices import notices_of, said
from .actuals_page import GridPageBuilder

#: Changes of a pasted block that are listed before it is saved.
MOST_LISTED = 100


class NotUnderstood(SuspiciousOperation):
    """The request is not one that the grid's script makes."""


def answers_json(view: View) -> View:
    """Answer the script in its own language: a lost session or right is a status with a sentence, not a page."""

    @wraps(view)
    def answer(request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        if not request.user.is_authenticated:
            login = reverse("account_login")
            return refused(
                401, "signed_out", _("You are signed out. What you typed is kept on this page."), login=login
            )
        try:
            answered = view(request, *args, **kwargs)
            if answered.status_code == 403:
                raise PermissionDenied
            return answered
        except RequestDataTooBig:
            return refused(413, "too_big", _("The block is too big to paste. Nothing was changed."))
        except NotUnderstood:
            return refused(400, "not_understood", _("The request was not understood. Load the page again."))
        except PermissionDenied:
            return refused(403, "not_allowed", _("You may not enter actuals here. Nothing was saved."))
        except Http404:
            return refused(404, "not_found", _("The plan is not here any more. Nothing was saved."))

    return answer


def refused(status: int, code: str, message: str, **more: Any) -> JsonResponse:
    """An answer that says why nothing was saved."""
    return JsonResponse({"code": code, "message": message, **more}, status=status)


@answers_json
@organisation_view("enter_actuals", methods=("POST",))
def cells(request: OrganisationRequest, fund: str, year: int) -> HttpResponse:
    """Save cells (all or none), or with ``block`` say what a pasted block would change."""
    plan = load_plan(request, fund, year)
    sent = _read_payload(request)
    if sent.get("person") != request.membership.pk:
        return refused(409, "other_person", _("Somebody else is signed in now. Sign in as yourself to save."))
    if "block" in sent:
        return _preview(plan, sent["block"])
    return _save(request, plan, sent)


def _read_payload(request: OrganisationRequest) -> dict[str, Any]:
    try:
        sent = json.loads(request.body)
    except (ValueError, RecursionError) as error:
        raise NotUnderstood from error
    if not isinstance(sent, dict):
        raise NotUnderstood
    return sent


def _understood(read: Callable[[], Any]) -> Any:
    try:
        return read()
    except (KeyError, TypeError, ValueError, OverflowError, AttributeError, SuspiciousOperation) as error:
        raise NotUnderstood from error


# --- saving


def _save(request: OrganisationRequest, plan: UsePlan, sent: dict[str, Any]) -> JsonResponse:
    key: UUID = _understood(lambda: UUID(sent["key"]))
    source = Booking.Source.PASTE if sent.get("source") == "paste" else Booking.Source.GRID
    changes, errors = _read_cells(sent)
    if errors:
        return refused(422, "unreadable", errors[0]["message"], errors=errors)
    touched = {change.line_id for change in changes}
    try:
        booking = enter_cells(
            plan=plan, cells=changes, by=request.membership, at=timezone.now(), source=source, key=key
        )
    except CellConflict as conflict:
        return refused(
            409,
            "conflict",
            str(conflict),
            clashes=[_clash(clash.change, clash.current) for clash in conflict.clashes],
            figures=_figures(request, plan, touched),
        )
    except Refusal as refusal:
        return refused(409, refusal.code, str(refusal))
    return JsonResponse(
        {
            "code": "saved",
            "booking": booking.number if booking else None,
            "saved": [_saved(change) for change in changes],
            "figures": _figures(request, plan, touched),
            "notices": said(notices_of(plan, changes)),
        }
    )


def _read_cells(sent: dict[str, Any]) -> tuple[list[CellChange], list[dict[str, Any]]]:
    changes: list[CellChange] = []
    errors: list[dict[str, Any]] = []
    for line_id, month, text, seen in _understood(lambda: [_read_cell(cell) for cell in sent["cells"]]):
        try:
            changes.append(CellChange(line_id, month, seen, read_typed(text)))
        except AmountError as error:
            name = cell_name(line_id, month)
            errors.append({"cell": name, "code": error.code, "message": str(error), "readings": _readings(error)})
    if not changes and not errors:
        raise NotUnderstood
    return changes, errors


def _read_cell(cell: dict[str, str]) -> tuple[int, Month, str, Decimal]:
    line_id, month = read_cell_name(cell["cell"]) or _not_understood()
    return line_id, month, cell["text"].strip(), read_seen(cell["seen"])


def _not_understood() -> NoReturn:
    raise NotUnderstood


def _readings(error: AmountError) -> list[dict[str, str]]:
    """The readings of an ambiguous text that are amounts in whole cents: what to show and what to send."""
    return [
        {"label": formats.eur(reading), "text": formats.csv_amount(reading)}
        for reading in error.readings
        if count_decimals(reading) <= DECIMAL_PLACES
    ]


def _saved(change: CellChange) -> dict[str, Any]:
    return {
        "cell": cell_name(change.line_id, change.month),
        "unchanged": change.new == change.seen,
        "text": formats.amount(change.new),
        "seen": formats.machine(change.new),
        "spoken": formats.eur(change.new),
    }


def _clash(change: CellChange, current: Decimal) -> dict[str, str]:
    return {
        "cell": cell_name(change.line_id, change.month),
        "theirs": formats.eur(current),
        "theirs_text": formats.amount(current),
        "theirs_seen": formats.machine(current),
        "mine": formats.eur(change.new),
        "mine_text": formats.amount(change.new),
    }


def _figures(request: OrganisationRequest, plan: UsePlan, lines: set[int]) -> dict[str, str]:
    """Totals that the entry changed, with the filters of the page that sent it."""
    return GridPageBuilder(request, plan).build().figures_of(lines)


# --- a pasted block


def _preview(plan: UsePlan, block: Any) -> JsonResponse:
    text, place = _understood(lambda: (str(block["text"]), _place(plan, block)))
    try:
        read = read_block(text, place, cell_sums(place.lines, place.months))
    except WrongBlock as wrong:
        return refused(422, wrong.code, str(wrong), problems=wrong.problems)
    codes = {line.pk: line.project_code for line in place.lines}
    return JsonResponse(
        {
            "code": "preview",
            "cells": [_to_send(change) for change in read.changes],
            "facts": _facts(read),
            "notices": said(notices_of(plan, read.changes)),
            "changes": [_listed(change, codes) for change in read.changes[:MOST_LISTED]],
            "unlisted": max(len(read.changes) - MOST_LISTED, 0),
        }
    )


def _place(plan: UsePlan, block: dict[str, Any]) -> Place:
    ids = [int(pk) for pk in block["lines"]]
    months = [Month.parse(month) for month in block["months"]]
    known = {line.pk: line for line in plan.lines.all()}
    closed = {column.month for column in month_columns(plan.organisation, plan.year) if not column.is_open}
    if not ids or not months or len(set(ids)) != len(ids) or any(month.year != plan.year for month in months):
        raise NotUnderstood
    return Place([known[pk] for pk in ids], months, frozenset(closed))


def _to_send(change: CellChange) -> dict[str, str]:
    return {
        "cell": cell_name(change.line_id, change.month),
        "seen": formats.machine(change.seen),
        "text": formats.csv_amount(change.new),
    }


def _facts(block: Block) -> list[tuple[str, str]]:
    facts = [
        (_("Figures that change"), str(len(block.changes))),
        (_("Their new sum"), formats.eur(block.pasted_total)),
        (_("Change of the actuals"), f"{formats.signed_amount(block.difference)}{formats.NBSP}€"),
    ]
    if block.unchanged:
        facts.append((_("Figures that are the same already"), str(block.unchanged)))
    if block.empty:
        facts.append((_("Empty cells, which change nothing"), str(block.empty)))
    return facts


def _listed(change: CellChange, codes: dict[int, str]) -> dict[str, str]:
    return {
        "cell": cell_name(change.line_id, change.month),
        "code": codes[change.line_id],
        "month": formats.month_short(change.month),
        "old": formats.amount(change.seen),
        "new": formats.amount(change.new),
    }
