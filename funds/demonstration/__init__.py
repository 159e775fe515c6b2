"""The demonstration: the Kajaani development fund of 2024.

The plan is that of the fund's published use plan. Persons, actuals, opening balance, comments and judgements are
invented, and every page of the organisation says so.
"""
