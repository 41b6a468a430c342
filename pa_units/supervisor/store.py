"""The records of all units on disk, rewritten in place at every change: never behind by more than
the step under way. No fsync: a kill loses nothing that was written, and after a power cut nothing
of it is true any more."""

import os
from collections.abc import Mapping

from pa_units.contracts import run_state
from pa_units.contracts.run_state import Unit

_FLAGS = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC


class Store:
    """The open file, and which unit has which slot."""

    def __init__(self, path: str, boot: str) -> None:
        """Open or make it. What another boot left is not read, and written over."""
        self._fd = os.open(path, _FLAGS, 0o600)
        self._slots: dict[str, int] = {}
        self._free: list[int] = []
        self.found: Mapping[str, Unit] = {}
        """what was true when the last supervisor ended; of this boot only"""
        data = os.pread(self._fd, os.fstat(self._fd).st_size, 0)
        if run_state.boot_of(data) == boot:
            self.found = self._take(data)
        else:
            os.ftruncate(self._fd, 0)
            os.pwrite(self._fd, run_state.head(boot), 0)
            self._next = 1

    def _take(self, data: bytes) -> dict[str, Unit]:
        found = {}
        self._next = max(1, len(data) // run_state.SLOT)
        for index, name, unit in run_state.records(data):
            self._slots[name] = index
            found[name] = unit
        used = set(self._slots.values())
        self._free = [index for index in range(1, self._next) if index not in used]
        return found

    def retire(self) -> None:
        """What is written down stays to be read, but the next supervisor begins as after a boot:
        whoever stopped this one has stopped its agents."""
        os.pwrite(self._fd, run_state.head(""), 0)

    def save(self, name: str, unit: Unit) -> None:
        """Write one record."""
        os.pwrite(self._fd, run_state.record(name, unit), self._slot(name) * run_state.SLOT)

    def save_all(self, units: Mapping[str, Unit]) -> None:
        """Write the records of all units at once."""
        slots = {self._slot(name): run_state.record(name, units[name]) for name in units}
        whole = [slots.get(index, run_state.EMPTY) for index in range(1, self._next)]
        os.pwrite(self._fd, b"".join(whole), run_state.SLOT)

    def _slot(self, name: str) -> int:
        index = self._slots.get(name)
        if index is None:
            index = self._slots[name] = self._free.pop() if self._free else self._next
            self._next = max(self._next, index + 1)
        return index

    def forget(self, name: str) -> None:
        """Free the slot of a unit."""
        index = self._slots.pop(name, None)
        if index is not None:
            os.pwrite(self._fd, run_state.EMPTY, index * run_state.SLOT)
            self._free.append(index)
