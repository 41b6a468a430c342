"""A file system that it writes to is full, or cannot be written."""

from collections.abc import Iterator

from pa_units.diagnose import signs
from pa_units.diagnose.evidence import Evidence
from pa_units.diagnose.finding import Finding, certain, likely, possible
from pa_units.kit.figures import size
from pa_units.measure.room import Room

_LEAST = 1 << 20
"""Bytes: less is full for all practical purposes."""
_LOW = 0.01
"""Share of a file system from which on it is soon full"""


def find(seen: Evidence) -> Iterator[Finding]:
    """What it said makes it likely, statvfs(3) certain."""
    said = seen.lines(signs.FULL)
    full = [one for one in seen.rooms if _is_full(one)]
    low = [one for one in seen.rooms if one.size and one.free < _LOW * one.size]
    if full:
        yield certain(
            f"the disk is full at {full[0].path}",
            *said,
            *map(_told, full),
            next=f"make room: du -xh {full[0].path} | sort -h | tail; logs: journalctl "
            "--vacuum-size=200M",
        )
    elif said:
        yield likely(
            "a disk was full when it wrote",
            *said,
            next="df -h; df -i; is there a quota? resources.disk_limit",
        )
    elif low:
        yield possible(
            f"the disk is nearly full at {low[0].path}", *map(_told, low), next="make room: df -h"
        )


def _is_full(one: Room) -> bool:
    return not one.read_only and bool(one.size) and (one.free < _LEAST or one.files_free == 0)


def _told(one: Room) -> str:
    if one.files_free == 0:
        return f"{one.path}: no inode is left"
    return f"{one.path}: {size(one.free)} free of {size(one.size)}"
