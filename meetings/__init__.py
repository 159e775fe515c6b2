"""Deciding bodies and their meetings."""
