"""*Pure*: a log and its rotated copies."""

import re
from bisect import bisect_left
from collections.abc import Callable, Collection, Iterator
from functools import cache

from pa_units.write.disk import Disk

# logrotate(8) appends a number or, with `dateext`, a date, and then the compressor's ending. A file
# such as `bot.log.important` is somebody's own.
_ROTATED = re.compile(r"[.-]\d[\d-]*(\.(gz|bz2|xz|zst|lz4|Z))?")


def finder(disk: Disk, others: Collection[str]) -> Callable[[str], Iterator[str]]:
    """Return what gives a log with its rotated copies, as far as they exist.

    A path of `others` is no copy: `/var/log/bot-1` may be the log of another agent.
    """
    # 500 logs of one directory: listed once.
    entries = cache(lambda directory: sorted(disk.entries(directory)))

    def find(path: str) -> Iterator[str]:
        directory, _, name = path.rpartition("/")
        names = entries(directory)
        for entry in names[bisect_left(names, name) :]:
            if not entry.startswith(name):
                return
            found = f"{directory}/{entry}"
            if found == path or (_ROTATED.fullmatch(entry, len(name)) and found not in others):
                yield found

    return find
