"""Feeds events to the state machine, and has carried out what it asks for."""

import os
import time
from collections import deque
from collections.abc import Callable, Collection, Iterable, Mapping
from functools import partial
from typing import NamedTuple

from pa_units.contracts import event_log
from pa_units.contracts.places import Places
from pa_units.contracts.run_plan import RunPlan
from pa_units.contracts.run_state import EXITED, NEVER, UNKNOWN, Unit
from pa_units.contracts.status import State
from pa_units.supervisor import credentials, needs, proc, restart_policy, state_machine, tree
from pa_units.supervisor.child import Children, End
from pa_units.supervisor.compressor import Compressor
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
from pa_units.supervisor.executor import Callbacks, Executor
from pa_units.supervisor.fd_holder import FdHolder
from pa_units.supervisor.jobs import Job
from pa_units.supervisor.launch_builder import LaunchBuilder
from pa_units.supervisor.loop import Loop
from pa_units.supervisor.outputs import Outputs
from pa_units.supervisor.phases import WAITS
from pa_units.supervisor.service import Service, new_run
from pa_units.supervisor.store import Store

_ENDED = frozenset({State.FAILED, State.RESTARTING, State.STOPPED})
_COUNTED = frozenset({State.FAILED, State.RESTARTING})
_TOLD = _ENDED | {State.RUNNING, State.PAUSED}


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
        self.compressor = Compressor()
        self.fd_holder = FdHolder(tools.pipes, tools.say)
        self.outputs = Outputs(tools.loop, tools.pipes, self.compressor.add, self.fd_holder)
        locale = os.environ.get("LANG", "C.UTF-8")
        self.launch_builder = LaunchBuilder(self.outputs.open, tools.places.runtime, locale)
        callbacks = Callbacks(self.apply, self.save, self._numbers, self._adopted_ended)
        self.executor = Executor(tools.loop, tools.children, self.launch_builder, callbacks)
        self.services: dict[str, Service] = {}
        self._closing = False
        self._jobs: list[Job] = []
        self._waiting: set[str] = set()
        """units that wait for others"""
        self._going_down: dict[str, bool] = {}
        """units that are to stop, and whether they were told: only when nothing is up any more that
        goes down before them"""
        self._changed: set[Service] = set()
        self._told: list[tuple[str, State, int, str, int, int]] = []
        self._events: deque[tuple[Service, Event]] = deque()
        self._busy = False

    def add(self, service: Service) -> None:
        """Take care of a unit. Before it starts, `save_all` lets the disk know what its next run
        will be called."""
        self.services[service.name] = service
        if not service.unit.next_run:
            service.unit.next_run = new_run()
            self._changed.add(service)

    def forget(self, service: Service) -> None:
        """Remove everything of a unit whose plan is gone."""
        self.outputs.close(service.name, remove=True)
        self._changed.discard(service)
        self.tools.store.forget(service.name)
        self._going_down.pop(service.name, None)
        del self.services[service.name]
        if not self.services and not self.stays:
            self._closing = True  # with the last plan our work is done

    # Events.

    def apply(self, service: Service, event: Event) -> None:
        """Let a unit take a step, and every step that follows from it."""
        self._events.append((service, event))
        if self._busy:
            return
        self._busy = True
        try:
            while self._events:
                self._step(*self._events.popleft())
        finally:
            self._busy = False

    def _step(self, service: Service, event: Event) -> None:
        unit = service.unit
        state, due = unit.state, unit.due_mono
        now = Now(time.monotonic(), time.time_ns() // 1000)
        wanted = state_machine.step(service.plan, unit, event, now)
        self._changed.add(service)
        self.carry_out(service, wanted)
        if unit.due_mono != due:
            self.schedule(service)
        if unit.state is not state:
            self._on_state(service)
        for job in self._jobs:
            job.look(service.name, unit)

    def carry_out(self, service: Service, wanted: Iterable[Effect]) -> None:
        """Do what the machine asks for."""
        for effect in wanted:
            if isinstance(effect, Await):
                self._await(service)
            else:
                self.executor.execute(service, effect)

    def save(self, service: Service) -> None:
        """Write down what is known of a unit."""
        self.tools.store.save(service.name, service.unit)
        service.recorded_run = service.unit.next_run

    def save_all(self) -> None:
        """Write down every unit, in one go."""
        self.tools.store.save_all({name: service.unit for name, service in self.services.items()})
        for service in self.services.values():
            service.recorded_run = service.unit.next_run
        self._changed.clear()

    def _save_changed(self) -> None:
        """Where units came to rest in this turn. Nobody is answered before that is on disk; and a
        start that is not yet there is known by the id of its run, which is."""
        for service in self._changed:
            unit = service.unit
            if unit.pid and not unit.start_time:
                unit.start_time = proc.start_time(unit.pid)
            if unit.helper and not unit.helper_start_time:
                unit.helper_start_time = proc.start_time(unit.helper)
            self.save(service)
        self._changed.clear()

    def _on_state(self, service: Service) -> None:
        self._tell(service)
        if self._waiting:
            self._wake_dependents(service)
        if service.unit.state in needs.DOWN:
            self._after_down(service)

    def _tell(self, service: Service) -> None:
        unit = service.unit
        if unit.state in _TOLD:
            number = unit.restarts + (unit.state is State.RESTARTING)
            number = number if unit.state in _COUNTED else 0
            why = (unit.words, unit.code, unit.status)
            self._told.append((service.name, unit.state, number, *why))

    def _write_event_log(self) -> None:
        for name, state, number, words, code, status in self._told:
            ended = state in _ENDED and code != NEVER
            why = words or (restart_policy.describe(code, status) if ended else "")
            self.tools.say(event_log.words(name, state, number, why))
        self._told.clear()

    # Times.

    def schedule(self, service: Service) -> None:
        """See to it that a unit is looked at when its time comes. There is one entry for each: a
        later time waits for the entry that is there."""
        due = service.unit.due_mono
        if due and due <= time.monotonic():
            self.apply(service, Due())
        elif due and not (service.queued and service.queued <= due):
            service.queued = due
            self.tools.loop.timers.at(due, partial(self._on_time, service, due))

    def _on_time(self, service: Service, when: float) -> None:
        if service.queued != when:
            return
        service.queued = 0.0
        self.schedule(service)

    # Processes.

    def on_children(self) -> None:
        """Reap, and tell the units whose processes ended."""
        for end in self.tools.children.ends():
            service = self._owner(end.pid)
            if service is None:
                self._helper_of_ours_ended(end)
            elif end.pid == service.unit.pid:
                self._main_ended(service, end)
            elif end.pid == service.unit.helper:
                self._flush_first(service)
                self.apply(service, HelperEnded(end.code, end.status))
        self.executor.look_at_killed()

    def _helper_of_ours_ended(self, end: End) -> None:
        if end.pid == self.compressor.pid:
            self.compressor.ended(end.status == 0)
        elif end.pid == self.fd_holder.pid:
            self.fd_holder.ended()

    def _owner(self, pid: int) -> Service | None:
        if pid not in self.executor.owners:
            self.tools.children.zygote.read()  # it may have ended before we heard of its start
        return self.executor.owners.pop(pid, None)

    def _main_ended(self, service: Service, end: End) -> None:
        ours = (self.compressor.pid, self.fd_holder.pid)
        orphans = self.tools.children.orphans(self.executor.owners, ours)
        left = tree.traces(orphans) if orphans else ()
        leftovers = service.unit.run in left or service.session in left
        self._flush_first(service)
        self.apply(service, Ended(end.code, end.status, leftovers))
        self.outputs.flush(service.name)

    def _flush_first(self, service: Service) -> None:
        """What a process printed is in its log before anyone who waits hears of its end."""
        if self._jobs:
            self.outputs.flush(service.name)

    def _adopted_ended(self, service: Service, pid: int) -> None:
        """Only a parent is told how a process ends."""
        if service.unit.pid == pid:
            leftovers = bool(tree.of_run(service.unit.run, service.session))
            self.outputs.flush(service.name)
            self.apply(service, Ended(UNKNOWN, 0, leftovers))

    def _numbers(self, agent: str) -> Collection[int]:
        """Replicas share one number, as they share their directory."""
        others = (one for one in self.services.values() if one.plan.agent != agent)
        return {one.unit.uid for one in others}

    # Neighbours.

    def plans(self) -> dict[str, RunPlan]:
        """Return the plan of every unit."""
        return {name: service.plan for name, service in self.services.items()}

    def _agents(self) -> Mapping[str, list[Unit]]:
        found: dict[str, list[Unit]] = {}
        for service in self.services.values():
            found.setdefault(service.plan.agent, []).append(service.unit)
        return found

    def _wake_dependents(self, changed: Service) -> None:
        for name in [*self._waiting]:
            service = self.services.get(name)
            if service is None or service.unit.phase != WAITS:
                self._waiting.discard(name)
            elif any(need.agent == changed.plan.agent for need in service.plan.needs):
                self._await(service)

    def _await(self, service: Service) -> None:
        """Let a unit start if all that it needs is there, else say what is missing."""
        words = needs.missing(service.plan, self._agents()) if service.plan.needs else ""
        if not words:
            self._waiting.discard(service.name)
            self.apply(service, Ready())
            return
        self._waiting.add(service.name)
        service.unit.words = words
        self._changed.add(service)

    # What is wanted.

    def start(self, names: Iterable[str], event: Event) -> None:
        """Start (or restart) units, and first what they wait for."""
        wanted = [*names]
        for name in needs.pulled_in(wanted, self.plans()):
            service = self.services[name]
            if service.unit.state in needs.DOWN and not needs.completed(service.unit):
                self.apply(service, Start())
        for name in wanted:
            self._going_down.pop(name, None)
            self.apply(self.services[name], event)

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
                self.apply(self.services[name], Stop())

    def _is_down(self, name: str) -> bool:
        return self.services[name].unit.state in needs.DOWN

    def _after_down(self, service: Service) -> None:
        if service.plan.credentials:
            credentials.take_back(self.tools.places.runtime, service.name)
        if service.gone:
            self.forget(service)
        if self._going_down:
            self._stop_next()

    def expect(self, job: Job, seconds: float) -> None:
        """Answer a job when its units are settled, or after `seconds`."""
        for service in [*self.services.values()]:
            job.look(service.name, service.unit)
        if not job.done:
            self._jobs.append(job)
            self.tools.loop.later(seconds, job.finish)

    def after_turn(self) -> None:
        """What can wait until a turn is over."""
        self._save_changed()
        if self._jobs:
            self._jobs = [job for job in self._jobs if not job.done]
        self._write_event_log()
        self.outputs.update_holder()
        if (self._closing or self._ends_with_units) and all(map(self._is_down, self.services)):
            self.tools.loop.stopped = True

    def shut_down(self, closed: Callable[[], None] | None = None) -> None:
        """Stop everything, tell `closed`, end."""
        self._closing = True
        if closed:
            self._closed.append(closed)
        self.stop([*self.services])

    def end(self) -> None:
        """The last words, when the loop is over."""
        for tell in self._closed:
            tell()
        for service in self.services.values():
            self.outputs.close(service.name, remove=False)

    def signal_all(self, number: int) -> None:
        """Send a signal to every main process, as an init of a container does."""
        for service in self.services.values():
            if service.unit.pid:
                self.tools.children.signal(service.unit.pid, service.unit.start_time, number)

    def exit_code(self) -> int:
        """Return that of the first unit that failed, as a shell would say it, where our end is the
        end of a container; else 0."""
        if not self._ends_with_units:
            return 0
        failed = (w.unit for w in self.services.values() if w.unit.state is State.FAILED)
        unit = next(failed, None)
        if unit is None:
            return 0
        return (unit.status if unit.code == EXITED else _BY_SIGNAL + unit.status) or 1

    def shown(self, service: Service) -> Unit:
        """Return a unit as others see it: with what is wrong with its logs."""
        trouble = self.outputs.trouble(service.name)
        return service.unit.but(words=f"output waits: {trouble}") if trouble else service.unit
