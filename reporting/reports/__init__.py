"""One module per report: Params, a frozen Result, ``build(params, as_of)``."""
