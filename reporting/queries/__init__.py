"""Reads of the board report, of issued reports and of the overview: grouped SQL → frozen dataclasses."""
