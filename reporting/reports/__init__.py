"""Reports: Params, a frozen Result and ``build(params, as_of)``, one module each. Pure reads."""
