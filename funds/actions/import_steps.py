"""Imports step by step, as the pages take them: a first look at the file, and rules for rows outside the plan."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from functools import partial

from fundtrack.actions import action
from fundtrack.periods import Month
from organisations.models import Membership

from ..file_bytes import content_of
from ..imports.keeping import to_keep
from ..imports.profiles import Profile, Rule
from ..imports.proposal import Proposal, propose
from ..models import ImportBatch, ImportProfile, ImportWork
from .import_rows import Progress, remove_rows, untold
from .imports import current_profile, known_codes, locked_batch, read_batch, save_profile


@action
def look_at_batch(
    *,
    batch: ImportBatch,
    declared: Profile,
    by: Membership,
    manner: str = ImportBatch.Manner.MOVEMENTS,
    month: Month | None = None,
    control_total: Decimal | None = None,
    stored: ImportProfile | None = None,
    progress: Progress = untold,
) -> ImportBatch:
    """Look at the file of a batch and keep what is proposed; rows that were read before are put away.

    Args:
        declared: what a stored profile or a person says about the file.
        month, control_total, stored: as in ``read_batch``.

    Raises:
        FileRefusal: the file is not a table of actuals.
        ImportRefusal: the batch is committed, undone or discarded.
    """
    by.require("enter_actuals")
    batch = locked_batch(batch, ImportBatch.State.UPLOADED, ImportBatch.State.READ)
    looking = partial(progress, ImportWork.Phase.LOOKING)
    looking(0)
    content, known = content_of(batch.file), known_codes(batch.organisation)
    profile, proposal = propose(batch.file.name, content, declared, known, watch=looking)
    remove_rows(batch)
    batch.profile = profile.as_json()
    batch.profile_name, batch.profile_version = (stored.name, stored.version) if stored else ("", 0)
    batch.manner, batch.control_total = manner, control_total
    batch.month = month.first if month else None
    batch.reading = {"proposal": replace(proposal, declared=declared.as_json()).as_json()}
    batch.state = ImportBatch.State.UPLOADED
    batch.save()
    return batch


@action
def map_outside_rows(
    *,
    batch: ImportBatch,
    rules: Sequence[Rule],
    by: Membership,
    at: datetime,
    keep_as: str = "",
    progress: Progress = untold,
) -> ImportBatch:
    """Read a batch again with more rules, and perhaps keep them in a stored profile.

    Args:
        rules: asked after the rules there are, so that what is mapped already stays as it is.
        keep_as: name of the profile that gets the rules as its next version; empty for this file only.

    Raises:
        FileRefusal, ImportRefusal: see ``read_batch``.
    """
    by.require("enter_actuals")
    profile = with_rules(Profile.from_json(batch.profile), rules)
    stored = current_profile(batch.organisation, batch.profile_name) if batch.profile_name else None
    if keep_as:
        kept = current_profile(batch.organisation, " ".join(keep_as.split()))
        if kept is None or kept.is_retired:
            content = _kept_of(batch, profile)
        else:
            content = with_rules(Profile.from_json(kept.content), rules)
        stored = save_profile(organisation=batch.organisation, name=keep_as, profile=content, by=by, at=at)
    return read_batch(
        batch=batch,
        profile=profile,
        by=by,
        manner=batch.manner,
        month=Month.of(batch.month) if batch.month else None,
        control_total=batch.control_total,
        stored=stored,
        confirmed=True,
        progress=progress,
    )


def _kept_of(batch: ImportBatch, profile: Profile) -> Profile:
    """The profile without what was only found out about this file; all of it where nobody looked at the file."""
    proposal = batch.reading.get("proposal")
    return to_keep(profile, Proposal.from_json(proposal)) if proposal else profile


def with_rules(profile: Profile, rules: Sequence[Rule]) -> Profile:
    """The profile with more rules: the last to be asked, but before one that ends the asking."""
    before = list(profile.rules)
    place = next((index for index, rule in enumerate(before) if not rule.project_code), len(before))
    new = [rule for rule in rules if rule not in before]
    return replace(profile, rules=(*before[:place], *new, *before[place:]))
