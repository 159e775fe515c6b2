"""Comments, judgements on rules R4–R6, and interfaces to other measures."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.utils.translation import gettext_lazy as _

from fundtrack.actions import action
from fundtrack.exceptions import Refusal
from fundtrack.periods import Month
from fundtrack.texts import long_text, one_line, without_controls
from organisations.models import Membership

from ..models import BudgetLine, Comment, Interface, Judgement

#: Longest comment, in characters; a board reads it on one page.
COMMENT_LIMIT = 2000


class NoteRefusal(Refusal):
    """The note cannot be recorded like this.

    Attributes:
        line_id: the line that it is about, where several are written at once.
    """

    code = "note"
    line_id: int | None = None


class CommentConflict(NoteRefusal):
    """Somebody else wrote on the line meanwhile."""

    code = "conflict"


@dataclass(frozen=True)
class NewComment:
    """What a person wrote on one line."""

    line: BudgetLine
    text: str
    #: Id of the version that the person saw; None when there was none.
    seen_id: int | None


def as_counted(text: str) -> str:
    """A text as it is counted and stored: one LF per line end, NFC, no blanks at the ends.

    The browser counts by the same rule (``static/js/comments.js``); a character is a Unicode code point.
    """
    lines = without_controls(text).replace("\r\n", "\n").replace("\r", "\n")
    return unicodedata.normalize("NFC", lines).strip(" \t\n\u00a0")


def may_comment(membership: Membership, line: BudgetLine) -> bool:
    """A project lead comments on lines of the cost centres in scope, and on lines that name the lead responsible."""
    if not membership.may("comment_lines"):
        return False
    if membership.pk in (line.responsible_id, line.target.responsible_id):
        return True
    return membership.lead_scopes.filter(cost_centre=line.target.cost_centre_id).exists()


@action
def write_comment(*, line: BudgetLine, month: Month, text: str, by: Membership, at: datetime) -> Comment | None:
    """Write a new version of the comment on a line and month; an empty text takes it back.

    Returns:
        The new version, or None when nothing changed.
    """
    by.require("comment_lines")
    if not may_comment(by, line):
        raise NoteRefusal(_("You comment on your own lines only."), code="not_allowed")
    text = as_counted(text)
    if len(text) > COMMENT_LIMIT:
        raise NoteRefusal(
            _("The comment has %(length)s characters; at most %(limit)s fit.")
            % {"length": len(text), "limit": COMMENT_LIMIT}
        )
    newest = Comment.objects.filter(line=line, month=month.first).order_by("-id").first()
    if (newest.text if newest else "") == text:
        return None
    return Comment.objects.create(
        organisation_id=line.organisation_id, line=line, month=month.first, text=text, written_by=by, written_at=at
    )


@action
def write_comments(*, month: Month, comments: Sequence[NewComment], by: Membership, at: datetime) -> dict[int, Comment]:
    """Write the comments of several lines at once: all of them or none.

    Returns:
        Line id → new version, for the lines whose comment changed.

    Raises:
        CommentConflict: somebody else wrote on one of the lines after this person opened the page; ``line_id`` says
            on which.
        NoteRefusal: as ``write_comment``; ``line_id`` likewise.
    """
    written = {}
    for new in comments:
        try:
            newest = Comment.objects.filter(line=new.line, month=month.first).order_by("-id").first()
            if newest is not None and newest.pk != new.seen_id and newest.text != as_counted(new.text):
                raise CommentConflict(
                    _("%(name)s wrote on this line meanwhile. Your text is still here; theirs is shown below it.")
                    % {"name": newest.written_by.user.name}
                )
            version = write_comment(line=new.line, month=month, text=new.text, by=by, at=at)
        except NoteRefusal as refusal:
            refusal.line_id = new.line.pk
            raise
        if version is not None:
            written[new.line.pk] = version
    return written


@action
def record_judgement(
    *, line: BudgetLine, rule: str, verdict: str, grounds: str, judged_on: date, by: Membership, at: datetime
) -> Judgement:
    """Record who judged that the line's measures fit a rule, when and on what grounds."""
    by.require("edit_plan")
    grounds = long_text(Judgement, "grounds", grounds)
    if not grounds:
        raise NoteRefusal(_("Give the grounds of the judgement."))
    return Judgement.objects.create(
        organisation_id=line.organisation_id,
        line=line,
        rule=rule,
        verdict=verdict,
        grounds=grounds,
        judged_on=judged_on,
        judged_by=by,
        recorded_at=at,
    )


@action
def add_interface(
    *, line: BudgetLine, theme: str, other_measure: str, funding_source: str, note: str, by: Membership
) -> Interface:
    """Link a line with a measure on the same theme that is paid from another source (rule R6)."""
    by.require("edit_plan")
    return Interface.objects.create(
        organisation_id=line.organisation_id,
        line=line,
        theme=one_line(Interface, "theme", theme),
        other_measure=one_line(Interface, "other_measure", other_measure),
        funding_source=one_line(Interface, "funding_source", funding_source),
        note=long_text(Interface, "note", note),
    )


@action
def remove_interface(*, interface: Interface, by: Membership) -> None:
    """Remove a link; its history stays."""
    by.require("edit_plan")
    interface.delete()
