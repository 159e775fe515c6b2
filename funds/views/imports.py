"""The list of imports, and the first step of a new one: the file."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from fundtrack import formats
from fundtrack.exceptions import Refusal
from organisations.downloads import table_response
from organisations.http import OrganisationRequest, organisation_view

from ..actions.import_work import how_as_json, is_long
from ..actions.imports import upload_file
from ..forms.imports import UploadForm, month_choices
from ..imports.limits import ACTUALS_LIMITS
from ..imports.profiles import Profile
from ..imports.proposal import refuse_no_table
from ..models import ImportBatch, ImportWork
from ..queries.import_profiles import current_profiles
from ..queries.import_rows import listed_imports
from .import_files import booked_sum, file_sum, imports_table, rows_listed
from .import_work import home_of, take_step

BATCHES_A_PAGE = 50


@organisation_view("view_imports")
def import_list(request: OrganisationRequest) -> HttpResponse:
    """Imports of the organisation, the newest first."""
    page = Paginator(listed_imports(request.organisation), BATCHES_A_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "listed": [(batch, rows_listed(batch), file_sum(batch), booked_sum(batch)) for batch in page],
        "may_import": request.membership.may("enter_actuals"),
        # One fund need not be named on every row.
        "several_funds": request.organisation.funds.count() > 1,
    }
    return render(request, "funds/imports/list.html", context)


@organisation_view("view_imports")
def import_list_export(request: OrganisationRequest, format: str) -> HttpResponse:
    """The whole list as a file."""
    table = imports_table(listed_imports(request.organisation).iterator(chunk_size=500))
    return table_response(request, format, "imports", [table])


def months_of(request: OrganisationRequest) -> list[tuple[str, str | Promise]]:
    """Months that the rows of a file can belong to: those of the organisation's plans."""
    years = request.organisation.plans.values_list("year", flat=True)
    return month_choices(set(years) or {timezone.localdate().year})


@organisation_view("enter_actuals", methods=("GET", "POST"))
def upload(request: OrganisationRequest) -> HttpResponse:
    """Choose a file; it is kept, looked at, and the next page asks what is not certain."""
    form = UploadForm(
        request.POST if request.method == "POST" else None,
        request.FILES if request.method == "POST" else None,
        funds=list(request.organisation.funds.order_by("name")),
        profiles=current_profiles(request.organisation),
        months=months_of(request),
        initial={name: request.GET[name] for name in ("fund", "profile") if name in request.GET},
    )
    if form.funds and request.method == "POST" and (form.is_valid() or form.lacks_total_only):
        try:
            batch, waits = _begin(request, form)
        except Refusal as refusal:
            form.add_error("file", str(refusal))
        else:
            if form.file_name != form.cleaned_data["file"].name:
                messages.info(request, _shortened(form.file_name))
            for error in form.errors.get("control_total", []):
                messages.error(request, _without_total(str(error)))
            return home_of(request, batch, waits=waits)
    context = {
        "form": form,
        "limit": ACTUALS_LIMITS.bytes // 1024 // 1024,
        "rows": formats.count(ACTUALS_LIMITS.rows),
    }
    return render(request, "funds/imports/upload.html", context, status=422 if form.errors else 200)


def _shortened(name: str) -> str:
    text = _("The name of the file is very long. It is kept as “%(name)s”; the file itself is kept unchanged.")
    return text % {"name": name}


def _without_total(error: str) -> str:
    return _("The file was kept, its control total was not: %(error)s Give it again before the file is read.") % {
        "error": error
    }


def _begin(request: OrganisationRequest, form: UploadForm) -> tuple[ImportBatch, bool]:
    """Keep the file and look at it, or ask a worker to; a file that is no table leaves nothing behind."""
    file, stored = form.cleaned_data["file"], form.profile_chosen
    content = file.read(ACTUALS_LIMITS.bytes + 1)
    declared = Profile.from_json(stored.content) if stored else Profile()
    with transaction.atomic():
        batch = upload_file(
            fund=form.fund_chosen, name=form.file_name, content=content, by=request.membership, at=timezone.now()
        )
        if is_long(batch):
            refuse_no_table(form.file_name, content, declared)
        done = take_step(
            request,
            batch,
            ImportWork.Step.LOOK,
            declared=declared.as_json(),
            how=how_as_json(form.how),
            stored=stored.pk if stored else None,
            go_on=form.is_valid(),
        )
    return done or batch, done is None
