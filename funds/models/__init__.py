from .drawdown import Drawdown, DrawdownRow
from .fund import CostCentre, CostCentreName, Fund, FundEntry, LeadScope
from .import_work import ImportWork
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
    "ImportWork",
    "Interface",
    "Judgement",
    "LeadScope",
    "MonthState",
    "Target",
    "UsePlan",
]
