"""Bring the database up to date: ``python tools/prepare.py [demo]``, with ``demo`` the demonstration too.

The same as ``manage.py migrate``, ``createcachetable`` and ``demo`` after each other, but Django starts once.
"""

import os
import sys
from pathlib import Path

import django
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command


def main(arguments: list[str]) -> None:
    """Run the commands; ends with one line when the installation cannot be used."""
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "fundtrack.settings")
    try:
        django.setup()
        call_command("migrate", verbosity=0)
        call_command("createcachetable", verbosity=0)
        if "demo" in arguments:
            call_command("demo")
    except (ImproperlyConfigured, CommandError) as problem:
        sys.exit(f"FundTrack: {problem}")


if __name__ == "__main__":
    main(sys.argv[1:])
