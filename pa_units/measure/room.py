"""How much room a file system has left (statvfs(3))."""

import os
from typing import NamedTuple


class Room(NamedTuple):
    """A file system by a path on it. Bytes."""

    path: str
    free: int
    """for ordinary users"""
    size: int
    files_free: int
    """inodes; -1: it has no fixed number of them"""
    read_only: bool


def room(path: str) -> Room | None:
    """Return the room where `path` is; None when it is not there."""
    try:
        found = os.statvfs(path)
    except OSError:
        return None
    return Room(
        path,
        found.f_bavail * found.f_frsize,
        found.f_blocks * found.f_frsize,
        found.f_favail if found.f_files else -1,
        bool(found.f_flag & os.ST_RDONLY),
    )
