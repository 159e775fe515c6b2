"""What of a file's reading is kept for the next file: what a person said, not where the table happened to be."""

from collections.abc import Collection
from dataclasses import replace
from typing import Any

from .profiles import Profile
from .proposal import Proposal

#: Where the table of a file is: another answer needs another look at the file.
PLACE_FIELDS = ("encoding", "delimiter", "sheet", "header_row")


def to_keep(profile: Profile, proposal: Proposal, chosen: Collection[str] = ()) -> Profile:
    """The profile for the next file: it may have more title lines, another encoding, another name of its only sheet.

    Args:
        profile: complete, as this file is read.
        chosen: fields that a person has changed on the page.
    """
    asked = {question.key for question in proposal.questions}
    said: dict[str, Any] = {}
    for name in PLACE_FIELDS:
        declared = proposal.declared.get(name)
        if name in chosen or name in asked or (declared is not None and declared == getattr(profile, name)):
            continue
        # What was declared and did not fit was looked for, and found elsewhere.
        said[name] = None if proposal.refusal else declared
    return replace(profile, **said)
