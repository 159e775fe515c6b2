"""The second step of an import: a person confirms how the file is read."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext as _

from fundtrack.exceptions import Refusal
from fundtrack.periods import Month
from organisations.http import OrganisationRequest, organisation_view

from ..actions.import_work import how_as_json
from ..actions.imports import current_profile
from ..forms.import_profiles import ProfileForms
from ..forms.imports import HowForm, SaveAsForm
from ..imports.keeping import PLACE_FIELDS
from ..imports.profiles import Profile
from ..imports.proposal import Proposal
from ..imports.recognition import Question
from ..loaders import load_import
from ..models import ImportBatch, ImportProfile, ImportWork
from ..queries.import_rows import lines_to_map
from ..queries.import_same import same_imports
from ..queries.import_work import WorkStanding
from .import_page import columns_of, profile_names
from .import_work import home_of, reason_of, sent_before, standing_of, take_step
from .imports import months_of

_STEP = ImportWork.Step
#: Refusal code → the field that can mend it.
_FIELDS = {
    "month_missing": "how.month",
    "header_row": "settings.header_row",
    "sheet_missing": "settings.sheet",
    "file_encoding": "settings.encoding",
    "date_format_missing": "settings.date_format",
    "negative_credit": "settings.negative_credit",
}


class ReadPage:
    """The forms of the page; ``more`` shows the same form with more empty rows."""

    def __init__(self, request: OrganisationRequest, batch: ImportBatch, before: QueryDict | None = None) -> None:
        """``before``: what was sent for a step that a worker did not finish."""
        # The form of the upload has no step of this page.
        self.before = before if before is not None and "step" in before else None
        data = request.POST if request.method == "POST" else self.before
        self.step = str(data.get("step", "read")) if data is not None else "read"
        self.request, self.batch = request, batch
        self.proposal = Proposal.from_json(batch.reading.get("proposal"))
        profile = Profile.from_json(batch.profile)
        #: What is read already was answered.
        self.asked = self.proposal.questions if batch.state == ImportBatch.State.UPLOADED else ()
        self.forms = ProfileForms(
            data, profile=profile, proposal=self.proposal, asked=self.asked, step=self.step if data is not None else ""
        )
        initial: dict[str, Any] = {"manner": batch.manner, "control_total": batch.control_total}
        initial["month"] = str(Month.of(batch.month)) if batch.month else ""
        month_asked = next((question.message for question in self.asked if question.key == "month"), "")
        self.how = HowForm(data, months=months_of(request), month_asked=month_asked, initial=initial)
        if self.step == "more":
            self.how.excuse_month()
        self.save_as = SaveAsForm(data, names=profile_names(request))

    def is_valid(self) -> bool:
        self.forms.is_valid()
        # Another look needs no month, and the rows have one where a column of months was chosen.
        settings = self.forms.settings
        if self.looks_again or settings.cleaned_data.get("date_format", "none") != "none":
            self.how.excuse_month()
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

    @property
    def open_questions(self) -> list[Question]:
        """What is asked; the month may have been said with the file."""
        return [question for question in self.asked if question.key != "month" or self.batch.month is None]

    def refuse(self, refusal: Refusal) -> None:
        """Say it beside the field that can mend it, else above the form."""
        form, _dot, field = _FIELDS.get(refusal.code, "settings.").partition(".")
        (self.how if form == "how" else self.forms.settings).add_error(field or None, str(refusal))

    @property
    def has_errors(self) -> bool:
        forms = self.forms
        if self.step == "more":
            return bool(forms.problem)
        return bool(forms.settings.errors or self.how.errors or self.save_as.errors or forms.row_errors)


@organisation_view("enter_actuals", methods=("GET", "POST"))
def read(request: OrganisationRequest, batch: int) -> HttpResponse:
    """Show what was found out about the file; sent, read the file as confirmed, or look at it again."""
    found = load_import(request, batch)
    if found.state not in (ImportBatch.State.UPLOADED, ImportBatch.State.READ):
        return home_of(request, found)
    standing = standing_of(found)
    if standing is not None and standing.goes_on:
        return home_of(request, found, waits=True)
    if request.method != "POST":
        return _shown(ReadPage(request, found, sent_before(standing, _STEP.LOOK, _STEP.READ)), standing)
    page = ReadPage(request, found)
    if page.step != "more" and page.is_valid():
        try:
            done = _look(page) if page.looks_again else _read(page)
        except Refusal as refusal:
            page.refuse(refusal)
        else:
            return home_of(request, done or found, waits=done is None)
    return _shown(page)


def _look(page: ReadPage) -> ImportBatch | None:
    """Another look: what the person changed is declared, the rest is found out anew."""
    settings, before = page.forms.settings, page.proposal.declared
    changed = settings.settings(only=settings.changed_data)
    kept = {key: value for key, value in before.items() if key in PLACE_FIELDS}
    declared = Profile.from_json({**kept, **changed, **page.forms.lists})
    done = take_step(
        page.request,
        page.batch,
        _STEP.LOOK,
        declared=declared.as_json(),
        how=how_as_json(page.how.how),
        stored=page.stored.pk if page.stored else None,
        go_on=False,
    )
    if done is not None:
        messages.info(page.request, _("The file was looked at again. Check the columns."))
    return done


def _read(page: ReadPage) -> ImportBatch | None:
    profile = page.forms.profile
    stored = None if page.forms.differs else page.stored
    name = page.save_as.cleaned_data["save_as"]
    done = take_step(
        page.request,
        page.batch,
        _STEP.READ,
        profile=profile.as_json(),
        how=how_as_json(page.how.how),
        stored=stored.pk if stored else None,
        save_as=name,
        kept=page.forms.to_keep(profile).as_json() if name else {},
    )
    if name and done is not None:
        messages.success(page.request, _("Profile “%(name)s” was saved.") % {"name": done.profile_name})
    return done


def _shown(page: ReadPage, standing: WorkStanding | None = None) -> HttpResponse:
    """``standing``: what a worker did last; its refusal is said beside the field that can mend it, as one at once."""
    if page.before is not None and standing is not None and standing.is_refused and page.is_valid():
        page.refuse(Refusal(standing.work.reason, code=standing.work.code))
    fails = page.step != "more" or page.has_errors
    status = 422 if page.request.method == "POST" and fails else 200
    context = {
        "batch": page.batch,
        "proposal": page.proposal,
        "forms": page.forms,
        "how": page.how,
        "save_as": page.save_as,
        "forms_beside": (page.how, page.save_as),
        "repeat": reason_of(standing),
        "has_errors": page.has_errors,
        "questions": page.open_questions,
        "columns": columns_of(page.forms.settings, page.proposal),
        "lines": lines_to_map(page.request.organisation),
        "same": same_imports(page.batch),
    }
    return render(page.request, "funds/imports/read.html", context, status=status)
