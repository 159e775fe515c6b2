"""Reads over several tables and every sum: a fixed number of grouped SQL queries → frozen dataclasses."""
