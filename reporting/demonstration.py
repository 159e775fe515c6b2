"""The two issued board reports of the demonstration, each at its place in the order of the year."""

from dataclasses import dataclass
from datetime import date
from uuid import NAMESPACE_URL, uuid5

from funds.demonstration.load import Demonstration, moment
from funds.demonstration.plan import BODY
from fundtrack.periods import Month

from .actions import issue_report


@dataclass(frozen=True)
class DemoIssue:
    """A board report that is issued when the drawdown of ``after`` is posted."""

    month: Month
    after: Month
    issued_on: date
    meeting_on: date


ISSUES = (
    DemoIssue(Month(2024, 3), Month(2024, 3), date(2024, 4, 17), date(2024, 4, 24)),
    DemoIssue(Month(2024, 6), Month(2024, 7), date(2024, 8, 21), date(2024, 8, 28)),
)


def issue_after(demonstration: Demonstration, month: Month) -> None:
    """Issue the reports whose turn comes after ``month``; what was issued stays."""
    for issue in ISSUES:
        if issue.after == month:
            issue_report(
                plan=demonstration.plan,
                month=issue.month,
                meeting_on=issue.meeting_on,
                body=BODY,
                by=demonstration.members["finance"],
                at=moment(issue.issued_on, 13),
                key=uuid5(NAMESPACE_URL, f"demonstration:board:{issue.month}"),
            )
