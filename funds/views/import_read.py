"""The second step of an import: a person confirms how the file is read."""

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from fundtrack.exceptions import Refusal
from fundtrack.periods import Month
from organisations.http import OrganisationRequest, organisation_view

from ..actions.import_steps import look_at_batch
from ..actions.imports import current_profile, read_batch, save_profile
from ..forms.import_profiles import PLACE_FIELDS, ProfileForms
from ..forms.imports import HowForm, SaveAsForm
from ..imports.profiles import Profile
from ..imports.proposal import Proposal
from ..loaders import load_import
from ..models import ImportBatch, ImportProfile
from ..queries.import_rows import lines_to_map
from .import_page import columns_of
from .imports import months_of

#: Refusal code → the field that can mend it.
_FIELDS = {
    "month_missing": "how.month",
    "header_row": "settings.header_row",
    "sheet_missing": "settings.sheet",
    "file_encoding": "settings.encoding",
    "date_format_missing": "settings.date_format",
}


class ReadPage:
    """The forms of the page; ``more`` shows the same form with more empty rows."""

    def __init__(self, request: OrganisationRequest, batch: ImportBatch) -> None:
        data = request.POST if request.method == "POST" else None
        self.step = request.POST.get("step", "read")
        self.request, self.batch = request, batch
        self.proposal = Proposal.from_json(batch.reading.get("proposal"))
        profile = Profile.from_json(batch.profile)
        self.forms = ProfileForms(data, profile=profile, proposal=self.proposal, more=self.step == "more")
        initial: dict[str, Any] = {"manner": batch.manner, "control_total": batch.control_total}
        initial["month"] = str(Month.of(batch.month)) if batch.month else ""
        self.how = HowForm(data, months=months_of(request), initial=initial)
        self.save_as = SaveAsForm(data)

    def is_valid(self) -> bool:
        return all([self.forms.is_valid(), self.how.is_valid(), self.save_as.is_valid()])

    @property
    def looks_again(self) -> bool:
        """True when the person asks for it, or says that the table is elsewhere in the file."""
        return self.step == "look" or self.forms.settings.place_changed

    @property
    def stored(self) -> ImportProfile | None:
        """The stored profile that the batch was read by, as long as it exists in that version."""
        stored = current_profile(self.batch.organisation, self.batch.profile_name) if self.batch.profile_name else None
        return stored if stored and stored.version == self.batch.profile_version else None

    def refuse(self, refusal: Refusal) -> None:
        """Say it beside the field that can mend it, else above the form."""
        form, _dot, field = _FIELDS.get(refusal.code, "settings.").partition(".")
        (self.how if form == "how" else self.forms.settings).add_error(field or None, str(refusal))

    @property
    def has_errors(self) -> bool:
        return bool(self.forms.settings.errors or self.how.errors or self.save_as.errors or self.forms.row_errors)


@organisation_view("enter_actuals", methods=("GET", "POST"))
def read(request: OrganisationRequest, batch: int) -> HttpResponse:
    """Show what was found out about the file; sent, read the file as confirmed, or look at it again."""
    found = load_import(request, batch)
    slug, number = request.organisation.slug, found.number
    if found.state not in (ImportBatch.State.UPLOADED, ImportBatch.State.READ):
        return redirect("import-preview", organisation=slug, batch=number)
    page = ReadPage(request, found)
    if request.method == "POST" and page.step != "more" and page.is_valid():
        try:
            name = _look(page) if page.looks_again else _read(page)
        except Refusal as refusal:
            page.refuse(refusal)
        else:
            return redirect(name, organisation=slug, batch=number)
    return _shown(page)


def _look(page: ReadPage) -> str:
    """Another look: what the person changed is declared, the rest is found out anew."""
    settings, before = page.forms.settings, page.proposal.declared
    changed = settings.settings(only=settings.changed_data)
    kept = {key: value for key, value in before.items() if key in PLACE_FIELDS}
    declared = Profile.from_json({**kept, **changed, **page.forms.lists})
    look_at_batch(batch=page.batch, declared=declared, by=page.request.membership, stored=page.stored, **page.how.how)
    messages.info(page.request, _("The file was looked at again. Check the columns."))
    return "import-read"


def _read(page: ReadPage) -> str:
    by, profile = page.request.membership, page.forms.profile
    stored = None if page.forms.has_changed else page.stored
    with transaction.atomic():
        # Together: a file that cannot be read leaves no profile behind.
        if name := page.save_as.cleaned_data["save_as"]:
            kept = page.forms.to_keep(profile)
            stored = save_profile(
                organisation=page.request.organisation, name=name, profile=kept, by=by, at=timezone.now()
            )
        read_batch(batch=page.batch, profile=profile, by=by, stored=stored, confirmed=True, **page.how.how)
    if name and stored:
        messages.success(page.request, _("Profile “%(name)s” was saved.") % {"name": stored.name})
    return "import-preview"


def _shown(page: ReadPage) -> HttpResponse:
    status = 422 if page.request.method == "POST" and page.step != "more" else 200
    context = {
        "batch": page.batch,
        "proposal": page.proposal,
        "forms": page.forms,
        "how": page.how,
        "save_as": page.save_as,
        "forms_beside": (page.how, page.save_as),
        "has_errors": page.step != "more" and page.has_errors,
        "columns": columns_of(page.forms.settings, page.proposal),
        "lines": lines_to_map(page.request.organisation),
    }
    return render(page.request, "funds/imports/read.html", context, status=status)
