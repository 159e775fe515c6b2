"""Profiles of an organisation and their versions."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count, Max, Q, QuerySet

from organisations.models import Organisation

from ..models import ImportBatch, ImportProfile


@dataclass(frozen=True)
class ListedProfile:
    """A profile by its newest version."""

    newest: ImportProfile
    #: Imports that were read by any of its versions and not put aside.
    imports: int


def newest_versions(organisation: Organisation) -> QuerySet[ImportProfile]:
    """The newest version of each name, retired ones too, by name."""
    return (
        ImportProfile.objects.filter(organisation=organisation)
        .select_related("made_by__user")
        .order_by("name", "-version")
        .distinct("name")
    )


def current_profiles(organisation: Organisation) -> list[ImportProfile]:
    """Profiles that are offered for a new file, by name. One query."""
    return [profile for profile in newest_versions(organisation) if not profile.is_retired]


def listed_profiles(organisation: Organisation) -> list[ListedProfile]:
    """Every profile, those in use first. Two queries."""
    counted = (
        organisation.import_batches.exclude(Q(profile_name="") | Q(state=ImportBatch.State.DISCARDED))
        .order_by()
        .values_list("profile_name")
        .annotate(found=Count("pk"))
    )
    imports = dict(counted)
    found = [ListedProfile(newest, imports.get(newest.name, 0)) for newest in newest_versions(organisation)]
    return sorted(found, key=lambda profile: profile.newest.is_retired)


def versions_of(profile: ImportProfile) -> Sequence[ImportProfile]:
    """All versions of the profile's name, the newest first. One query."""
    return list(
        ImportProfile.objects.filter(organisation=profile.organisation_id, name=profile.name)
        .select_related("made_by__user")
        .order_by("-version")
    )


def newest_number(profile: ImportProfile) -> int:
    """The number of the newest version of the profile's name. One query."""
    versions = ImportProfile.objects.filter(organisation=profile.organisation_id, name=profile.name)
    return int(versions.aggregate(newest=Max("version"))["newest"])
