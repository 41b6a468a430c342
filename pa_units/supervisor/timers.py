"""What is to happen at which time. Nothing due: nothing wakes us."""

import heapq
from collections.abc import Callable

Action = Callable[[], None]


class Timers:
    """Actions by their time, in seconds of CLOCK_MONOTONIC."""

    def __init__(self) -> None:
        """Nothing is due."""
        self._heap: list[tuple[float, int, Action]] = []
        self._number = 0

    def at(self, when: float, action: Action) -> None:
        """Run `action` at `when`, once. Actions of one time run in the order they were added."""
        self._number += 1
        heapq.heappush(self._heap, (when, self._number, action))

    def wait(self, now: float) -> float | None:
        """Return the seconds until something is due, None if nothing is."""
        return max(0.0, self._heap[0][0] - now) if self._heap else None

    def run(self, now: float) -> None:
        """Run what is due; what it adds runs in the next turn at the earliest."""
        due = []
        while self._heap and self._heap[0][0] <= now:
            due.append(heapq.heappop(self._heap)[2])
        for action in due:
            action()
