"""A read-only view of the disk under one root."""

import os
import stat
from enum import StrEnum
from typing import NamedTuple, Protocol

from pa_units.kit.files import Ids, read_if_present, telling
from pa_units.write.owners import resolver


class Shape(StrEnum):
    """What stands at a path."""

    ABSENT = "absent"
    FILE = "file"
    DIRECTORY = "directory"
    LINK = "symlink"
    OTHER = "special file"


class Seen(NamedTuple):
    """One path, without following a link at its end."""

    shape: Shape
    mode: int = 0
    ids: Ids = (0, 0)
    target: str = ""


NOTHING = Seen(Shape.ABSENT)


class Disk(Protocol):
    """What `diff.compare` asks; tests answer from a table."""

    def look(self, path: str) -> Seen:
        """Say what stands at `path`."""
        ...

    def read(self, path: str) -> bytes:
        """Return the content of a regular file."""
        ...

    def entries(self, path: str) -> tuple[str, ...]:
        """Return the names in a directory; none if it is not there."""
        ...

    def ids(self, owner: str, group: str) -> Ids | None:
        """Resolve names; None when whoever writes cannot give files away."""
        ...


def content_of(seen: Seen, path: str, disk: Disk) -> bytes:
    """Return what the inventory takes the digest of."""
    return seen.target.encode() if seen.shape is Shape.LINK else disk.read(path)


class RootDisk:
    """The real one, below `root`."""

    def __init__(self, root: str = "") -> None:
        self.root = root
        self.ids = resolver(root)

    def look(self, path: str) -> Seen:
        """Say what stands at `path`."""
        with telling("look at", self.root + path):
            try:
                status = os.lstat(self.root + path)
            except (FileNotFoundError, NotADirectoryError):
                return NOTHING
            shape = _SHAPES.get(stat.S_IFMT(status.st_mode), Shape.OTHER)
            target = os.readlink(self.root + path) if shape is Shape.LINK else ""
        return Seen(shape, stat.S_IMODE(status.st_mode), (status.st_uid, status.st_gid), target)

    def read(self, path: str) -> bytes:
        """Return the content of a regular file."""
        return read_if_present(path, self.root) or b""

    def entries(self, path: str) -> tuple[str, ...]:
        """Return the names in a directory; none if it is not there."""
        with telling("list", self.root + path):
            try:
                return tuple(sorted(os.listdir(self.root + path)))
            except (FileNotFoundError, NotADirectoryError):
                return ()


_SHAPES = {stat.S_IFREG: Shape.FILE, stat.S_IFDIR: Shape.DIRECTORY, stat.S_IFLNK: Shape.LINK}
