"""A first look at a file: what was found out stays with the batch as JSON, until a person has confirmed it."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from itertools import islice
from typing import Any

from fundtrack.exceptions import Refusal
from fundtrack.sentences import kept, told

from .cells import text_of
from .files import FileRefusal, TableFile, Watch, open_file
from .profiles import Profile, ProfileRefusal
from .recognise import Choice, KnownCodes, Question, Recognition, recognise

#: Refusals that another answer of the person can mend; with any other the file is of no use.
MENDABLE = frozenset({"file_encoding", "header_missing", "sheet_missing"})
_HEAD_ROWS, _HEAD_TOP, _LONGEST = 6, 12, 60


@dataclass(frozen=True)
class Proposal:
    """What a file looks like, for the page on which a person confirms how it is read."""

    #: All headings, as a profile names them.
    labels: Sequence[str] = ()
    #: Column key → choice.
    choices: Mapping[str, Choice] = field(default_factory=dict)
    questions: Sequence[Question] = ()
    warnings: Sequence[str] = ()
    #: Rows below the headings that are not blank.
    rows: int = 0
    #: Sheets that can be chosen; empty for CSV.
    sheets: Sequence[str] = ()
    #: The headings and the first rows below them, shortened: (number of the row, its cells).
    head: Sequence[tuple[int, Sequence[str]]] = ()
    #: Why the file could not be read as it was said, one sentence.
    refusal: str = ""
    #: What a person has said about the place of the table, with the keys of a profile.
    declared: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def from_json(cls, data: Mapping[str, Any] | None) -> "Proposal":
        """Take it from a batch, with its sentences in the reader's language; one never looked at is empty."""
        if not data:
            return cls()
        data = told(data)
        choices = {key: Choice(**{**choice, "samples": _pairs(choice)}) for key, choice in data["choices"].items()}
        questions = [Question(**question) for question in data["questions"]]
        return cls(**{**data, "choices": choices, "questions": questions})

    def as_json(self) -> dict[str, Any]:
        """For the batch; sentences can be told in another language."""
        found: dict[str, Any] = kept(asdict(self))
        return found


def _pairs(choice: Mapping[str, Any]) -> list[tuple[int, str]]:
    return [(row, text) for row, text in choice["samples"]]


def refuse_no_table(name: str, content: bytes, declared: Profile) -> None:
    """Look at the outside of a file only, before a worker looks at all of it.

    Raises:
        FileRefusal: it is no table of actuals, whatever one says about it.
    """
    try:
        open_file(name, content, encoding=declared.encoding, delimiter=declared.delimiter or "")
    except FileRefusal as refusal:
        if refusal.code not in MENDABLE:
            raise


def propose(
    name: str, content: bytes, declared: Profile, known: KnownCodes, *, watch: Watch | None = None
) -> tuple[Profile, Proposal]:
    """Look at a whole file.

    Args:
        declared: what a stored profile or a person says. Where it does not fit, the file is looked at without it, and
            the proposal says why.
        watch: told how far each reading of the rows is.

    Raises:
        FileRefusal: the file is not a table of actuals, whatever one says about it.
    """
    try:
        file = open_file(name, content, encoding=declared.encoding, delimiter=declared.delimiter or "", watch=watch)
    except FileRefusal as refusal:
        if refusal.code not in MENDABLE:
            raise
        return declared, Proposal(refusal=str(refusal))
    bare = Profile(encoding=declared.encoding, leave_out=declared.leave_out, rules=declared.rules)
    refused: Refusal | None = None
    for said in (declared, replace(declared, columns={}), bare):
        try:
            found = recognise(file, known=known, declared=said)
        except (ProfileRefusal, FileRefusal) as refusal:
            if isinstance(refusal, FileRefusal) and refusal.code not in MENDABLE:
                raise
            refused = refused or refusal
        else:
            profile = replace(found.profile, sheet=found.sheet or None)
            return profile, _proposal(file, found, refused)
    return declared, Proposal(refusal=str(refused), sheets=_sheets(file), head=_head(file, declared, 1, _HEAD_TOP))


def _proposal(file: TableFile, found: Recognition, refused: Refusal | None) -> Proposal:
    return Proposal(
        labels=list(found.labels),
        choices=found.choices,
        questions=found.questions,
        warnings=[str(warning) for warning in found.warnings],
        rows=found.rows,
        sheets=[*found.sheets, *([found.sheet] if found.sheet and found.sheet not in found.sheets else [])],
        head=_head(file, found.profile, found.header_row, _HEAD_ROWS),
        refusal=str(refused or ""),
    )


def _sheets(file: TableFile) -> list[str]:
    return [sheet.name for sheet in file.sheets if not sheet.hidden and sheet.name]


def _head(file: TableFile, profile: Profile, first: int, count: int) -> list[tuple[int, list[str]]]:
    """The first rows as the file has them; nothing where even that cannot be read."""
    try:
        rows = islice(file.rows(file.sheet(profile.sheet), delimiter=profile.delimiter or ""), first - 1, None)
        return [
            (number, [" ".join(text_of(value).split())[:_LONGEST] for value in row])
            for number, row in enumerate(islice(rows, count), start=first)
        ]
    except FileRefusal:
        return []
