"""Steps of an import at once or by a worker: the same functions with the same arguments.

A step of a long file is given to a worker (decision D12). Everything that the step does happens in one transaction,
which holds a lock: a worker that dies leaves the batch as it was, and that it died can be seen by the lock. How far it
is is told on a connection of its own.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from decimal import Decimal
from time import monotonic
from typing import Any

from django.db import connection, transaction
from django.utils import translation
from django.utils.translation import gettext as _

from fundtrack.actions import action
from fundtrack.exceptions import Refusal
from fundtrack.history import acting
from fundtrack.periods import Month
from fundtrack.sentences import kept
from organisations.models import Membership

from ..imports.profiles import Profile, Rule
from ..imports.proposal import Proposal
from ..models import ImportBatch, ImportProfile, ImportWork
from ..queries.import_work import newest_work, take_lock
from .import_rows import Progress, untold
from .import_steps import look_at_batch, map_outside_rows
from .imports import ImportRefusal, commit_batch, read_batch, save_profile, undo_batch

#: Bytes. Below it every step is taken within the request: some ten thousand rows, a few seconds.
LONG_FILE = 1_000_000
#: Seconds between two words about how far a step is.
_PAUSE = 0.4

Arguments = Mapping[str, Any]
_STATE, _STEP = ImportWork.State, ImportWork.Step


def is_long(batch: ImportBatch) -> bool:
    """True where a worker takes the steps."""
    return batch.file.size > LONG_FILE


def how_as_json(how: Arguments) -> dict[str, str | None]:
    """What ``HowForm.how`` says, for a worker."""
    month, total = how["month"], how["control_total"]
    return {
        "manner": how["manner"],
        "month": str(month) if month else None,
        "control_total": None if total is None else f"{total:f}",
    }


def perform(
    batch: ImportBatch,
    step: str,
    arguments: Arguments,
    *,
    by: Membership,
    at: datetime,
    progress: Progress = untold,
) -> ImportBatch:
    """Take one step of an import.

    Args:
        step: one of ``ImportWork.Step``.
        arguments: of the step's function below, as JSON.

    Raises:
        Refusal: nothing was changed.
    """
    return _TAKEN[step](batch=batch, by=by, at=at, progress=progress, **arguments)


@action
def ask_for(
    *,
    batch: ImportBatch,
    step: str,
    arguments: Arguments,
    form: Mapping[str, list[str]],
    by: Membership,
    at: datetime,
    source: str,
    request: str,
) -> ImportWork:
    """Ask a worker to take a step. It begins when this is committed.

    Args:
        form: what the person sent; given back when the step is refused.
        source, request: address and id of the request, for the history.

    Raises:
        ImportRefusal: a worker is at this import already.
    """
    from ..tasks import take_step

    by.require("enter_actuals")
    refuse_while_worked_on(batch)
    # One whose worker died is over.
    ImportWork.objects.filter(batch=batch, state=_STATE.RUNNING).update(state=_STATE.FAILED, ended_at=at)
    work = ImportWork.objects.create(
        organisation_id=batch.organisation_id,
        batch=batch,
        step=step,
        arguments=dict(arguments),
        form=dict(form),
        asked_by=by,
        asked_at=at,
        language=translation.get_language() or "fi",
        source=source[:300],
        request=request,
    )
    take_step.defer(work=work.pk)
    return work


def refuse_while_worked_on(batch: ImportBatch) -> None:
    """Two steps of one import never go on at once."""
    newest = newest_work(batch)
    if newest is not None and newest.goes_on:
        raise ImportRefusal(_("A worker is at this import. Wait until it has finished."), code="import_worked_on")


@action
def cancel_work(*, batch: ImportBatch, by: Membership, at: datetime) -> None:
    """End a step that a worker has not begun; one that reads rows ends at the next, and keeps nothing."""
    by.require("enter_actuals")
    works = ImportWork.objects.filter(batch=batch)
    if not works.filter(state=_STATE.WAITING).update(state=_STATE.FAILED, ended_at=at, is_cancelled=True):
        works.filter(state=_STATE.RUNNING).update(is_cancelled=True)


def run_work(work_id: int, *, now: Callable[[], datetime]) -> None:
    """Take the step that was asked for, as the worker does. A work that was begun before is left alone.

    Raises:
        Exception: whatever went wrong that is no refusal; the work has failed, and nothing else was written.
    """
    try:
        with transaction.atomic():
            if take_lock(work_id):
                _take(work_id, now)
    except Exception:
        works = ImportWork.objects.filter(pk=work_id, state__in=[_STATE.WAITING, _STATE.RUNNING])
        works.update(state=_STATE.FAILED, ended_at=now())
        raise


def _take(work_id: int, now: Callable[[], datetime]) -> None:
    works = ImportWork.objects.select_related("batch__organisation", "asked_by__user")
    work = works.filter(pk=work_id, state=_STATE.WAITING).first()
    if work is None:
        return
    outcome: dict[str, Any] = {"state": _STATE.DONE}
    user = work.asked_by.user
    with (
        _told(work) as progress,
        translation.override(work.language),
        acting(user=user, source=work.source, request_id=work.request),
    ):
        try:
            progress("", 0)
            perform(work.batch, work.step, work.arguments, by=work.asked_by, at=now(), progress=progress)
        except Refusal as refusal:
            outcome = {
                "state": _STATE.REFUSED,
                "code": refusal.code[:60],
                "message": json.dumps(kept(str(refusal)), ensure_ascii=False),
            }
    ImportWork.objects.filter(pk=work.pk).update(ended_at=now(), **outcome)


@contextmanager
def _told(work: ImportWork) -> Iterator[Progress]:
    """Say that the work runs and how far it is: at once, beside the transaction of the step itself."""
    beside = connection.copy()
    told = 0.0

    def tell(phase: str, rows: int) -> None:
        nonlocal told
        if rows and monotonic() - told < _PAUSE:
            return
        told = monotonic()
        with beside.cursor() as cursor:
            cursor.execute(
                "UPDATE funds_importwork SET state = 'running', phase = %s, rows_done = %s WHERE id = %s "
                "AND state IN ('waiting', 'running') RETURNING is_cancelled",
                [phase, rows, work.pk],
            )
            found = cursor.fetchone()
        if found is not None and found[0]:
            raise ImportRefusal(_("It was cancelled. Nothing of it was kept."), code="cancelled")

    try:
        yield tell
    finally:
        beside.close()


# --- the steps


def _how(how: Arguments) -> dict[str, Any]:
    month, total = how["month"], how["control_total"]
    return {
        "manner": how["manner"],
        "month": Month.parse(month) if month else None,
        "control_total": None if total is None else Decimal(total),
    }


def _stored(batch: ImportBatch, stored: int | None) -> ImportProfile | None:
    return ImportProfile.objects.filter(organisation=batch.organisation_id, pk=stored).first() if stored else None


def _look(
    *,
    batch: ImportBatch,
    by: Membership,
    at: datetime,
    progress: Progress,
    declared: Arguments,
    how: Arguments,
    stored: int | None,
    go_on: bool,
) -> ImportBatch:
    """``go_on``: read it at once where a stored profile leaves nothing open; anything else is confirmed first."""
    profile, found = _stored(batch, stored), _how(how)
    looked = look_at_batch(
        batch=batch, declared=Profile.from_json(declared), by=by, stored=profile, progress=progress, **found
    )
    proposal = Proposal.from_json(looked.reading["proposal"])
    asked = [question for question in proposal.questions if question.key != "month" or looked.month is None]
    if not go_on or profile is None or asked or proposal.refusal:
        return looked
    try:
        return read_batch(
            batch=looked,
            profile=Profile.from_json(looked.profile),
            by=by,
            stored=profile,
            confirmed=True,
            progress=progress,
            **found,
        )
    except Refusal as refusal:
        if refusal.code == "cancelled":
            raise
        # The next page says it again, beside the settings that can mend it.
        return looked


def _read(
    *,
    batch: ImportBatch,
    by: Membership,
    at: datetime,
    progress: Progress,
    profile: Arguments,
    how: Arguments,
    stored: int | None,
    save_as: str,
    kept: Arguments,
) -> ImportBatch:
    """``save_as``: the profile that gets ``kept`` as its next version; together, so that a refusal leaves none."""
    with transaction.atomic():
        found = _stored(batch, stored)
        if save_as:
            content = Profile.from_json(kept)
            found = save_profile(organisation=batch.organisation, name=save_as, profile=content, by=by, at=at)
        return read_batch(
            batch=batch,
            profile=Profile.from_json(profile),
            by=by,
            stored=found,
            confirmed=True,
            progress=progress,
            **_how(how),
        )


def _map(
    *, batch: ImportBatch, by: Membership, at: datetime, progress: Progress, rules: list[Arguments], keep_as: str
) -> ImportBatch:
    return map_outside_rows(
        batch=batch, rules=[Rule(**rule) for rule in rules], by=by, at=at, keep_as=keep_as, progress=progress
    )


def _commit(
    *, batch: ImportBatch, by: Membership, at: datetime, progress: Progress, acknowledged: list[str], seen: str
) -> ImportBatch:
    return commit_batch(batch=batch, by=by, at=at, acknowledged=acknowledged, seen=seen, progress=progress)


_TAKEN: Mapping[str, Callable[..., ImportBatch]] = {
    _STEP.LOOK: _look,
    _STEP.READ: _read,
    _STEP.MAP: _map,
    _STEP.COMMIT: _commit,
    _STEP.UNDO: undo_batch,
}
