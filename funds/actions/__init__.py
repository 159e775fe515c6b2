"""Writes: keyword-only, atomic, ``by`` the acting member, ``at`` the time. See ``fundtrack.actions``."""
