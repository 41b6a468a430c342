"""One unit under our care."""

import os

from pa_units.contracts.run_plan import RunPlan
from pa_units.contracts.run_state import Unit
from pa_units.supervisor import tree


class Service:
    """A unit with its plan and what only this process needs to know."""

    __slots__ = ("gone", "name", "plan", "queued", "recorded_run", "session", "unit")

    def __init__(self, plan: RunPlan, unit: Unit) -> None:
        """A unit in the state that it was left in."""
        self.name = plan.unit
        self.plan = plan
        self.unit = unit
        self.session = unit.pid
        """of the last main process: its pid, also when it is gone"""
        self.queued = 0.0
        """when the loop looks at `unit.due_mono` next; 0: never"""
        self.recorded_run = ""
        """the `next_run` that the disk knows"""
        self.gone = False
        """its plan was removed: forget it once it is down"""

    @property
    def run(self) -> tree.Run:
        """What the processes of its run have in common. Replicas share their user number."""
        alone = self.plan.unit == self.plan.agent
        return tree.Run(self.unit.run, self.session, self.unit.uid if alone else -1)


def new_run() -> str:
    """Return an id that no run had before."""
    return os.urandom(16).hex()
