"""The plan editor's form: rows of targets and lines in the order in which they stand on the page.

Every row has a key that never changes while the page is open; the order of the hidden ``row`` fields is the order of
the plan, and a line belongs to the target above it. So a row is added, moved and removed without renumbering, by a
script or, without one, by the buttons that post the page back. Nothing typed is ever lost on the way.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from fundtrack import formats
from fundtrack.money import ZERO, AmountError, parse_amount

from ..layout import LineLayout, Problem, TargetLayout, tidy
from ..models import UsePlan
from ..queries.layouts import layout_of, layout_problems

MAX_ROWS = 2_000
MAX_USE_PLAN = 10_000
_KEY = re.compile(r"[a-z0-9-]{1,24}")
_FIELDS = {
    "target": ("name", "cost_centre", "cost_centre_name", "responsible", "use_plan"),
    "line": ("name", "project_code", "amount", "responsible", "use_plan"),
}
FIELD_LABELS: Mapping[str, str | Promise] = {
    "name": _("Name"),
    "cost_centre": _("Cost centre"),
    "cost_centre_name": _("Name of the cost centre"),
    "project_code": _("Project code"),
    "amount": _("Amount"),
    "responsible": _("Responsible person"),
    "use_plan": _("Detailed use plan"),
    "ceiling": _("Ceiling"),
}


@dataclass
class EditorRow:
    """One row of the page as typed."""

    key: str
    #: "target" or "line"
    kind: str
    #: Primary key of the stored target or line; None for a new row.
    id: int | None
    #: Field → text as typed.
    values: dict[str, str]
    #: Field → what is wrong with it.
    errors: dict[str, list[str]] = field(default_factory=dict)
    #: True for a row that the stored plan has and the sent page did not (shown after a conflict).
    restored: bool = False
    autofocus: bool = False
    #: EUR; of a target the sum of its lines.
    amount: Decimal = ZERO
    #: Name of the cost centre that the code means today; empty for a new one.
    centre_name: str = ""

    @property
    def is_blank(self) -> bool:
        """A new row in which nothing is typed."""
        return self.id is None and not any(text.strip() for text in self.values.values())

    @property
    def label_or_blank(self) -> str:
        """What the row is called, or nothing while it has no name."""
        return self.values.get("project_code") or self.values.get("name", "")

    @property
    def full_label(self) -> str:
        """Code and name: rows that share a code are told apart."""
        return " ".join(filter(None, (self.values.get("project_code"), self.values.get("name")))) or formats.NOTHING

    @property
    def label(self) -> str:
        """What messages call the row."""
        return self.label_or_blank or formats.NOTHING


@dataclass(frozen=True)
class Difference:
    """A value that somebody else saved and this page has otherwise."""

    row: str
    label: str | Promise
    stored: str
    typed: str


class PlanEditor:
    """The whole editor page: from the stored plan, or from what was typed."""

    max_rows = MAX_ROWS

    def __init__(self, plan: UsePlan, data: QueryDict | None = None) -> None:
        self.plan = plan
        self.stored = layout_of(plan)
        self.problems: list[Problem] = []
        #: (row, field) of every text that is no amount.
        self.unread: set[tuple[str, str]] = set()
        self.differences: list[Difference] = []
        self.version = plan.version
        self.ceiling_text = formats.amount(plan.ceiling)
        if data is None:
            self.rows = list(_stored_rows(self.stored))
        else:
            self.rows = list(_typed_rows(data))
            self.ceiling_text = data.get("ceiling", self.ceiling_text)
            seen = data.get("version", "")
            self.version = int(seen) if re.fullmatch(r"[0-9]{1,9}", seen) else 0
        self.ceiling = plan.ceiling
        self.targets: list[TargetLayout] = []

    # --- commands of the buttons

    def obey(self, command: str) -> None:
        """Add, move or remove a row; an unknown command does nothing."""
        name, _mark, key = command.partition(":")
        position = next((index for index, row in enumerate(self.rows) if row.key == key), None)
        if name == "add-target":
            self._insert(len(self.rows), "target")
            self._insert(len(self.rows), "line", autofocus=False)
        elif position is None:
            return
        elif name == "add-line":
            self._insert(self._end_of(position), "line")
        elif name == "remove":
            end = self._end_of(position) if self.rows[position].kind == "target" else position + 1
            del self.rows[position:end]
        elif name in ("up", "down"):
            self._move(position, name)

    def _insert(self, position: int, kind: str, *, autofocus: bool = True) -> None:
        taken = {row.key for row in self.rows}
        key = next(name for number in range(1, MAX_ROWS * 3) if (name := f"new-{number}") not in taken)
        values = dict.fromkeys(_FIELDS[kind], "")
        self.rows.insert(position, EditorRow(key, kind, None, values, autofocus=autofocus))

    def _end_of(self, position: int) -> int:
        """Position after the last line of the target at or above ``position``."""
        end = position + 1
        while end < len(self.rows) and self.rows[end].kind == "line":
            end += 1
        return end

    def _move(self, position: int, direction: str) -> None:
        row = self.rows[position]
        if row.kind == "line":
            # Past a target's heading a line goes over to that target; the first row stays a target.
            other = position - 1 if direction == "up" else position + 1
            if 1 <= other < len(self.rows):
                self.rows[position], self.rows[other] = self.rows[other], self.rows[position]
            return
        block = self.rows[position : self._end_of(position)]
        rest = self.rows[:position] + self.rows[self._end_of(position) :]
        starts = [index for index, other_row in enumerate(rest) if other_row.kind == "target"]
        before = [index for index in starts if index < position]
        after = [index for index in [*starts, len(rest)] if index > position]
        place = (before[-1] if before else 0) if direction == "up" else (after[0] if after else len(rest))
        self.rows = rest[:place] + block + rest[place:]

    # --- from text to a layout

    def check(self) -> list[Problem]:
        """Read everything that was typed; afterwards ``targets`` is the layout, and rows carry their errors."""
        self.problems, self.unread = [], set()
        for row in self.rows:
            row.amount = ZERO
        self.ceiling = self._amount("", "ceiling", self.ceiling_text) if not self.plan.is_active else self.plan.ceiling
        self.targets = list(self._layouts())
        broken = {(problem.key, problem.field) for problem in self.problems}
        rules = layout_problems(
            organisation=self.plan.organisation,
            year=self.plan.year,
            plan=self.plan,
            ceiling=self.ceiling,
            targets=self.targets,
        )
        # What could not be read is not judged further: a ceiling of nonsense says nothing about the sum.
        self.problems += [problem for problem in rules if (problem.key, problem.field) not in broken]
        rows = {row.key: row for row in self.rows}
        for row in self.rows:
            row.errors = {}
        for problem in self.problems:
            if problem.key in rows:
                rows[problem.key].errors.setdefault(problem.field, []).append(str(problem.message))
        return self.problems

    def _layouts(self) -> Iterator[TargetLayout]:
        target: EditorRow | None = None
        lines: list[LineLayout] = []
        for row in [*self.rows, None]:
            if row is None or row.kind == "target":
                if target is not None and not (target.is_blank and not lines):
                    yield self._target(target, lines)
                target, lines = row, []
            elif not row.is_blank:
                if target is None:
                    self.problems.append(Problem(row.key, "row", _("Put the line below a target."), "no_target"))
                    continue
                lines.append(self._line(row))
                target.amount += lines[-1].amount

    def _target(self, row: EditorRow, lines: Sequence[LineLayout]) -> TargetLayout:
        return TargetLayout(
            id=row.id,
            key=row.key,
            name=tidy(row.values["name"]),
            cost_centre_code=tidy(row.values["cost_centre"]),
            cost_centre_name=tidy(row.values["cost_centre_name"]),
            responsible_id=self._person(row),
            use_plan=self._text(row),
            lines=tuple(lines),
        )

    def _line(self, row: EditorRow) -> LineLayout:
        before = self._stored_line(row.id)
        if before is not None and self.plan.is_active:
            # Read-only on the page: what the browser sends for them is not asked.
            code, amount = before.project_code, before.amount
        else:
            code = tidy(row.values["project_code"])
            text = row.values["amount"].strip() or "0"
            amount = self._amount(row.key, "amount", text)
        row.amount = amount
        return LineLayout(
            id=row.id,
            key=row.key,
            name=tidy(row.values["name"]),
            project_code=code,
            amount=amount,
            responsible_id=self._person(row),
            use_plan=self._text(row),
        )

    def _stored_line(self, pk: int | None) -> LineLayout | None:
        return next((line for target in self.stored for line in target.lines if line.id == pk), None) if pk else None

    def _amount(self, key: str, name: str, text: str) -> Decimal:
        try:
            return parse_amount(text)
        except AmountError as error:
            self.problems.append(Problem(key, name, error.message, error.code))
            self.unread.add((key, name))
            return ZERO

    def _person(self, row: EditorRow) -> int | None:
        text = row.values["responsible"]
        if not text:
            return None
        if not re.fullmatch(r"[0-9]{1,18}", text):
            self.problems.append(Problem(row.key, "responsible", _("Choose a member."), "not_a_member"))
            return None
        return int(text)

    def _text(self, row: EditorRow) -> str:
        text = row.values["use_plan"].replace("\r\n", "\n").strip()
        if len(text) > MAX_USE_PLAN:
            message = _("This is too long: at most %(limit)s characters fit.") % {"limit": MAX_USE_PLAN}
            self.problems.append(Problem(row.key, "use_plan", message, "too_long"))
        return text

    @property
    def total(self) -> Decimal:
        """Σ lines in EUR, after ``check``."""
        return sum((line.amount for target in self.targets for line in target.lines), ZERO)

    @property
    def unallocated(self) -> Decimal:
        """Ceiling less Σ lines in EUR, after ``check``."""
        return self.ceiling - self.total

    @property
    def messages(self) -> list[dict[str, str]]:
        """Problems with the row and field they belong to, for the list at the top and for the script."""
        labels = {row.key: row.label for row in self.rows}
        return [
            {
                "key": problem.key,
                "field": problem.field,
                "label": ", ".join(
                    str(part) for part in (labels.get(problem.key), FIELD_LABELS.get(problem.field)) if part
                ),
                "message": str(problem.message),
            }
            for problem in self.problems
        ]

    @property
    def summary(self) -> list[dict[str, Any]]:
        """Problems for the list at the top: what several rows share is said once, with all of them named."""
        rows = {row.key: row for row in self.rows}
        listed: dict[tuple[str, str], list[str]] = {}
        for problem in self.problems:
            listed.setdefault((problem.field, str(problem.message)), []).append(problem.key)
        return [
            {
                "places": [
                    {"id": f"{key}-{'name' if field == 'row' else field}", "label": rows[key].full_label}
                    for key in keys
                    if key in rows
                ],
                "field": FIELD_LABELS.get(field, ""),
                "message": message,
            }
            for (field, message), keys in listed.items()
        ]

    # --- conflict

    def is_stored(self, plan: UsePlan) -> bool:
        """True when the plan already is what was typed: the second click of a double click."""
        return self.ceiling == plan.ceiling and _content(self.targets) == _content(layout_of(plan))

    def rebase(self, plan: UsePlan) -> None:
        """Bring the page up to a plan that somebody else saved: typed values stay, the differences are listed.

        Rows that the plan has and the page has not come back marked; rows that are gone from the plan become new.
        """
        self.plan, self.stored, self.version = plan, layout_of(plan), plan.version
        stored = {row.key: row for row in _stored_rows(self.stored)}
        known = {(row.kind, row.id): row for row in stored.values()}
        for row in self.rows:
            theirs = known.pop((row.kind, row.id), None)
            if theirs is None:
                row.id = None
            else:
                self.differences += _differences(theirs, row)
        if self.ceiling_text != (theirs_text := formats.amount(plan.ceiling)):
            self.differences.append(Difference("–", FIELD_LABELS["ceiling"], theirs_text, self.ceiling_text))
        for row in known.values():
            row.restored = True
            self._restore(row)

    def _restore(self, row: EditorRow) -> None:
        if row.kind == "target":
            self.rows.append(row)
            return
        owner = next(target for target in self.stored if row.id in {line.id for line in target.lines})
        place = next((n for n, other in enumerate(self.rows) if (other.kind, other.id) == ("target", owner.id)), 0)
        self.rows.insert(self._end_of(place), row)


def _stored_rows(stored: Sequence[TargetLayout]) -> Iterator[EditorRow]:
    for target in stored:
        values = {
            "name": target.name,
            "cost_centre": target.cost_centre_code,
            "cost_centre_name": "",
            "responsible": str(target.responsible_id or ""),
            "use_plan": target.use_plan,
        }
        yield EditorRow(f"target-{target.id}", "target", target.id, values)
        for line in target.lines:
            values = {
                "name": line.name,
                "project_code": line.project_code,
                "amount": formats.amount(line.amount),
                "responsible": str(line.responsible_id or ""),
                "use_plan": line.use_plan,
            }
            yield EditorRow(f"line-{line.id}", "line", line.id, values)


def _typed_rows(data: QueryDict) -> Iterator[EditorRow]:
    seen: set[str] = set()
    for key in data.getlist("row")[:MAX_ROWS]:
        kind = data.get(f"{key}-kind", "")
        if key in seen or not _KEY.fullmatch(key) or kind not in _FIELDS:
            continue
        seen.add(key)
        pk = data.get(f"{key}-id", "")
        values = {name: data.get(f"{key}-{name}", "") for name in _FIELDS[kind]}
        yield EditorRow(key, kind, int(pk) if re.fullmatch(r"[0-9]{1,18}", pk) else None, values)


def _content(targets: Sequence[TargetLayout]) -> list[object]:
    """A layout without ids and keys."""
    return [
        (
            *(target.name, target.cost_centre_code, target.use_plan, target.responsible_id),
            [(line.name, line.project_code, line.amount, line.use_plan, line.responsible_id) for line in target.lines],
        )
        for target in targets
    ]


def _differences(stored: EditorRow, typed: EditorRow) -> Iterator[Difference]:
    for name, text in typed.values.items():
        theirs = stored.values[name]
        if tidy(theirs) != tidy(text) and name not in ("cost_centre_name", "responsible"):
            yield Difference(stored.label, FIELD_LABELS[name], theirs or "–", text or "–")
