"""How the tables of the state machine are written: a story is a list of events with the time at
which each comes, and of what is seen after it."""

from collections.abc import Iterable
from typing import Any

from pa_units.contracts.run_plan import Command, RunPlan
from pa_units.contracts.run_state import Unit
from pa_units.supervisor import state_machine
from pa_units.supervisor.events import Effect, Event, Now

MAIN = Command("/bin/agent", ("agent",))
NOW_US = 1_700_000_000_000_000


def plan(**changes: Any) -> RunPlan:
    """A plan that differs from the usual one in `changes`."""
    return RunPlan("bot", "bot", MAIN)._replace(**changes)


def command(name: str) -> Command:
    return Command(f"/bin/{name}", (name,))


class Story:
    """A unit that lives by events; the clock is ours."""

    def __init__(self, its_plan: RunPlan, **unit: Any) -> None:
        self.plan = its_plan
        self.unit = Unit(**unit)
        self.now = 100.0
        self.effects: tuple[Effect, ...] = ()

    def on(self, *events: Event, after: float = 0.0) -> tuple[Effect, ...]:
        """Let events happen `after` so many seconds; return what is to be done after the last."""
        self.now += after
        for event in events:
            now = Now(self.now, NOW_US + round(self.now * 1e6))
            self.effects = state_machine.step(self.plan, self.unit, event, now)
        return self.effects

    @property
    def seen(self) -> tuple[str, str]:
        """State and phase."""
        return self.unit.state.value, self.unit.phase

    @property
    def due_in(self) -> float:
        """Seconds until the next thing happens by itself; 0: nothing will."""
        return round(self.unit.due_mono - self.now, 6) if self.unit.due_mono else 0.0


def run(story: Story, rows: Iterable[tuple[Event, tuple[str, str], tuple[Effect, ...]]]) -> None:
    """Play the rows of a table: event, state and phase after it, what is to be done."""
    for number, (event, seen, effects) in enumerate(rows):
        done = story.on(event)
        assert (story.seen, done) == (seen, effects), f"row {number}: {event}"
