"""Steps of long imports: given to a worker, watched, cancelled, and what is shown of one that ended badly."""

from collections.abc import Collection, Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from fundtrack import formats
from organisations.http import OrganisationRequest, organisation_view

from ..actions.import_work import ask_for, cancel_work, is_long, perform
from ..imports.proposal import Proposal
from ..loaders import load_import
from ..models import ImportBatch, ImportWork
from ..queries.import_work import WorkStanding, newest_work, worker_lives
from .import_page import batch_context

_BATCH = ImportBatch.State
_ENDED = (_BATCH.COMMITTED, _BATCH.UNDONE, _BATCH.DISCARDED)
#: Form that was sent → states of the import in which there is nothing left to do for it, and that is no mistake:
#: a second window, a second click.
_TOO_LATE: Mapping[str, Collection[str]] = {
    "import-read": _ENDED,
    "import-map": _ENDED,
    "import-commit": (_BATCH.COMMITTED,),
    "import-undo": (_BATCH.UNDONE,),
    "import-discard": (_BATCH.DISCARDED,),
}
#: Phases that can be left; the ledger is written in one piece.
_CANCELLED_IN = (ImportWork.Phase.LOOKING, ImportWork.Phase.READING)
_CANCELLED = _("It was cancelled. Nothing of it was kept.")
_BROKEN = _("Something went wrong. Nothing of it was kept. Tell your administrator.")
_STOPPED = _("The worker stopped before the end. Nothing of it was kept: try again.")


def take_step(request: OrganisationRequest, batch: ImportBatch, step: str, **arguments: Any) -> ImportBatch | None:
    """Take a step of an import at once, or give it to a worker where the file is long.

    Args:
        arguments: of ``funds.actions.import_work.perform``, as JSON.

    Returns:
        The batch after the step; None where a worker takes it.

    Raises:
        Refusal: nothing was changed.
    """
    by, now = request.membership, timezone.now()
    if not is_long(batch):
        return perform(batch, step, arguments, by=by, at=now)
    form = {name: values for name, values in request.POST.lists() if name != "csrfmiddlewaretoken"}
    ask_for(
        batch=batch,
        step=step,
        arguments=arguments,
        form=form,
        by=by,
        at=now,
        source=request.path,
        request=request.id,
    )
    return None


def home_of(request: OrganisationRequest, batch: ImportBatch, *, waits: bool = False) -> HttpResponse:
    """Where one goes on after a step: the page of the worker, of the columns, or of the import.

    Args:
        batch: as it was before the step. Where it had ended already, the next page says when and by whom.
    """
    match = request.resolver_match
    if request.method == "POST" and match and batch.state in _TOO_LATE.get(match.url_name or "", ()):
        messages.info(request, _ended_text(batch))
    asks = batch.state == ImportBatch.State.UPLOADED and request.membership.may("enter_actuals")
    name = "import-progress" if waits else "import-read" if asks else "import-preview"
    return redirect(name, organisation=request.organisation.slug, batch=batch.number)


def _ended_text(batch: ImportBatch) -> str:
    if batch.undone_by is not None and batch.undone_at is not None:
        text = gettext("This import was already undone by %(name)s, %(moment)s. Nothing was changed.")
        return text % {"name": batch.undone_by.user.name, "moment": formats.moment(batch.undone_at)}
    if batch.committed_by is not None and batch.committed_at is not None:
        text = gettext("This import was already committed by %(name)s, %(moment)s. Nothing was changed.")
        return text % {"name": batch.committed_by.user.name, "moment": formats.moment(batch.committed_at)}
    return gettext("This import was already discarded. Nothing was changed.")


def standing_of(batch: ImportBatch) -> WorkStanding | None:
    """What a worker does, or did last, for a long import; short ones need none."""
    return newest_work(batch) if is_long(batch) else None


def reason_of(standing: WorkStanding | None) -> str | Promise:
    """Why the last step has to be repeated; empty where it ended well."""
    if standing is None or not standing.needs_repeating:
        return ""
    if standing.work.is_cancelled:
        return _CANCELLED
    return standing.work.reason or (_STOPPED if standing.standing == "stopped" else _BROKEN)


def sent_before(standing: WorkStanding | None, *steps: str) -> QueryDict | None:
    """What was sent for one of these steps that has to be repeated; None where there is none."""
    if standing is None or not standing.needs_repeating or standing.work.step not in steps:
        return None
    return as_sent(standing.work.form)


def as_sent(form: Mapping[str, list[str]]) -> QueryDict:
    """A stored form as the browser sent it."""
    data = QueryDict(mutable=True)
    for name, values in form.items():
        data.setlist(name, values)
    return data


@organisation_view("view_imports")
def progress(request: OrganisationRequest, batch: int) -> HttpResponse:
    """How far a worker is; asked again every few seconds, and when it has finished, the import itself."""
    found = load_import(request, batch)
    standing = standing_of(found)
    if standing is None or not standing.goes_on:
        return _finished(request, found)
    work = standing.work
    context = batch_context(
        request,
        found,
        work=work,
        standing=standing.standing,
        rows=Proposal.from_json(found.reading.get("proposal")).rows,
        may_cancel=request.membership.may("enter_actuals") and work.phase in ("", *_CANCELLED_IN),
        has_worker=standing.standing == "running" or worker_lives(timezone.now()),
    )
    name = "_progress" if request.htmx else "progress"  # type: ignore[attr-defined]
    return render(request, f"funds/imports/{name}.html", context)


def _finished(request: OrganisationRequest, batch: ImportBatch) -> HttpResponse:
    """Lead on to the import. A page that polls first gets a piece that does not: the next page may take its time."""
    home = home_of(request, batch)
    if not request.htmx:  # type: ignore[attr-defined]
        return home
    if "finished" in request.GET:
        return HttpResponse(headers={"HX-Redirect": home["Location"]})
    return render(request, "funds/imports/_finished.html", {"batch": batch, "home": home["Location"]})


@organisation_view("enter_actuals", methods=("POST",))
def cancel(request: OrganisationRequest, batch: int) -> HttpResponse:
    """End a step that a worker has not finished."""
    found = load_import(request, batch)
    cancel_work(batch=found, by=request.membership, at=timezone.now())
    return home_of(request, found, waits=True)
