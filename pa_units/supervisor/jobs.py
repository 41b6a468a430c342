"""Requests that wait for their result."""

from collections.abc import Callable, Sequence

from pa_units.contracts.control import Result
from pa_units.contracts.run_state import NEVER, Unit
from pa_units.contracts.status import State
from pa_units.supervisor import restart_policy
from pa_units.supervisor.needs import DOWN
from pa_units.supervisor.phases import RELOAD

Goal = Callable[[str, Unit], Result | None]
"""The result of a unit, None while it is open"""


def up(name: str, unit: Unit) -> Result | None:
    """It runs; or it ran and is done; or this start has failed."""
    if unit.state in (State.RUNNING, State.PAUSED):
        return Result(name, True, "done")
    if unit.state is State.STOPPED:
        completed = unit.code != NEVER and unit.result == restart_policy.SUCCESS and not unit.wanted
        return Result(
            name, completed, *(("done",) if completed else ("canceled", "it was stopped"))
        )
    if unit.state in (State.FAILED, State.RESTARTING):
        return Result(name, False, "failed", cause(unit))
    return None


def down(name: str, unit: Unit) -> Result | None:
    """It is stopped, or failed before."""
    return Result(name, True, "done") if unit.state in DOWN else None


def reloaded(name: str, unit: Unit) -> Result | None:
    """Its reload command has ended."""
    if unit.state is State.RUNNING and unit.phase == RELOAD:
        return None
    return Result(name, not unit.words, "failed" if unit.words else "done", unit.words)


def cause(unit: Unit) -> str:
    """Say why a run ended."""
    return unit.words or restart_policy.describe(unit.code, unit.status)


class Job:
    """One request about several units, answered when the last of them is settled."""

    __slots__ = ("_answer", "_goal", "_names", "_open", "_results", "done")

    def __init__(
        self, names: Sequence[str], goal: Goal, answer: Callable[[tuple[Result, ...]], None]
    ) -> None:
        """`answer` gets the results, in the order of `names`."""
        self._names = tuple(names)
        self._goal = goal
        self._answer = answer
        self._open = set(names)
        self._results: dict[str, Result] = {}
        self.done = False

    def look(self, name: str, unit: Unit) -> None:
        """Take notice of a unit's state."""
        if name in self._open and (result := self._goal(name, unit)):
            self.settle(result)

    def settle(self, result: Result) -> None:
        """Record a result."""
        self._open.discard(result.unit)
        self._results[result.unit] = result
        if not self._open:
            self.finish()

    def finish(self) -> None:
        """Answer now; what is still open is pending."""
        if self.done:
            return
        self.done = True
        open_ones = (
            Result(name, False, "pending", "not finished in time, goes on") for name in self._open
        )
        self._results |= {result.unit: result for result in open_ones}
        self._answer(tuple(self._results[name] for name in self._names))
