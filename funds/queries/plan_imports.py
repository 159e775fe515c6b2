"""What an import would make of a plan, shown before anything is written."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from fundtrack import formats
from organisations.models import Membership, Organisation

from ..imports.plan_files import PlanRow
from ..layout import LineLayout, Problem, TargetLayout
from ..models import UsePlan
from .layouts import layout_of, layout_problems, sum_of


@dataclass(frozen=True)
class FieldChange:
    """One value that an import changes; texts as shown."""

    label: str | Promise
    before: str
    after: str


@dataclass(frozen=True)
class ImportLine:
    """One budget line in the preview."""

    #: new, changed, same, kept (not in the file) or removed
    state: str
    #: Row of the file; 0 when the line is not in it.
    row: int
    target: str
    cost_centre: str
    name: str
    project_code: str
    #: EUR
    amount: Decimal
    changes: tuple[FieldChange, ...] = ()


@dataclass(frozen=True)
class ImportPreview:
    """What an import would do. EUR."""

    lines: tuple[ImportLine, ...]
    ceiling: Decimal
    total_before: Decimal
    total_after: Decimal
    #: Rules of the plan that the result would break; ``key`` is the row of the file, or empty.
    problems: tuple[Problem, ...]
    #: What the plan would be.
    targets: tuple[TargetLayout, ...]
    #: (code, name) of the cost centres that the import would create.
    new_centres: tuple[tuple[str, str], ...]

    @property
    def unallocated(self) -> Decimal:
        return self.ceiling - self.total_after

    def count(self, state: str) -> int:
        """Number of lines in a state."""
        return sum(line.state == state for line in self.lines)

    @property
    def new(self) -> int:
        return self.count("new")

    @property
    def changed(self) -> int:
        return self.count("changed")

    @property
    def same(self) -> int:
        return self.count("same")

    @property
    def kept(self) -> int:
        return self.count("kept")

    @property
    def removed(self) -> int:
        return self.count("removed")


def preview_import(
    *,
    organisation: Organisation,
    year: int,
    plan: UsePlan | None,
    rows: Sequence[PlanRow],
    ceiling: Decimal | None = None,
    whole: bool = False,
) -> ImportPreview:
    """What the rows would make of the plan; a fixed number of queries.

    Args:
        plan: None when the import would create it.
        ceiling: EUR; None keeps the plan's, and is the sum of the lines for a plan that does not exist yet.
        whole: True when the file is the whole plan: lines that are not in it are removed (a draft only).
    """
    stored = layout_of(plan) if plan is not None else []
    people, person_problems = _people(organisation, rows)
    targets = _merged(stored, rows, people, whole=whole)
    total = sum_of(targets)
    if ceiling is None:
        ceiling = plan.ceiling if plan is not None else total
    problems = layout_problems(organisation=organisation, year=year, plan=plan, ceiling=ceiling, targets=targets)
    return ImportPreview(
        lines=tuple(_compared(stored, targets, rows)),
        ceiling=ceiling,
        total_before=sum_of(stored),
        total_after=total,
        problems=(*person_problems, *problems),
        targets=tuple(targets),
        new_centres=tuple(_new_centres(organisation, targets)),
    )


def _new_centres(organisation: Organisation, targets: Sequence[TargetLayout]) -> Iterator[tuple[str, str]]:
    """A mistyped digit would make a cost centre: each new one is shown."""
    codes = {target.cost_centre_code: target.name for target in reversed(targets)}
    known = set(organisation.cost_centres.filter(code__in=codes).values_list("code", flat=True))
    return ((code, name) for code, name in sorted(codes.items()) if code not in known)


def _people(organisation: Organisation, rows: Sequence[PlanRow]) -> tuple[dict[str, int], list[Problem]]:
    """Person as written in the file → membership, by e-mail address or by a name that only one member has."""
    wanted = {text for row in rows for text in (row.responsible, row.target_responsible) if text}
    if not wanted:
        return {}, []
    found: dict[str, list[int]] = {}
    members = Membership.objects.filter(organisation=organisation, is_active=True)
    for pk, email, name in members.values_list("pk", "user__email", "user__name"):
        for text in {email.casefold(), name.casefold()}:
            found.setdefault(text, []).append(pk)
    people = {text: found[text.casefold()][0] for text in wanted if len(found.get(text.casefold(), ())) == 1}
    problems = []
    for row in rows:
        for text in {row.responsible, row.target_responsible} - {""} - people.keys():
            message = _("“%(person)s” is no single member. Write the person's e-mail address.") % {"person": text}
            problems.append(Problem(str(row.row), "responsible", message, "not_a_member"))
    return people, problems


def _merged(
    stored: Sequence[TargetLayout], rows: Sequence[PlanRow], people: dict[str, int], *, whole: bool
) -> list[TargetLayout]:
    """The stored layout with the file's rows in it; lines are found by project code, targets by name."""
    lines_before = {line.project_code: line for target in stored for line in target.lines}
    in_file = {row.project_code for row in rows}
    targets = {target.name: target for target in stored}
    lines: dict[str, list[LineLayout]] = {
        target.name: [] if whole else [line for line in target.lines if line.project_code not in in_file]
        for target in stored
    }
    place = {
        line.project_code: (target.name, position) for target in stored for position, line in enumerate(target.lines)
    }
    for row in rows:
        targets[row.target] = _target_of(row, targets.get(row.target), people)
        line = _line_of(row, lines_before.get(row.project_code), people)
        siblings = lines.setdefault(row.target, [])
        before = place.get(row.project_code)
        # Where the file only changes a line, the line keeps its place.
        keeps_place = not whole and before is not None and before[0] == row.target
        siblings.insert(before[1] if keeps_place and before is not None else len(siblings), line)
    named = {row.target for row in rows}
    order = [name for name in targets if name in named or not whole]
    return [replace(targets[name], lines=tuple(lines[name])) for name in order]


def _target_of(row: PlanRow, before: TargetLayout | None, people: dict[str, int]) -> TargetLayout:
    if before is None:
        before = TargetLayout(name=row.target, cost_centre_code=row.cost_centre, lines=())
    return replace(
        before,
        key=before.key or str(row.row),
        cost_centre_code=row.cost_centre,
        use_plan=row.target_use_plan or before.use_plan,
        responsible_id=people.get(row.target_responsible, before.responsible_id),
    )


def _line_of(row: PlanRow, before: LineLayout | None, people: dict[str, int]) -> LineLayout:
    if before is None:
        before = LineLayout(name=row.line, project_code=row.project_code, amount=row.amount)
    return replace(
        before,
        key=str(row.row),
        name=row.line,
        amount=row.amount,
        use_plan=row.use_plan or before.use_plan,
        responsible_id=people.get(row.responsible, before.responsible_id),
    )


def _compared(
    stored: Sequence[TargetLayout], targets: Sequence[TargetLayout], rows: Sequence[PlanRow]
) -> Iterator[ImportLine]:
    before = {line.id: (target, line) for target in stored for line in target.lines}
    row_of = {row.project_code: row.row for row in rows}
    for target in targets:
        for line in target.lines:
            row = row_of.get(line.project_code, 0)
            changes: tuple[FieldChange, ...] = ()
            state = "new"
            if line.id is not None:
                changes = tuple(_changes(*before[line.id], target, line))
                state = "changed" if changes else "same" if row else "kept"
            yield _import_line(state, row, target, line, changes)
    kept = {line.id for target in targets for line in target.lines}
    for target in stored:
        for line in target.lines:
            if line.id not in kept:
                yield _import_line("removed", 0, target, line, ())


def _import_line(
    state: str, row: int, target: TargetLayout, line: LineLayout, changes: tuple[FieldChange, ...]
) -> ImportLine:
    return ImportLine(
        state, row, target.name, target.cost_centre_code, line.name, line.project_code, line.amount, changes
    )


def _changes(
    target_before: TargetLayout, before: LineLayout, target: TargetLayout, line: LineLayout
) -> Iterator[FieldChange]:
    pairs: list[tuple[str | Promise, str, str]] = [
        (_("Target"), target_before.name, target.name),
        (_("Cost centre"), target_before.cost_centre_code, target.cost_centre_code),
        (_("Name"), before.name, line.name),
        (_("Amount"), formats.eur(before.amount), formats.eur(line.amount)),
        (_("Detailed use plan"), _short(before.use_plan), _short(line.use_plan)),
    ]
    for label, was, now in pairs:
        if was != now:
            yield FieldChange(label, was, now)
    if before.responsible_id != line.responsible_id:
        yield FieldChange(_("Responsible person"), "", str(_("changed")))
    if target_before.use_plan != target.use_plan or target_before.responsible_id != target.responsible_id:
        yield FieldChange(_("Use plan or person of the target"), "", str(_("changed")))


def _short(text: str) -> str:
    return text if len(text) <= 80 else text[:79] + "…"
