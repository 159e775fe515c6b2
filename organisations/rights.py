"""Who may do what: the one table of rights (decision D5). The help page is made from it."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    """Roles of a member. One member may hold several."""

    VIEWER = "viewer", _("Viewer")
    BOARD = "board", _("Board member")
    LEAD = "lead", _("Project lead")
    FINANCE = "finance", _("Finance")
    APPROVER = "approver", _("Approver")
    ADMIN = "admin", _("Admin")
    AUDITOR = "auditor", _("Auditor")


_V, _B, _L, _F, _P, _A, _U = Role
_READERS = frozenset({_V, _F, _P, _A, _U})

#: permission → (roles that have it, what it lets a person do)
RIGHTS = {
    "view_overview": (frozenset(Role), _("See the overview and the help")),
    "view_issued_reports": (frozenset(Role), _("Read and download issued board reports")),
    "view_plan": (
        _READERS | {_L},
        _("See funds, use plans and budget lines (project lead: own cost centres)"),
    ),
    "view_actuals": (_READERS | {_L}, _("See actuals and their rows (project lead: own cost centres)")),
    "view_months": (_READERS, _("See months, drawdowns and the fund's entries")),
    "view_reports": (_READERS, _("See current reports and their exports")),
    "view_imports": (_READERS, _("See imports of actuals, their rows and profiles")),
    "view_import_files": (frozenset({_F, _P, _A, _U}), _("Download the original files of imports")),
    "comment_lines": (frozenset({_L}), _("Comment on own budget lines for the board")),
    "enter_actuals": (frozenset({_F}), _("Enter, import and correct actuals, settle rows outside the plan")),
    "close_month": (frozenset({_F, _P}), _("Close months")),
    "reopen_month": (frozenset({_F, _P}), _("Reopen a closed month with a reason")),
    "lock_month": (frozenset({_F, _P}), _("Lock months")),
    "propose_drawdown": (frozenset({_F}), _("Propose a drawdown")),
    "approve_drawdown": (frozenset({_P}), _("Approve a drawdown that somebody else proposed")),
    "post_drawdown": (frozenset({_F, _P}), _("Post an approved drawdown")),
    "withdraw_drawdown": (frozenset({_F, _P}), _("Withdraw a drawdown that is not posted")),
    "enter_fund_entries": (frozenset({_F, _A}), _("Record transfers, returns and deficit cover of a fund")),
    "issue_report": (frozenset({_F, _P}), _("Issue board reports")),
    "edit_fund": (frozenset({_A}), _("Create and edit funds and cost centres")),
    "edit_plan": (frozenset({_A}), _("Edit, import and amend use plans")),
    "manage_members": (frozenset({_A}), _("Manage members, roles and units")),
    "view_audit": (frozenset({_A, _U}), _("See the history of changes")),
}


def roles_with(permission: str) -> frozenset[Role]:
    """Roles that have ``permission``; ``KeyError`` for a permission that is not in the table."""
    return RIGHTS[permission][0]


def role_of(text: str) -> Role:
    """Read a role as a command line or a file names it; ``project lead`` and ``project-lead`` are the lead too.

    Raises:
        ValueError: there is no such role.
    """
    name = "_".join(text.lower().replace("-", " ").replace("_", " ").split())
    return Role("lead" if name == "project_lead" else name)
