#!/usr/bin/env python
"""Django's command line for FundTrack."""

import os
import sys


def only_asks(arguments: list[str]) -> bool:
    """True when the command line asks what commands there are and how they are called."""
    return arguments[:1] in ([], ["help"], ["version"]) or not {"-h", "--help", "--version"}.isdisjoint(arguments)


def main() -> None:
    if sys.argv[1:2] == ["verify_takeout"]:
        # Runs on any machine: a folder is verified without settings, packages or a database.
        from reporting.takeout import verify

        sys.exit(verify.main(sys.argv[2:]))
    if only_asks(sys.argv[1:]):
        # Settings start the embedded database of an installation without configuration; an answer needs none.
        os.environ.setdefault("DATABASE_URL", "postgresql:///unused")
        os.environ.setdefault("SECRET_KEY", "unused")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "fundtrack.settings")
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line

    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as problem:
        sys.exit(f"FundTrack: {problem}")


if __name__ == "__main__":
    main()
