"""Values that describe a whole plan: what the editor, an import and the database have in common."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.functional import Promise

from fundtrack.texts import tidy

__all__ = ["LineLayout", "Problem", "TargetLayout", "is_code", "tidy"]

#: Codes of cost centres and project codes: text that survives an address and a ledger. They begin and end with a
#: letter or a digit, so that none of them can be ``..`` or hide a blank at its end.
CODE_PATTERN = re.compile(r"\w(?:[\w .:+-]*\w)?")
CODE_LENGTH = 30
NAME_LENGTH = 200
#: Characters of a detailed use plan.
USE_PLAN_LENGTH = 10_000


@dataclass(frozen=True)
class LineLayout:
    """One budget line as the editor or an import wants it."""

    name: str
    project_code: str
    #: EUR; on a plan in force it must equal what is stored (new lines: 0).
    amount: Decimal
    #: None for a new line.
    id: int | None = None
    use_plan: str = ""
    responsible_id: int | None = None
    #: Where the line stands in the form or file; problems point to it.
    key: str = ""


@dataclass(frozen=True)
class TargetLayout:
    """One target with its lines, in order."""

    name: str
    cost_centre_code: str
    lines: Sequence[LineLayout]
    #: None for a new target.
    id: int | None = None
    use_plan: str = ""
    responsible_id: int | None = None
    #: Name for a cost centre that does not exist yet; empty takes the target's name.
    cost_centre_name: str = ""
    #: Where the target stands in the form or file; problems point to it.
    key: str = ""


@dataclass(frozen=True)
class Problem:
    """One broken rule, in plain words, with the place that breaks it."""

    #: ``key`` of the target or line; empty for the plan as a whole.
    key: str
    #: name, cost_centre, project_code, amount, responsible, use_plan, ceiling, row.
    field: str
    message: str | Promise
    #: Short stable word for tests and machines.
    code: str


def is_code(text: str) -> bool:
    """True for a text that can be a cost centre or a project code."""
    return len(text) <= CODE_LENGTH and CODE_PATTERN.fullmatch(text) is not None
