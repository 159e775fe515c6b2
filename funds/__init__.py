"""Funds: use plans, budget lines, monthly actuals, months and drawdowns. The heart of FundTrack."""
