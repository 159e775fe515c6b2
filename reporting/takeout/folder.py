"""A folder from anywhere, read without ever leaving it. Standard library only.

Links are not followed, neither as files nor as folders on the way to one, and nothing but plain files is opened.
"""

import hashlib
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import BufferedReader

from .csvfile import BrokenFile
from .layout import shown

#: Folders inside folders; a take-out has two.
DEEPEST = 4

_INSIDE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


class NoFolder(Exception):
    """Why a folder cannot be read at all, in one line."""


@dataclass
class Folder:
    """A folder and the plain files in it."""

    path: str
    #: Path inside the folder, with ``/`` → bytes.
    sizes: dict[str, int] = field(default_factory=dict)
    #: What is there and is not a plain file: one line for each.
    strange: list[str] = field(default_factory=list)
    _digests: dict[str, str] = field(default_factory=dict)

    @classmethod
    def scan(cls, path: str) -> "Folder":
        """Look at what is there, without opening any file.

        Raises:
            NoFolder: there is no such folder, or it cannot be listed.
        """
        folder = cls(path)
        try:
            folder._scan("", 0)
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or "no such folder"
            raise NoFolder(f"{shown(str(path))} cannot be read: {reason}.") from error
        return folder

    def _scan(self, below: str, depth: int) -> None:
        with os.scandir(os.path.join(self.path, below)) as entries:
            found = sorted(entries, key=lambda entry: entry.name)
        for entry in found:
            path = f"{below}/{entry.name}" if below else entry.name
            if entry.is_dir(follow_symlinks=False):
                if depth == DEEPEST:
                    self.strange.append(f"{shown(path)}: folders are too deep")
                else:
                    self._scan(path, depth + 1)
            elif entry.is_file(follow_symlinks=False):
                self.sizes[path] = entry.stat(follow_symlinks=False).st_size
            else:
                self.strange.append(f"{shown(path)}: is a link or a device, not a file")

    @contextmanager
    def open(self, path: str) -> Iterator[BufferedReader]:
        """Open a file that ``scan`` found.

        Raises:
            BrokenFile: there is no such plain file inside the folder.
        """
        try:
            file = self._open(path)
        except OSError as error:
            raise BrokenFile(f"{shown(path)}: cannot be read: {error.strerror}") from error
        with file:
            yield file

    def _open(self, path: str) -> BufferedReader:
        if path not in self.sizes:
            raise FileNotFoundError(2, "no such file")
        *parents, name = path.split("/")
        at = os.open(self.path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            for parent in parents:
                below = os.open(parent, _INSIDE | os.O_DIRECTORY, dir_fd=at)
                os.close(at)
                at = below
            file = os.fdopen(os.open(name, _INSIDE, dir_fd=at), "rb")
        finally:
            os.close(at)
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            file.close()
            raise FileNotFoundError(2, "not a plain file")
        return file

    def read(self, path: str, limit: int) -> bytes:
        """Read a file of at most ``limit`` bytes.

        Raises:
            BrokenFile: it is longer, or not there.
        """
        with self.open(path) as file:
            content = file.read(limit + 1)
        if len(content) > limit:
            raise BrokenFile(f"{path}: is longer than {limit} bytes")
        return content

    def sha256(self, path: str) -> str:
        """Digest of a file, read once."""
        if path not in self._digests:
            with self.open(path) as file:
                self._digests[path] = hashlib.file_digest(file, "sha256").hexdigest()
        return self._digests[path]
