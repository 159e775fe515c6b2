"""What was found out about a file, for a person to confirm."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from fundtrack.exceptions import Refusal

from .profiles import Profile, ProfileRefusal

Confidence = Literal["declared", "sure", "likely", "guess"]


@dataclass(frozen=True)
class Choice:
    """One column of the file and what it is taken for."""

    #: A key of ``COLUMN_KEYS``.
    key: str
    #: The heading, as a profile names it.
    heading: str
    #: Place from 0.
    index: int
    confidence: Confidence
    #: A sentence that says what the choice rests on.
    why: str
    #: Up to five different values, with their rows.
    samples: Sequence[tuple[int, str]]


@dataclass(frozen=True)
class Question:
    """Something that the file does not decide."""

    #: "month", "decimal_mark", "date_format", "sheet" or "column"
    key: str
    message: str
    #: For "column", the column key that is looked for.
    column: str = ""
    #: What can be chosen: headings, sheets, decimal marks, date forms; empty where it must be typed.
    choices: Sequence[str] = ()


@dataclass(frozen=True)
class Recognition:
    """A complete proposal for reading a file."""

    profile: Profile
    #: Name of the sheet; empty for CSV.
    sheet: str
    header_row: int
    #: All headings, as a profile names them.
    labels: Sequence[str]
    #: Column key → choice.
    choices: Mapping[str, Choice]
    questions: Sequence[Question]
    warnings: Sequence[str]
    #: Rows below the headings that are not blank.
    rows: int
    #: Sheets that can be chosen.
    sheets: Sequence[str] = ()

    @property
    def unused(self) -> list[str]:
        """Headings of columns that are not read."""
        used = {choice.index for choice in self.choices.values()}
        return [label for index, label in enumerate(self.labels) if index not in used and not label.startswith("[")]

    def require(self) -> None:
        """Refuse to read on with an open question that no row can answer.

        Raises:
            ProfileRefusal: the question. A month is asked for by the reading itself, and amounts that can be read
                two ways are named row by row.
        """
        for question in self.questions:
            if question.key in ("sheet", "column", "date_format"):
                refusal: Refusal = ProfileRefusal(question.message, code=f"{question.key}_missing")
                raise refusal
