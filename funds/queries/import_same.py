"""Imports of one and the same file: what was brought here before, byte for byte."""

from collections.abc import Sequence
from dataclasses import dataclass

from ..models import ImportBatch

#: So many are named; the list of imports has all.
SHOWN = 5


@dataclass(frozen=True)
class SameImports:
    """Other imports of a file."""

    #: The newest first, with the people who brought, committed and undid them.
    batches: Sequence[ImportBatch]
    #: True when there are older ones, too.
    has_more: bool


def same_imports(batch: ImportBatch) -> SameImports:
    """Other imports of the organisation whose file has the same SHA-256, but for those put aside. One query."""
    others = (
        ImportBatch.objects.filter(
            organisation=batch.organisation_id,
            file__organisation=batch.organisation_id,
            file__sha256=batch.file.sha256,
        )
        .exclude(pk=batch.pk)
        .exclude(state=ImportBatch.State.DISCARDED)
        .select_related("file__uploaded_by__user", "committed_by__user", "undone_by__user")
        .defer("file__content", "profile", "reading", "result")
        .order_by("-number")
    )
    found = list(others[: SHOWN + 1])
    return SameImports(found[:SHOWN], len(found) > SHOWN)
