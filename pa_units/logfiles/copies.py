"""The rotated copies of a log, as logrotate(8) names them, and what stands in each."""

import os
import re
import struct
from collections.abc import Callable, Collection
from typing import TYPE_CHECKING, NamedTuple

from pa_units.kit.files import telling

if TYPE_CHECKING:
    from io import BufferedIOBase

FILLER = b"\x16"
"""What our cutter leaves at the head of a log: SYN, "synchronous idle", up to a line end."""

_ENDINGS = ("gz", "xz", "bz2")
_COPY = re.compile(rf"[.-]\d[\d-]*(\.({'|'.join(_ENDINGS)}))?")
"""`.1`, `.2.gz`, with `dateext` `-20260131.gz`."""
_COMPRESSED = tuple(f".{ending}" for ending in _ENDINGS)
_HEAD = 1 << 16
_ISIZE = struct.Struct("<I")
"""the last bytes of a gzip member: how long its content is, RFC 1952"""


class Log(NamedTuple):
    """A log, and what must not be taken for a copy of it."""

    path: str
    others: Collection[str] = ()
    """logs of their own: `/var/log/bot-1` may be another agent's"""
    since: float = 0.0
    """copies that were last written before do not count, seconds since the epoch"""


def written(path: str) -> float:
    """Return when a file was last written, seconds since the epoch; 0: there is none."""
    try:
        return os.stat(path).st_mtime
    except OSError:
        return 0.0


def copies(log: Log) -> list[str]:
    """Return the rotated copies, the newest first by their times: numbers grow with age, dates
    fall."""
    directory, _, name = log.path.rpartition("/")
    try:
        entries = set(os.listdir(directory))
    except OSError:
        return []
    found = [
        f"{directory}/{entry}"
        for entry in entries
        if entry.startswith(name)
        and _COPY.fullmatch(entry, len(name))
        # Half-written as long as what it is made of is there.
        and _plain(entry) not in entries - {entry}
    ]
    times = {path: written(path) for path in set(found) - set(log.others)}
    recent = (path for path in times if times[path] >= log.since)
    return sorted(recent, key=lambda path: (-times[path], _number(path)))


def _number(path: str) -> int:
    """`.2` is older than `.1`, should both have been written at one time."""
    found = re.search(r"\.(\d+)(\.[a-z0-9]+)?$", path)
    return int(found[1]) if found else 0


def is_compressed(path: str) -> bool:
    """Must it be decompressed from its beginning?"""
    return path.endswith(_COMPRESSED)


def _plain(entry: str) -> str:
    return entry.rpartition(".")[0] if is_compressed(entry) else entry


def size(path: str) -> int:
    """Return how many bytes a plain or gzip copy holds, -1 if nobody says."""
    try:
        with open(path, "rb") as file:
            if not is_compressed(path):
                return os.fstat(file.fileno()).st_size
            if not path.endswith(".gz"):
                return -1
            file.seek(-_ISIZE.size, os.SEEK_END)
            found: int = _ISIZE.unpack(file.read())[0]
            return found
    except (OSError, struct.error):
        return -1


def head(path: str) -> bytes:
    """Return the first bytes of what a log or copy holds; empty if it is not there."""
    with opened(path) as file:
        return file.read(_HEAD)


def filler(data: bytes) -> int:
    """Return how many bytes at the beginning of a file are filler and its line end."""
    if not data.startswith(FILLER):
        return 0
    end = data.find(b"\n") + 1
    return end if end and not data[: end - 1].strip(FILLER) else 0


def opened(path: str) -> "BufferedIOBase":
    """Open a log or copy for reading what it holds. Raises PaError for what cannot be read,
    FileNotFoundError for what is not there."""
    ending = path.rpartition(".")[2] if is_compressed(path) else ""
    with telling("read", path):
        try:
            return _OPEN[ending](path)
        except FileNotFoundError:
            pass
    raise FileNotFoundError(path)


def _gzip(path: str) -> "BufferedIOBase":
    import gzip

    return gzip.open(path)


def _xz(path: str) -> "BufferedIOBase":
    import lzma

    return lzma.open(path)


def _bz2(path: str) -> "BufferedIOBase":
    import bz2

    return bz2.open(path)


def _as_it_is(path: str) -> "BufferedIOBase":
    return open(path, "rb")


_OPEN: dict[str, "Callable[[str], BufferedIOBase]"] = {
    "": _as_it_is,
    "gz": _gzip,
    "xz": _xz,
    "bz2": _bz2,
}
