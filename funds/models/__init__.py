from .drawdown import Drawdown, DrawdownRow
from .fund import CostCentre, CostCentreName, Fund, FundEntry, LeadScope
from .ledger import Actual, Booking, MonthState
from .notes import Comment, Interface, Judgement
from .plan import Amendment, AmendmentRow, BudgetLine, Target, UsePlan

__all__ = [
    "Actual",
    "Amendment",
    "AmendmentRow",
    "Booking",
    "BudgetLine",
    "Comment",
    "CostCentre",
    "CostCentreName",
    "Drawdown",
    "DrawdownRow",
    "Fund",
    "FundEntry",
    "Interface",
    "Judgement",
    "LeadScope",
    "MonthState",
    "Target",
    "UsePlan",
]
