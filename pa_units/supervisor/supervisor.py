"""Feeds events to the state machine, and lets hands carry out what it asks for."""

import os
import time
from collections import deque
from collections.abc import Callable, Collection, Iterable, Mapping
from functools import partial
from typing import NamedTuple

from pa_units.contracts.places import Places
from pa_units.contracts.run_plan import RunPlan
from pa_units.contracts.run_state import EXITED, UNKNOWN, Unit
from pa_units.contracts.status import State
from pa_units.supervisor import credentials, judge, machine, needs, proc, tree
from pa_units.supervisor.child import Children, End
from pa_units.supervisor.events import (
    Await,
    Due,
    Effect,
    Ended,
    Event,
    HelperEnded,
    Now,
    Ready,
    Start,
    Stop,
)
from pa_units.supervisor.flows import Flows
from pa_units.supervisor.hands import Brain, Hands
from pa_units.supervisor.jobs import Job
from pa_units.supervisor.keeper import Keeper
from pa_units.supervisor.loop import Loop
from pa_units.supervisor.phases import WAITS
from pa_units.supervisor.prepare import Preparing
from pa_units.supervisor.squeeze import Squeeze
from pa_units.supervisor.store import Store
from pa_units.supervisor.ward import Ward, new_run

_TOLD_WHY = frozenset({State.FAILED, State.RESTARTING})
_TOLD = _TOLD_WHY | {State.RUNNING, State.STOPPED, State.PAUSED}


_BY_SIGNAL = 128


class Tools(NamedTuple):
    """What a supervisor works with."""

    places: Places
    loop: Loop
    children: Children
    store: Store
    pipes: str
    """directory of the log pipes"""
    say: Callable[[str], None]


class Supervisor:
    """All units of one scope."""

    def __init__(self, tools: Tools, *, stays: bool = False, ends_with_units: bool = False) -> None:
        """Nothing runs until units are added.

        `stays`: also without any unit; `ends_with_units`: when all of them have ended for good.
        """
        self.tools = tools
        self.stays = stays
        self._ends_with_units = ends_with_units
        self._closed: list[Callable[[], None]] = []
        self.squeeze = Squeeze()
        self.keeper = Keeper(tools.pipes, tools.say)
        self.flows = Flows(tools.loop, tools.pipes, self.squeeze.add, self.keeper)
        locale = os.environ.get("LANG", "C.UTF-8")
        self.preparing = Preparing(self.flows.open, tools.places.runtime, locale)
        brain = Brain(self.apply, self.save, self._numbers, self._adopted_ended)
        self.hands = Hands(tools.loop, tools.children, self.preparing, brain)
        self.wards: dict[str, Ward] = {}
        self._closing = False
        self._jobs: list[Job] = []
        self._waiting: set[str] = set()
        """units that wait for others"""
        self._going_down: dict[str, bool] = {}
        """units that are to stop, and whether they were told: only when nothing is up any more that
        goes down before them"""
        self._changed: set[Ward] = set()
        self._told: list[tuple[str, State, str, int, int]] = []
        self._events: deque[tuple[Ward, Event]] = deque()
        self._busy = False

    def add(self, ward: Ward) -> None:
        """Take care of a unit. Before it starts, `save_all` lets the disk know what its next run
        will be called."""
        self.wards[ward.name] = ward
        if not ward.unit.next_run:
            ward.unit.next_run = new_run()
            self._changed.add(ward)

    def forget(self, ward: Ward) -> None:
        """Remove everything of a unit whose plan is gone."""
        self.flows.close(ward.name, remove=True)
        self._changed.discard(ward)
        self.tools.store.forget(ward.name)
        self._going_down.pop(ward.name, None)
        del self.wards[ward.name]
        if not self.wards and not self.stays:
            self._closing = True  # with the last plan our work is done

    # Events.

    def apply(self, ward: Ward, event: Event) -> None:
        """Let a unit take a step, and every step that follows from it."""
        self._events.append((ward, event))
        if self._busy:
            return
        self._busy = True
        try:
            while self._events:
                self._step(*self._events.popleft())
        finally:
            self._busy = False

    def _step(self, ward: Ward, event: Event) -> None:
        unit = ward.unit
        state, due = unit.state, unit.due_mono
        now = Now(time.monotonic(), time.time_ns() // 1000)
        wanted = machine.step(ward.plan, unit, event, now)
        self._changed.add(ward)
        self.carry_out(ward, wanted)
        if unit.due_mono != due:
            self.schedule(ward)
        if unit.state is not state:
            self._on_state(ward)
        for job in self._jobs:
            job.look(ward.name, unit)

    def carry_out(self, ward: Ward, wanted: Iterable[Effect]) -> None:
        """Do what the machine asks for."""
        for effect in wanted:
            if isinstance(effect, Await):
                self._await(ward)
            else:
                self.hands.do(ward, effect)

    def save(self, ward: Ward) -> None:
        """Write down what is known of a unit."""
        self.tools.store.save(ward.name, ward.unit)
        ward.recorded_run = ward.unit.next_run

    def save_all(self) -> None:
        """Write down every unit, in one go."""
        self.tools.store.save_all({name: ward.unit for name, ward in self.wards.items()})
        for ward in self.wards.values():
            ward.recorded_run = ward.unit.next_run
        self._changed.clear()

    def _save_changed(self) -> None:
        """Where units came to rest in this turn. Nobody is answered before that is on disk; and a
        start that is not yet there is known by the id of its run, which is."""
        for ward in self._changed:
            unit = ward.unit
            if unit.pid and not unit.born:
                unit.born = proc.birth(unit.pid)
            if unit.helper and not unit.helper_born:
                unit.helper_born = proc.birth(unit.helper)
            self.save(ward)
        self._changed.clear()

    def _on_state(self, ward: Ward) -> None:
        self._tell(ward)
        if self._waiting:
            self._wake_dependents(ward)
        if ward.unit.state in needs.DOWN:
            self._after_down(ward)

    def _tell(self, ward: Ward) -> None:
        unit = ward.unit
        if unit.state in _TOLD:
            self._told.append((ward.name, unit.state, unit.words, unit.code, unit.status))

    def _write_diary(self) -> None:
        for name, state, words, code, status in self._told:
            why = f": {words or judge.how(code, status)}" if state in _TOLD_WHY else ""
            self.tools.say(f"{name}: {state}{why}")
        self._told.clear()

    # Times.

    def schedule(self, ward: Ward) -> None:
        """See to it that a unit is looked at when its time comes. There is one entry for each: a
        later time waits for the entry that is there."""
        due = ward.unit.due_mono
        if due and due <= time.monotonic():
            self.apply(ward, Due())
        elif due and not (ward.queued and ward.queued <= due):
            ward.queued = due
            self.tools.loop.timers.at(due, partial(self._on_time, ward, due))

    def _on_time(self, ward: Ward, when: float) -> None:
        if ward.queued != when:
            return
        ward.queued = 0.0
        self.schedule(ward)

    # Processes.

    def on_children(self) -> None:
        """Reap, and tell the units whose processes ended."""
        for end in self.tools.children.ends():
            ward = self._owner(end.pid)
            if ward is None:
                self._helper_of_ours_ended(end)
            elif end.pid == ward.unit.pid:
                self._main_ended(ward, end)
            elif end.pid == ward.unit.helper:
                self._flush_first(ward)
                self.apply(ward, HelperEnded(end.code, end.status))
        self.hands.look_at_swept()

    def _helper_of_ours_ended(self, end: End) -> None:
        if end.pid == self.squeeze.pid:
            self.squeeze.ended(end.status == 0)
        elif end.pid == self.keeper.pid:
            self.keeper.ended()

    def _owner(self, pid: int) -> Ward | None:
        if pid not in self.hands.owners:
            self.tools.children.apart.read()  # it may have ended before we heard of its start
        return self.hands.owners.pop(pid, None)

    def _main_ended(self, ward: Ward, end: End) -> None:
        ours = (self.squeeze.pid, self.keeper.pid)
        orphans = self.tools.children.orphans(self.hands.owners, ours)
        left = tree.traces(orphans) if orphans else ()
        leftovers = ward.unit.run in left or ward.session in left
        self._flush_first(ward)
        self.apply(ward, Ended(end.code, end.status, leftovers))
        self.flows.flush(ward.name)

    def _flush_first(self, ward: Ward) -> None:
        """What a process printed is in its log before anyone who waits hears of its end."""
        if self._jobs:
            self.flows.flush(ward.name)

    def _adopted_ended(self, ward: Ward, pid: int) -> None:
        """Only a parent is told how a process ends."""
        if ward.unit.pid == pid:
            leftovers = bool(tree.of_run(ward.unit.run, ward.session))
            self.flows.flush(ward.name)
            self.apply(ward, Ended(UNKNOWN, 0, leftovers))

    def _numbers(self) -> Collection[int]:
        return {ward.unit.uid for ward in self.wards.values()}

    # Neighbours.

    def plans(self) -> dict[str, RunPlan]:
        """Return the plan of every unit."""
        return {name: ward.plan for name, ward in self.wards.items()}

    def _agents(self) -> Mapping[str, list[Unit]]:
        found: dict[str, list[Unit]] = {}
        for ward in self.wards.values():
            found.setdefault(ward.plan.agent, []).append(ward.unit)
        return found

    def _wake_dependents(self, changed: Ward) -> None:
        for name in [*self._waiting]:
            ward = self.wards.get(name)
            if ward is None or ward.unit.phase != WAITS:
                self._waiting.discard(name)
            elif any(need.agent == changed.plan.agent for need in ward.plan.needs):
                self._await(ward)

    def _await(self, ward: Ward) -> None:
        """Let a unit start if all that it needs is there, else say what is missing."""
        words = needs.missing(ward.plan, self._agents()) if ward.plan.needs else ""
        if not words:
            self._waiting.discard(ward.name)
            self.apply(ward, Ready())
            return
        self._waiting.add(ward.name)
        ward.unit.words = words
        self._changed.add(ward)

    # What is wanted.

    def start(self, names: Iterable[str], event: Event) -> None:
        """Start (or restart) units, and first what they wait for."""
        wanted = [*names]
        for name in needs.pulled_in(wanted, self.plans()):
            ward = self.wards[name]
            if ward.unit.state in needs.DOWN and not needs.completed(ward.unit):
                self.apply(ward, Start())
        for name in wanted:
            self._going_down.pop(name, None)
            self.apply(self.wards[name], event)

    def stop(self, names: Iterable[str]) -> None:
        """Stop units, those first that need others of them."""
        self._going_down |= dict.fromkeys(names, False)
        self._stop_next()

    def _stop_next(self) -> None:
        up = {n: told for n, told in self._going_down.items() if not self._is_down(n)}
        self._going_down = up
        if all(up.values()):
            return
        for name in needs.first_down(up, self.plans()):
            if not up[name]:
                up[name] = True
                self.apply(self.wards[name], Stop())

    def _is_down(self, name: str) -> bool:
        return self.wards[name].unit.state in needs.DOWN

    def _after_down(self, ward: Ward) -> None:
        if ward.plan.credentials:
            credentials.take_back(self.tools.places.runtime, ward.name)
        if ward.gone:
            self.forget(ward)
        if self._going_down:
            self._stop_next()

    def expect(self, job: Job, seconds: float) -> None:
        """Answer a job when its units are settled, or after `seconds`."""
        for ward in [*self.wards.values()]:
            job.look(ward.name, ward.unit)
        if not job.done:
            self._jobs.append(job)
            self.tools.loop.later(seconds, job.finish)

    def after_turn(self) -> None:
        """What can wait until a turn is over."""
        self._save_changed()
        if self._jobs:
            self._jobs = [job for job in self._jobs if not job.done]
        self._write_diary()
        self.flows.have_held()
        if (self._closing or self._ends_with_units) and all(map(self._is_down, self.wards)):
            self.tools.loop.stopped = True

    def shut_down(self, closed: Callable[[], None] | None = None) -> None:
        """Stop everything, tell `closed`, end."""
        self._closing = True
        if closed:
            self._closed.append(closed)
        self.stop([*self.wards])

    def end(self) -> None:
        """The last words, when the loop is over."""
        for tell in self._closed:
            tell()
        for ward in self.wards.values():
            self.flows.close(ward.name, remove=False)

    def signal_all(self, number: int) -> None:
        """Send a signal to every main process, as an init of a container does."""
        for ward in self.wards.values():
            if ward.unit.pid:
                self.tools.children.signal(ward.unit.pid, ward.unit.born, number)

    def exit_code(self) -> int:
        """Return that of the first unit that failed, as a shell would say it, where our end is the
        end of a container; else 0."""
        if not self._ends_with_units:
            return 0
        failed = (w.unit for w in self.wards.values() if w.unit.state is State.FAILED)
        unit = next(failed, None)
        if unit is None:
            return 0
        return (unit.status if unit.code == EXITED else _BY_SIGNAL + unit.status) or 1

    def shown(self, ward: Ward) -> Unit:
        """Return a unit as others see it: with what is wrong with its logs."""
        trouble = self.flows.trouble(ward.name)
        return ward.unit.but(words=f"output waits: {trouble}") if trouble else ward.unit
