"""Feeds events to the state machine, and has carried out what it asks for."""

import os
import time
from collections import deque
from collections.abc import Callable, Collection, Iterable
from functools import partial
from typing import NamedTuple

from pa_units.contracts import event_log
from pa_units.contracts.places import Places
from pa_units.contracts.run_state import EXITED, NEVER, Unit
from pa_units.contracts.status import State
from pa_units.supervisor import credentials, needs, proc, restart_policy, state_machine
from pa_units.supervisor.child import Children
from pa_units.supervisor.compressor import Compressor
from pa_units.supervisor.events import Await, Due, Effect, Event, Now
from pa_units.supervisor.executor import Callbacks, Executor
from pa_units.supervisor.fd_holder import FdHolder
from pa_units.supervisor.jobs import Job
from pa_units.supervisor.launch_builder import LaunchBuilder
from pa_units.supervisor.loop import Loop
from pa_units.supervisor.order import Order
from pa_units.supervisor.outputs import Outputs
from pa_units.supervisor.reaper import Reaper
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
        self.services: dict[str, Service] = {}
        callbacks = Callbacks(self.apply, self.save, self._numbers, self._adopted_ended)
        self.executor = Executor(tools.loop, tools.children, self.launch_builder, callbacks)
        self.order = Order(self.services, self.apply)
        own = (self.compressor, self.fd_holder)
        self.reaper = Reaper(tools.children, self.executor, self.outputs, own, self.apply)
        self._closing = False
        self._jobs: list[Job] = []
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
        self.order.forget(service.name)
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
        if self.services.get(service.name) is not service:
            return  # forgotten meanwhile
        unit = service.unit
        state, due = unit.state, unit.due_mono
        now = Now(time.monotonic(), time.time_ns() // 1000)
        wanted = state_machine.step(service.plan, unit, event, now)
        self.carry_out(service, wanted)
        if unit.due_mono != due:
            self.schedule(service)
        if unit.state is not state:
            self._on_state(service)
        for job in self._jobs:
            job.look(service.name, unit)

    def carry_out(self, service: Service, wanted: Iterable[Effect]) -> None:
        """Do what the state machine asks for."""
        self._changed.add(service)
        for effect in wanted:
            if isinstance(effect, Await):
                self.order.hold(service)
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
        self._changed.update(self.order.wake_dependents(service))
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

    # What others need to know.

    def _adopted_ended(self, service: Service, pid: int) -> None:
        self.reaper.adopted_ended(service, pid)

    def _numbers(self, agent: str) -> Collection[int]:
        """Replicas share one number, as they share their directory."""
        others = (one for one in self.services.values() if one.plan.agent != agent)
        return {one.unit.uid for one in others}

    # Jobs and the end.

    def _after_down(self, service: Service) -> None:
        if service.plan.credentials:
            credentials.take_back(self.tools.places.runtime, service.name)
        if service.gone:
            self.forget(service)
        self.order.stop_next()

    def expect(self, job: Job, seconds: float) -> None:
        """Answer a job when its units are settled, or after `seconds`."""
        for service in [*self.services.values()]:
            job.look(service.name, service.unit)
        if not job.done:
            self._jobs.append(job)
            self.reaper.somebody_waits = True
            self.tools.loop.later(seconds, job.finish)

    def after_turn(self) -> None:
        """What can wait until a turn is over."""
        self._save_changed()
        if self._jobs:
            self._jobs = [job for job in self._jobs if not job.done]
            self.reaper.somebody_waits = bool(self._jobs)
        self._write_event_log()
        self.outputs.update_holder()
        if (self._closing or self._ends_with_units) and all(map(self.order.is_down, self.services)):
            self.tools.loop.stopped = True

    def shut_down(self, closed: Callable[[], None] | None = None) -> None:
        """Stop everything, tell `closed`, end."""
        self._closing = True
        if closed:
            self._closed.append(closed)
        self.order.stop([*self.services])

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
