"""What the pages of an import show: columns with their samples, outcomes, figures per line and month."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.forms import BoundField
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from fundtrack.money import ZERO
from organisations.http import OrganisationRequest

from ..forms.import_labels import COLUMN_LABELS
from ..forms.import_profiles import SettingsForm
from ..forms.imports import PAIR_PARTS, MapForm
from ..imports.proposal import Proposal
from ..models import Actual, ImportBatch, ImportRow
from ..queries.import_groups import Outcome
from ..queries.import_lines import LineMonth
from ..queries.import_rows import OutsidePair
from ..queries.import_same import same_imports
from ..queries.imports import FileError, ImportPreview

CONFIDENCE: Mapping[str, tuple[str, str | Promise]] = {
    "declared": ("ok", _("from the profile")),
    "sure": ("ok", _("sure")),
    "likely": ("info", _("likely")),
    "guess": ("warning", _("guess")),
}
OUTCOME_LABELS: Mapping[str, str | Promise] = {
    "new": _("New"),
    "known": _("In the ledger already"),
    "changed": _("Changed: the difference is booked"),
    "removed": _("Removed: the ledger's row is reversed"),
    "outside": _("Of these, outside the plan"),
    "left_out": _("Left out by a rule"),
    "error": _("Unreadable"),
    "total": _("Totals of the file"),
    "skipped": _("Not rows of the ledger"),
}
STATE_TONES = {"uploaded": "warning", "read": "warning", "committed": "ok", "undone": "neutral", "discarded": "neutral"}


@dataclass(frozen=True)
class ColumnView:
    """One column key on the page of recognition."""

    key: str
    field: BoundField
    tone: str
    confidence: str | Promise
    why: str
    samples: Sequence[tuple[int, str]]


def columns_of(form: SettingsForm, proposal: Proposal) -> list[ColumnView]:
    """What each column key is taken for; keys that the file has nothing for stand last."""
    views = []
    for key in COLUMN_LABELS:
        field = form[f"column-{key}"]
        # What was guessed for a question is not offered as its answer.
        choice = proposal.choices.get(key) if field.name not in form.asked else None
        tone, label = CONFIDENCE[choice.confidence] if choice else ("", "")
        if field.name in form.asked:
            tone, label = "warning", _("to be chosen")
        views.append(
            ColumnView(key, field, tone, label, choice.why if choice else "", choice.samples if choice else ())
        )
    return sorted(views, key=lambda view: not view.tone)


@dataclass(frozen=True)
class OutcomeView:
    """How many rows become what. EUR."""

    key: str
    label: str | Promise
    count: int
    #: None where a sum would say nothing.
    amount: Decimal | None
    url: str


def outcome_views(batch: ImportBatch, preview: ImportPreview, counted: Mapping[str, Outcome]) -> list[OutcomeView]:
    """The outcomes of a batch that is not committed; those that never come up are left out."""
    kinds = {key: counted[key] for key in ("error", "total", "skipped")}
    found = {
        "new": preview.new,
        "outside": preview.outside_plan,
        "known": preview.known,
        "changed": preview.changed,
        "removed": preview.removed,
        "left_out": preview.left_out,
        **kinds,
    }
    always = ("new", "known", "error")
    return [
        OutcomeView(
            key,
            OUTCOME_LABELS[key],
            outcome.count,
            None if key in ("error", "total", "skipped") else outcome.amount,
            rows_url(batch, key),
        )
        for key, outcome in found.items()
        if outcome.count or key in always
    ]


def rows_url(batch: ImportBatch, key: str) -> str:
    """Address of the rows with this outcome."""
    return f"{reverse('import-rows', args=[batch.organisation.slug, batch.number])}?outcome={key}"


@dataclass(frozen=True)
class LineView:
    """A line with its months, or a pair of codes outside the plan. EUR."""

    code: str
    centre: str
    name: str
    is_outside: bool
    cells: Sequence[LineMonth]

    @property
    def change(self) -> Decimal:
        return sum((cell.change for cell in self.cells), ZERO)


def line_views(cells: Sequence[LineMonth]) -> list[LineView]:
    """The figures that change, line by line; the months of a line stay together."""
    grouped: dict[tuple[int | None, str, str], list[LineMonth]] = {}
    for cell in cells:
        grouped.setdefault((cell.line_id, cell.cost_centre_code, cell.project_code), []).append(cell)
    return [
        LineView(code, centre, found[0].name, line is None, found) for (line, centre, code), found in grouped.items()
    ]


@dataclass(frozen=True)
class MapEntry:
    """Rows without a line that one rule can map: a code or none, on a cost centre, perhaps one account. EUR."""

    #: The code that the file has and no line of its cost centre; empty for rows without one.
    project_code: str
    cost_centre_code: str
    #: Empty for all accounts.
    account: str
    rows: int
    amount: Decimal

    @property
    def key(self) -> tuple[str, str, str]:
        """What the rule asks for."""
        return self.project_code, self.cost_centre_code, self.account


def is_mapped_by_rules(batch: ImportBatch, pair: OutsidePair) -> bool:
    """True where a rule can map the pair without touching rows of other cost centres or rows that are booked."""
    has_centres = "cost_centre" in batch.profile.get("columns", {})
    is_new = bool(pair.project_code) or not pair.known
    return pair.takes_rules and is_new and bool(pair.cost_centre_code or not has_centres)


def map_entries(batch: ImportBatch, pairs: Sequence[OutsidePair]) -> list[MapEntry]:
    """What can be mapped: each code of a cost centre as a whole, and each of its accounts where it has several."""
    grouped: dict[tuple[str, str], list[OutsidePair]] = {}
    for pair in pairs:
        if is_mapped_by_rules(batch, pair):
            grouped.setdefault((pair.project_code, pair.cost_centre_code), []).append(pair)
    booked = {("", pair.cost_centre_code) for pair in pairs if pair.known}
    entries = []
    for key, found in grouped.items():
        rows, amount = sum(pair.rows for pair in found), sum((pair.amount for pair in found), ZERO)
        if key not in booked:
            entries.append(MapEntry(*key, "", rows, amount))
        if len(found) > 1 or key in booked:
            entries += [MapEntry(*key, pair.account, pair.rows, pair.amount) for pair in found if pair.account]
    return entries


def mapping_rows(form: MapForm, entries: Sequence[MapEntry]) -> list[dict[str, Any]]:
    """The rows of the form with how many rows of the file each is about; None where that has changed."""
    known = {entry.key: entry for entry in entries}
    rows = []
    for index, key in enumerate(form.pairs):
        entry = known.get(key)
        rows.append(
            {
                "said": key[0],
                "centre": key[1],
                "account": key[2],
                "rows": entry.rows if entry else None,
                "amount": entry.amount if entry else None,
                "code": form[f"code-{index}"],
                "hidden": [form[f"{name}-{index}"] for name in PAIR_PARTS],
            }
        )
    return rows


def actual_url(request: OrganisationRequest, actual: Actual) -> str:
    """Where a ledger row stands: among the rows of its line and month, or outside the plan."""
    slug = request.organisation.slug
    if actual.line is None:
        return ""
    plan = actual.line.plan
    where = [slug, plan.fund.slug, plan.year, actual.line.project_code, f"{actual.month:%Y-%m}"]
    return f"{reverse('actual-rows', args=where)}#row-{actual.pk}"


def sees_file(request: OrganisationRequest) -> bool:
    """True for who may download the file: it can have rows of balance or payroll, which are nobody else's business."""
    return request.membership.may("view_import_files")


def shown_errors(request: OrganisationRequest, errors: Iterable[FileError]) -> list[FileError]:
    """The errors that may be shown: those of single rows quote their cells."""
    return [error for error in errors if not error.row or sees_file(request)]


def batch_context(request: OrganisationRequest, batch: ImportBatch, **more: Any) -> dict[str, Any]:
    """What every page of a batch needs; before it ends, the other imports of the same file are named, too."""
    if batch.state in (ImportBatch.State.UPLOADED, ImportBatch.State.READ):
        more = {"same": same_imports(batch), **more}
    return {
        "batch": batch,
        "tone": STATE_TONES[batch.state],
        "may_import": request.membership.may("enter_actuals"),
        "may_download": sees_file(request),
        **more,
    }


def profile_names(request: OrganisationRequest) -> list[str]:
    """Names of the organisation's profiles, retired ones too. One query."""
    return list(request.organisation.import_profiles.order_by("name").values_list("name", flat=True).distinct())


def values_of(row: ImportRow) -> dict[str, Any]:
    """Column key → what the row was read as."""
    return {
        "date": row.booked_on,
        "month": row.month,
        "cost_centre": row.cost_centre_code,
        "project_code": row.project_code,
        "amount": row.amount,
        "account": row.account,
        "voucher": row.voucher,
        "description": row.description,
        "supplier": row.supplier,
    }
