"""Issued reports: reading them back, and proving that they are what was issued."""

from dataclasses import dataclass
from hashlib import sha256

from ..canonical import from_json
from ..models import IssuedFile, IssuedReport
from ..render import render
from ..reports import board


@dataclass(frozen=True)
class FileProof:
    """What a check of one stored file found."""

    language: str
    format: str
    #: The stored bytes have the stored digest.
    is_intact: bool
    #: The stored result gives the same bytes again.
    is_made_again: bool


@dataclass(frozen=True)
class ReportProof:
    """What a check of an issued report found."""

    number: int
    #: The stored result has the stored digest.
    is_intact: bool
    files: tuple[FileProof, ...]

    @property
    def holds(self) -> bool:
        """True when nothing was changed and every file is made again byte for byte."""
        return self.is_intact and all(file.is_intact and file.is_made_again for file in self.files)


def issued_result(report: IssuedReport) -> board.Result:
    """The result that was issued, from its stored text."""
    return from_json(board.Result, report.result)


def prove(report: IssuedReport) -> ReportProof:
    """Check digests, and make every file again from the stored result. Takes seconds per PDF."""
    result = issued_result(report)
    return ReportProof(
        number=report.number,
        is_intact=sha256(report.result.encode()).hexdigest() == report.sha256,
        files=tuple(_prove_file(file, result) for file in report.files.all()),
    )


def _prove_file(file: IssuedFile, result: board.Result) -> FileProof:
    content = bytes(file.content)
    again = render(result, file.format, language=file.language).content  # type: ignore[arg-type]
    return FileProof(
        language=file.language,
        format=file.format,
        is_intact=sha256(content).hexdigest() == file.sha256,
        is_made_again=again == content,
    )
