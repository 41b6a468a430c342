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
    Launch,
    NotFound,
    Refused,
    Run,
    Signal,
    Spawned,
    Sweep,
    Swept,
    Thaw,
)
from pa_units.supervisor.launch import Failed
from pa_units.supervisor.launch import Launch as Process
from pa_units.supervisor.loop import Loop
from pa_units.supervisor.phases import KILL, MAIN
from pa_units.supervisor.prepare import Preparing
from pa_units.supervisor.ward import Ward, new_run

LOOK_AGAIN = 0.05
"""Seconds between looks for what no event announces: a pid file, the death of processes that are
not our children. Only while it is awaited."""

_LONGEST_PID_FILE = 32


class Brain(NamedTuple):
    """Whom the hands serve."""

    apply: Callable[[Ward, Event], None]
    save: Callable[[Ward], None]
    numbers: Callable[[], Collection[int]]
    """user numbers that are taken"""
    ended: Callable[[Ward, int], None]
    """a main process that is not our child is gone"""


class Hands:
    """Starts, signals and kills processes of units."""

    def __init__(self, loop: Loop, children: Children, preparing: Preparing, brain: Brain) -> None:
        """Nothing is under way."""
        self._loop = loop
        self._children = children
        self._preparing = preparing
        self._brain = brain
        self.owners: dict[int, Ward] = {}
        """by pid: of every child of ours that is a main process or a command beside one"""
        self._sweeping: dict[str, Ward] = {}

    def do(self, ward: Ward, effect: Effect) -> None:
        """Do one thing."""
        _HOW[type(effect)](self, ward, effect)

    def launch(self, ward: Ward, _: Launch) -> None:
        """Start the main process."""
        self._start(ward, None)

    def run(self, ward: Ward, effect: Run) -> None:
        """Start a command beside it."""
        self._start(ward, effect.command)

    def _start(self, ward: Ward, command: Command | None) -> None:
        self._begin_run(ward)
        run, phase = ward.unit.run, ward.unit.phase

        def told(pid: int | Failed) -> None:
            if isinstance(pid, Failed):
                self._brain.apply(ward, Refused(pid.status, pid.words))
            elif (ward.unit.run, ward.unit.phase) == (run, phase):
                self._started(ward, pid, is_main=command is None)
            else:  # it was not wanted any more
                self._children.kill_group(pid)

        try:
            launch = self._prepared(ward, command)
        except Failed as failed:
            told(failed)
        else:
            self._children.start(launch, told)

    def _prepared(self, ward: Ward, command: Command | None) -> Process:
        if command is None:
            return self._preparing.main(ward.plan, ward.unit)
        return self._preparing.launch(ward.plan, ward.unit, command, ward.unit.phase)

    def _begin_run(self, ward: Ward) -> None:
        unit = ward.unit
        if not unit.run:
            if ward.recorded_run != unit.next_run:  # a second start within one turn
                self._brain.save(ward)
            unit.run = unit.next_run
            unit.uid = self._preparing.number(ward.plan, unit, self._brain.numbers)

    def _started(self, ward: Ward, pid: int, *, is_main: bool) -> None:
        unit = ward.unit
        self.owners[pid] = ward
        unit.next_run = new_run()
        if is_main:
            ward.session = pid
        self._brain.apply(ward, Spawned(pid, 0))
        if is_main and self._preparing.takes_rights(ward.plan, unit):
            self._children.expect(lambda: self._next_start(ward))

    def _next_start(self, ward: Ward) -> Process | None:
        """If it crashes, the same is started again, under the id that the next run will have."""
        plan, unit = ward.plan, ward.unit
        if plan.pre_start or plan.credentials:
            return None
        with suppress(Failed):
            return self._preparing.main(plan, unit, unit.next_run)
        return None

    def signal(self, ward: Ward, effect: Signal) -> None:
        """Signal the main process, or the command under way."""
        unit = ward.unit
        if effect.everyone:
            for one in tree.of_run(unit.run, ward.session):
                tree.send(one, effect.number)
            return
        pid, born = (unit.pid, unit.born) if unit.pid else (unit.helper, unit.helper_born)
        self._children.signal(pid, born, effect.number)

    def end_helper(self, ward: Ward, effect: EndHelper) -> None:
        """Kill a command; it is reaped without a word."""
        if self.owners.pop(effect.pid, None):
            self._children.kill_group(effect.pid)

    def sweep(self, ward: Ward, _: Sweep) -> None:
        """Kill what is left of a run."""
        if tree.kill_all(ward.unit.run, ward.session) or ward.unit.pid:
            self._sweeping[ward.name] = ward
            self._loop.later(LOOK_AGAIN, self.look_at_swept)
        else:
            self._brain.apply(ward, Swept())

    def look_at_swept(self) -> None:
        """See whether what was killed is gone."""
        for name, ward in [*self._sweeping.items()]:
            if ward.unit.phase != KILL:
                del self._sweeping[name]
            elif not ward.unit.pid and not tree.of_run(ward.unit.run, ward.session):
                del self._sweeping[name]
                self._brain.apply(ward, Swept())
        if self._sweeping:
            self._loop.later(LOOK_AGAIN, self.look_at_swept)

    def freeze(self, ward: Ward, _: Freeze) -> None:
        """Stop every process of the run."""
        tree.stop_all(ward.unit.run, ward.session)

    def thaw(self, ward: Ward, _: Thaw) -> None:
        """Let them go on."""
        tree.continue_all(ward.unit.run, ward.session)

    def find_daemon(self, ward: Ward, effect: FindDaemon) -> None:
        """Look for the main process of a forking agent; its pid file is often written after its
        first process has ended."""
        unit = ward.unit
        if unit.phase != MAIN or unit.pid:
            return
        found = {one.pid: one for one in tree.of_run(unit.run, ward.session)}
        if not found:
            self._brain.apply(ward, NotFound("it ended and left no process running"))
            return
        # Anybody may have written a pid there: it must be one of this run.
        pid = _pid_in(ward.plan.pid_file) if ward.plan.pid_file else _only(found)
        if pid not in found:
            self._loop.later(LOOK_AGAIN, lambda: self.find_daemon(ward, effect))
            return
        self.watch(ward, pid)
        self._brain.apply(ward, Found(pid, found[pid].born))

    def watch(self, ward: Ward, pid: int) -> None:
        """Learn of the end of a main process that we did not start."""
        found = proc.look(pid)
        if found and found.parent == os.getpid():
            self.owners[pid] = ward
            return
        try:
            fd = os.pidfd_open(pid)
        except ProcessLookupError:
            self._loop.later(0.0, lambda: self._brain.ended(ward, pid))
            return
        self._loop.watch(fd, lambda: self._gone(ward, pid, fd))

    def _gone(self, ward: Ward, pid: int, fd: int) -> None:
        self._loop.forget(fd)
        os.close(fd)
        self._brain.ended(ward, pid)


def _only(pids: Collection[int]) -> int:
    return next(iter(pids)) if len(pids) == 1 else 0


def _pid_in(path: str) -> int:
    try:
        with open(path, "rb", buffering=0) as file:
            return int(file.read(_LONGEST_PID_FILE) or b"0")
    except (OSError, ValueError):
        return 0


_HOW: dict[type[Any], Callable[[Hands, Ward, Any], None]] = {
    Launch: Hands.launch,
    Run: Hands.run,
    Signal: Hands.signal,
    EndHelper: Hands.end_helper,
    Sweep: Hands.sweep,
    Freeze: Hands.freeze,
    Thaw: Hands.thaw,
    FindDaemon: Hands.find_daemon,
}
