"""Carries out what the state machine asks for; what comes of it is an event."""

import os
from collections.abc import Callable, Collection
from contextlib import suppress
from typing import Any, NamedTuple

from pa_units.contracts.run_plan import Command
from pa_units.supervisor import proc, tree
from pa_units.supervisor.child import Children
from pa_units.supervisor.events import (
    Effect,
    EndHelper,
    Event,
    FindDaemon,
    Found,
    Freeze,
    KillLeftovers,
    LeftoversGone,
    NotFound,
    Refused,
    Signal,
    Spawned,
    StartCommand,
    StartMain,
    Thaw,
)
from pa_units.supervisor.launch import Failed, Launch
from pa_units.supervisor.launch_builder import LaunchBuilder
from pa_units.supervisor.loop import Loop
from pa_units.supervisor.phases import KILL, MAIN
from pa_units.supervisor.service import Service, new_run

LOOK_AGAIN = 0.05
"""Seconds between looks for what no event announces: a pid file, the death of processes that are
not our children. Only while it is awaited."""

_LONGEST_PID_FILE = 32


class Callbacks(NamedTuple):
    """Whom the executor tells what came of it."""

    apply: Callable[[Service, Event], None]
    save: Callable[[Service], None]
    numbers: Callable[[str], Collection[int]]
    """user numbers that other agents have"""
    ended: Callable[[Service, int], None]
    """a main process that is not our child is gone"""


class Executor:
    """Starts, signals and kills processes of units."""

    def __init__(
        self, loop: Loop, children: Children, launch_builder: LaunchBuilder, callbacks: Callbacks
    ) -> None:
        """Nothing is under way."""
        self._loop = loop
        self._children = children
        self._builder = launch_builder
        self._callbacks = callbacks
        self.owners: dict[int, Service] = {}
        """by pid: of every child of ours that is a main process or a command beside one"""
        self._killing: dict[str, Service] = {}

    def execute(self, service: Service, effect: Effect) -> None:
        """Do one thing."""
        _HANDLERS[type(effect)](self, service, effect)

    def launch(self, service: Service, _: StartMain) -> None:
        """Start the main process."""
        self._start(service, None)

    def run(self, service: Service, effect: StartCommand) -> None:
        """Start a command beside it."""
        self._start(service, effect.command)

    def _start(self, service: Service, command: Command | None) -> None:
        self._begin_run(service)
        run, phase = service.unit.run, service.unit.phase

        def on_started(pid: int | Failed) -> None:
            if isinstance(pid, Failed):
                self._callbacks.apply(service, Refused(pid.status, pid.words))
            elif (service.unit.run, service.unit.phase) == (run, phase):
                self._started(service, pid, is_main=command is None)
            else:  # it was not wanted any more
                self._children.kill_group(pid)

        try:
            launch = self._prepared(service, command)
        except Failed as failed:
            on_started(failed)
        else:
            self._children.start(launch, on_started)

    def _prepared(self, service: Service, command: Command | None) -> Launch:
        if command is None:
            return self._builder.main(service.plan, service.unit)
        return self._builder.launch(service.plan, service.unit, command, service.unit.phase)

    def _begin_run(self, service: Service) -> None:
        unit = service.unit
        if not unit.run:
            if service.recorded_run != unit.next_run:  # a second start within one turn
                self._callbacks.save(service)
            unit.run = unit.next_run
            unit.uid = self._builder.number(service.plan, unit, self._callbacks.numbers)

    def _started(self, service: Service, pid: int, *, is_main: bool) -> None:
        unit = service.unit
        self.owners[pid] = service
        unit.next_run = new_run()
        if is_main:
            service.session = pid
        self._callbacks.apply(service, Spawned(pid, 0))
        if is_main and self._builder.takes_rights(service.plan, unit):
            self._children.expect(lambda: self._next_start(service))

    def _next_start(self, service: Service) -> Launch | None:
        """If it crashes, the same is started again, under the id that the next run will have."""
        plan, unit = service.plan, service.unit
        if plan.pre_start or plan.credentials:
            return None
        with suppress(Failed):
            return self._builder.main(plan, unit, unit.next_run)
        return None

    def signal(self, service: Service, effect: Signal) -> None:
        """Signal the main process, or the command under way."""
        unit = service.unit
        if effect.everyone:
            for one in tree.of_run(service.run):
                tree.send(one, effect.number)
            return
        pid, start_time = (
            (unit.pid, unit.start_time) if unit.pid else (unit.helper, unit.helper_start_time)
        )
        self._children.signal(pid, start_time, effect.number)

    def end_helper(self, service: Service, effect: EndHelper) -> None:
        """Kill a command; it is reaped without a word."""
        if self.owners.pop(effect.pid, None):
            self._children.kill_group(effect.pid)

    def kill_leftovers(self, service: Service, _: KillLeftovers) -> None:
        """Kill what is left of a run."""
        if tree.kill_all(service.run) or service.unit.pid:
            self._killing[service.name] = service
            self._loop.later(LOOK_AGAIN, self.look_at_killed)
        else:
            self._callbacks.apply(service, LeftoversGone())

    def look_at_killed(self) -> None:
        """See whether what was killed is gone."""
        for name, service in [*self._killing.items()]:
            if service.unit.phase != KILL:
                del self._killing[name]
            elif not service.unit.pid and not tree.of_run(service.run):
                del self._killing[name]
                self._callbacks.apply(service, LeftoversGone())
        if self._killing:
            self._loop.later(LOOK_AGAIN, self.look_at_killed)

    def freeze(self, service: Service, _: Freeze) -> None:
        """Stop every process of the run."""
        tree.stop_all(service.run)

    def thaw(self, service: Service, _: Thaw) -> None:
        """Let them go on."""
        tree.continue_all(service.run)

    def find_daemon(self, service: Service, effect: FindDaemon) -> None:
        """Look for the main process of a forking agent; its pid file is often written after its
        first process has ended."""
        unit = service.unit
        if unit.phase != MAIN or unit.pid:
            return
        found = {one.pid: one for one in tree.of_run(service.run)}
        if not found:
            self._callbacks.apply(service, NotFound("it ended and left no process running"))
            return
        # Anybody may have written a pid there: it must be one of this run.
        pid = _pid_in(service.plan.pid_file) if service.plan.pid_file else _only(found)
        if pid not in found:
            self._loop.later(LOOK_AGAIN, lambda: self.find_daemon(service, effect))
            return
        self.watch(service, pid)
        self._callbacks.apply(service, Found(pid, found[pid].start_time))

    def watch(self, service: Service, pid: int) -> None:
        """Learn of the end of a main process that we did not start."""
        found = proc.look(pid)
        if found and found.parent == os.getpid():
            self.owners[pid] = service
            return
        try:
            fd = os.pidfd_open(pid)
        except ProcessLookupError:
            self._loop.later(0.0, lambda: self._callbacks.ended(service, pid))
            return
        self._loop.watch(fd, lambda: self._gone(service, pid, fd))

    def _gone(self, service: Service, pid: int, fd: int) -> None:
        self._loop.forget(fd)
        os.close(fd)
        self._callbacks.ended(service, pid)


def _only(pids: Collection[int]) -> int:
    return next(iter(pids)) if len(pids) == 1 else 0


def _pid_in(path: str) -> int:
    try:
        with open(path, "rb", buffering=0) as file:
            return int(file.read(_LONGEST_PID_FILE) or b"0")
    except (OSError, ValueError):
        return 0


_HANDLERS: dict[type[Any], Callable[[Executor, Service, Any], None]] = {
    StartMain: Executor.launch,
    StartCommand: Executor.run,
    Signal: Executor.signal,
    EndHelper: Executor.end_helper,
    KillLeftovers: Executor.kill_leftovers,
    Freeze: Executor.freeze,
    Thaw: Executor.thaw,
    FindDaemon: Executor.find_daemon,
}
