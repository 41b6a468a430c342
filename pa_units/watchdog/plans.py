"""Plans on disk → services to watch."""

import fcntl
import os
from collections.abc import Callable, Sequence
from contextlib import suppress

from pa_units.contracts import watch_plan
from pa_units.contracts.watch_plan import WatchPlan
from pa_units.kit import files
from pa_units.kit.errors import PaError

_CHANGES = (
    fcntl.DN_CREATE | fcntl.DN_DELETE | fcntl.DN_RENAME | fcntl.DN_MODIFY | fcntl.DN_MULTISHOT
)
"""fcntl(2), F_NOTIFY: the kernel says it with a signal."""


class Plans:
    """The plans of some directories; files that have not changed are not read again."""

    def __init__(self, directories: Sequence[str], complain: Callable[[str], None]) -> None:
        self._directories = directories
        self._complain = complain
        self._known: dict[str, tuple[int, int, WatchPlan | None]] = {}
        self._watched: dict[str, int] = {}

    def read(self) -> dict[str, WatchPlan]:
        """Return every plan by agent; a damaged one is said, and left out."""
        paths = [path for directory in self._directories for path in _plans(directory)]
        self._known = {path: self._of(path) for path in paths}
        plans = [plan for _, _, plan in self._known.values() if plan]
        self._watch()
        return {plan.agent: plan for plan in plans}

    def _of(self, path: str) -> tuple[int, int, WatchPlan | None]:
        try:
            status = os.stat(path)
        except OSError:
            return 0, 0, None
        stamp = status.st_mtime_ns, status.st_ino
        before = self._known.get(path)
        if before and before[:2] == stamp:
            return before
        try:
            data = files.read_if_present(path)
            return *stamp, None if data is None else watch_plan.decode(data, path)
        except PaError as error:
            self._complain(error.message)
            return *stamp, None

    def _watch(self) -> None:
        """Have SIGIO sent at the next change. A directory that was made anew is another one."""
        for directory in self._directories:
            with suppress(OSError):
                if directory in self._watched:
                    if os.path.samestat(os.stat(directory), os.fstat(self._watched[directory])):
                        continue
                    os.close(self._watched.pop(directory))
                fd = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
                self._watched[directory] = fd
                fcntl.fcntl(fd, fcntl.F_NOTIFY, _CHANGES)


def _plans(directory: str) -> list[str]:
    try:
        names = sorted(os.listdir(directory))
    except OSError:
        return []
    return [f"{directory}/{name}" for name in names if name.endswith(".json")]
