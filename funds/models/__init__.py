from .drawdown import Drawdown, DrawdownRow
from .fund import CostCentre, CostCentreName, Fund, FundEntry, LeadScope
from .imports import ImportBatch, ImportFile, ImportProfile, ImportRow
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
    "ImportBatch",
    "ImportFile",
    "ImportProfile",
    "ImportRow",
    "Interface",
    "Judgement",
    "LeadScope",
    "MonthState",
    "Target",
    "UsePlan",
]
