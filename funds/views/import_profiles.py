"""Profiles: how the exports of each accounting system are read. Named, versioned, edited, exported and imported."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from fundtrack import exports
from fundtrack.exceptions import Refusal
from organisations.downloads import table_response
from organisations.http import OrganisationRequest, organisation_view

from ..actions.imports import current_profile, save_profile
from ..forms.import_labels import COLUMN_LABELS, DATE_LABELS
from ..forms.import_profiles import ProfileForms
from ..forms.imports import ProfileFileForm, known_spelling
from ..imports.profiles import Profile
from ..loaders import load_profile
from ..models import ImportProfile
from ..queries.import_profiles import listed_profiles, newest_number, versions_of
from ..queries.import_rows import lines_to_map
from .import_page import profile_names
from .profile_files import profile_tables, profiles_table


@organisation_view("view_imports")
def profile_list(request: OrganisationRequest) -> HttpResponse:
    """Every profile of the organisation."""
    context = {
        "profiles": listed_profiles(request.organisation),
        "may_import": request.membership.may("enter_actuals"),
    }
    return render(request, "funds/imports/profiles.html", context)


@organisation_view("view_imports")
def profile_list_export(request: OrganisationRequest, format: str) -> HttpResponse:
    """The list as a file."""
    tables = [profiles_table(listed_profiles(request.organisation))]
    return table_response(request, format, "import-profiles", tables)


@organisation_view("view_imports")
def profile(request: OrganisationRequest, profile: int) -> HttpResponse:
    """One version of a profile, and its other versions."""
    found = load_profile(request, profile)
    versions = versions_of(found)
    content = Profile.from_json(found.content)
    context = {
        "profile": found,
        "content": content,
        "columns": _columns(content),
        "date_form": DATE_LABELS.get(content.date_format or ""),
        "json": content.to_json(),
        "versions": versions,
        "is_newest": versions[0].pk == found.pk,
        "may_import": request.membership.may("enter_actuals"),
    }
    return render(request, "funds/imports/profile.html", context)


@organisation_view("view_imports")
def profile_export(request: OrganisationRequest, profile: int, format: str) -> HttpResponse:
    """The page of a version as a file."""
    found = load_profile(request, profile)
    content = Profile.from_json(found.content)
    tables = profile_tables(content, _columns(content), versions_of(found))
    about = [(_("Profile"), found.name), (_("Version"), str(found.version))]
    return table_response(request, format, f"import-profile-{found.pk}", tables, about)


def _columns(content: Profile) -> list[tuple[str | Promise, str]]:
    lacking = [(COLUMN_LABELS[key], _("None")) for key in content.without]
    return [(COLUMN_LABELS[key], heading) for key, heading in content.columns.items()] + lacking


def _to(profile: ImportProfile, request: OrganisationRequest) -> HttpResponse:
    return redirect("profile", organisation=request.organisation.slug, profile=profile.pk)


def _saved(request: OrganisationRequest, stored: ImportProfile, before: ImportProfile | None) -> HttpResponse:
    """The profile, and whether it got a new version; ``before``: its newest one before that."""
    places = {"name": stored.name, "version": stored.version}
    if before is not None and before.pk == stored.pk:
        text = _("Nothing has changed: version %(version)s of “%(name)s” is the newest as before.")
        messages.info(request, text % places)
    else:
        messages.success(request, _("Version %(version)s of “%(name)s” was saved.") % places)
    return _to(stored, request)


def _save(request: OrganisationRequest, name: str, content: Profile, **more: Any) -> ImportProfile:
    return save_profile(
        organisation=request.organisation,
        name=name,
        profile=content,
        by=request.membership,
        at=timezone.now(),
        **more,
    )


@organisation_view("enter_actuals", methods=("GET", "POST"))
def profile_edit(request: OrganisationRequest, profile: int) -> HttpResponse:
    """Change a profile: what is sent becomes its next version."""
    found = load_profile(request, profile)
    step = request.POST.get("step", "")
    data = request.POST if request.method == "POST" else None
    forms = ProfileForms(data, profile=Profile.from_json(found.content), step=step)
    seen = str(newest_number(found))
    if data is not None and step != "more" and forms.is_valid():
        try:
            if request.POST.get("seen") != seen:
                raise Refusal(_("Somebody saved a newer version meanwhile. Open it and compare."), code="conflict")
            newest = current_profile(request.organisation, found.name) or found
            stored = _save(request, found.name, forms.profile, retired=newest.is_retired)
        except Refusal as refusal:
            forms.settings.add_error(None, str(refusal))
        else:
            return _saved(request, stored, newest)
    context = {
        "profile": found,
        "forms": forms,
        "seen": request.POST.get("seen") or seen,
        "has_errors": bool(data is not None and (step != "more" or forms.problem)),
        "columns": [forms.settings[f"column-{key}"] for key in COLUMN_LABELS],
        "lines": lines_to_map(request.organisation),
    }
    return render(request, "funds/imports/profile_edit.html", context, status=422 if context["has_errors"] else 200)


@organisation_view("view_imports")
def profile_json(request: OrganisationRequest, profile: int) -> HttpResponse:
    """The profile as a JSON file, which another organisation or the command line can import."""
    found = load_profile(request, profile)
    content = Profile.from_json(found.content).to_json().encode()
    return exports.download(content, f"{found.name}-{found.version}.json", "application/json")


@organisation_view("enter_actuals", methods=("GET", "POST"))
def profile_import(request: OrganisationRequest) -> HttpResponse:
    """Take a profile from JSON; of a name that exists it becomes the next version."""
    sent = request.method == "POST"
    form = ProfileFileForm(request.POST if sent else None, request.FILES if sent else None)
    if sent and form.is_valid():
        try:
            name = known_spelling(form.cleaned_data["name"], profile_names(request)) or form.cleaned_data["name"]
            newest = current_profile(request.organisation, name)
            stored = _save(request, name, Profile.from_json(form.source))
        except Refusal as refusal:
            form.add_error("file" if form.cleaned_data["file"] else "text", str(refusal))
        else:
            return _saved(request, stored, newest)
    return render(request, "funds/imports/profile_import.html", {"form": form}, status=422 if form.errors else 200)


@organisation_view("enter_actuals", methods=("POST",))
def profile_retire(request: OrganisationRequest, profile: int) -> HttpResponse:
    """Offer a profile no more, or again: a new version says so."""
    found = load_profile(request, profile)
    newest = current_profile(request.organisation, found.name) or found
    retire = request.POST.get("again") != "yes"
    try:
        stored = _save(request, found.name, Profile.from_json(newest.content), retired=retire)
    except Refusal as refusal:
        messages.error(request, str(refusal))
        return _to(found, request)
    messages.success(
        request, _("The profile is not offered any more.") if retire else _("The profile is offered again.")
    )
    return _to(stored, request)
