"""What is due when: one heap on the monotonic clock. *Pure.*"""

import heapq
from collections.abc import Hashable, Iterator
from typing import Generic, TypeVar
from zlib import crc32

TOGETHER_S = 0.010
"""What is due within this time shares a wake-up."""

Item = TypeVar("Item", bound=Hashable)


class Deadlines(Generic[Item]):
    """Each item is due once: one that is put again is due at its new time alone."""

    __slots__ = ("_heap", "_number", "_valid")

    def __init__(self) -> None:
        self._heap: list[tuple[float, int, Item]] = []
        self._valid: dict[Item, int] = {}
        self._number = 0

    def put(self, at: float, item: Item) -> None:
        """Let an item be due at a time."""
        self._number += 1
        self._valid[item] = self._number
        heapq.heappush(self._heap, (at, self._number, item))

    def drop(self, item: Item) -> None:
        """Let an item not be due."""
        self._valid.pop(item, None)

    def due(self, now: float) -> Iterator[tuple[float, Item]]:
        """Take what is due by now or in a moment, with its time."""
        while (at := self.next) is not None and at <= now + TOGETHER_S:
            _, _, item = heapq.heappop(self._heap)
            del self._valid[item]
            yield at, item

    @property
    def next(self) -> float | None:
        """When the next item is due."""
        while self._heap:
            at, number, item = self._heap[0]
            if self._valid.get(item) == number:
                return at
            heapq.heappop(self._heap)
        return None


def phase(name: str) -> float:
    """Return where in its interval a service is asked, 0 to 1: always the same for one name, and
    spread evenly over many, so that a thousand checks are never due at once."""
    return crc32(name.encode()) / 0x1_0000_0000


def following(due: float, pace_s: float, now: float) -> float:
    """Return the next time of a rhythm: at once, if a check took longer than that. To wait for the
    one after would make a hang known an interval later for each failure that it takes."""
    return max(due + pace_s, now)
