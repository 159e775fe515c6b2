"""Reads over several tables: a fixed number of grouped SQL queries → frozen dataclasses."""
