"""Organisations and people: who owns the data, who may do what, who is signed in."""
