"""What people call the tables and fields of this app, in the history of changes."""

from django.utils.translation import gettext_lazy as _

from organisations.history import name_history

name_history(
    tables={
        "meetings.body": _("Body"),
        "funds.costcentre": _("Cost centre"),
        "funds.costcentrename": _("Name of a cost centre"),
        "funds.leadscope": _("Cost centre of a project lead"),
        "funds.fund": _("Fund"),
        "funds.useplan": _("Use plan"),
        "funds.target": _("Development target"),
        "funds.budgetline": _("Budget line"),
        "funds.amendment": _("Budget amendment"),
        "funds.amendmentrow": _("Row of a budget amendment"),
        "funds.drawdown": _("Drawdown"),
        "funds.monthstate": _("Month"),
        "funds.judgement": _("Judgement"),
        "funds.interface": _("Interface"),
    },
    fields={
        "fund": _("Fund"),
        "plan": _("Use plan"),
        "target": _("Development target"),
        "line": _("Budget line"),
        "amendment": _("Budget amendment"),
        "membership": _("Member"),
        "cost_centre": _("Cost centre"),
        "year": _("Year"),
        "month": _("Month"),
        "position": _("Order"),
        "number": _("Number"),
        "total": _("Total"),
        "booking_on": _("Booking date"),
        "activated_by": _("Brought into force by"),
        "activated_at": _("Brought into force"),
        "recorded_by": _("Recorded by"),
        "recorded_at": _("Recorded"),
        "changed_by": _("Changed by"),
        "changed_at": _("Changed"),
        "prepared_by": _("Prepared by"),
        "prepared_at": _("Prepared"),
        "approved_by": _("Approved by"),
        "approved_at": _("Approved"),
        "posted_by": _("Posted by"),
        "posted_at": _("Posted"),
        "withdrawn_by": _("Withdrawn by"),
        "withdrawn_at": _("Withdrawn"),
        "judged_by": _("Judged by"),
    },
)
