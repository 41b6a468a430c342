"""The loop: services and their deadlines."""

import asyncio
import os
import sys
import time
from collections.abc import Sequence
from typing import NamedTuple

from pa_units.contracts.health import Health
from pa_units.contracts.watch_plan import Check, WatchPlan
from pa_units.kit import sd_notify
from pa_units.watchdog.answers import Answers
from pa_units.watchdog.care import SOON_S, Care
from pa_units.watchdog.case import Case, Run, key
from pa_units.watchdog.deadlines import Deadlines, following
from pa_units.watchdog.memory import Memory, recall
from pa_units.watchdog.plans import Plans
from pa_units.watchdog.runs import Runs
from pa_units.watchdog.teller import Teller

_BEAT_S = 10.0
"""Plans are looked at so often also where the kernel tells nothing of changes."""
_REMEMBER_S = 0.1
"""What many services do at once is written once."""
_REMEMBER_SHARE = 50
"""And at most a fiftieth of the time is spent on that: a thousand take 20 ms."""
_SILENCE_S = 60.0
"""The same complaint is not repeated for so long."""


class Config(NamedTuple):
    """Where the companion finds what it needs."""

    answers: str
    """its own socket"""
    tell: str
    """the socket of pa-tell"""
    plans: Sequence[str]
    """directories"""


class Companion:
    """Holds every service under watch."""

    def __init__(self, config: Config, memory: Memory) -> None:
        self.cases: dict[str, Case] = {}
        self._siblings: dict[str, list[Case]] = {}
        self._config = config
        self._memory = memory
        self._loop = asyncio.get_running_loop()
        self._plans = Plans(config.plans, self._complain)
        teller = Teller(config.tell)
        self._care = Care(Runs(teller.look), teller, self._follow, self._remember, self._complain)
        self._pidfds: dict[Case, int] = {}
        self._deadlines: Deadlines[Case] = Deadlines()
        self._alarm: asyncio.TimerHandle | None = None
        self._writing: asyncio.TimerHandle | None = None
        self._writing_took = 0.0
        self._tasks: set[asyncio.Task[None]] = set()
        self._said: dict[str, float] = {}

    async def run(self) -> None:
        """Watch until cancelled."""
        await Answers(self.cases).serve(self._config.answers)
        self.take_plans()
        sd_notify.notify("READY=1")
        pause = min(sd_notify.watchdog_s() / 3 or _BEAT_S, _BEAT_S)
        while True:
            self.take_plans()
            sd_notify.notify("WATCHDOG=1", f"STATUS={self._about()}")
            await asyncio.sleep(pause)

    def _about(self) -> str:
        of_all = self._siblings.values()
        sick = sum(any(case.health is Health.UNHEALTHY for case in one) for one in of_all)
        return f"watches {len(of_all)} services, {sick} unhealthy"

    def take_plans(self) -> None:
        """Watch what the plans on disk say."""
        wanted = {
            key(unit, check): (plan, unit, check)
            for plan in self._plans.read().values()
            for unit in plan.units
            for check in plan.checks
        }
        for name in [name for name in self.cases if name not in wanted]:
            self._leave(self.cases.pop(name))
        for plan, unit, check in wanted.values():
            self._update(plan, unit, check)
        self._arm()

    def _update(self, plan: WatchPlan, unit: str, check: Check) -> None:
        case = self.cases.get(key(unit, check))
        if case is None:
            case = self._add(Case(plan.agent, unit, check))
        elif case.check == check:
            return
        case.check = check
        if not case.busy:
            self._deadlines.put(self._loop.time(), case)

    def _add(self, case: Case) -> Case:
        others = self._siblings.setdefault(case.unit, [])
        others.append(case)
        case.siblings = others
        self.cases[case.key] = case
        recall(case, self._memory.found)
        return case

    def _leave(self, case: Case) -> None:
        self._deadlines.drop(case)
        self._forget_run(case)
        case.siblings.remove(case)
        if not case.siblings:
            del self._siblings[case.unit]
        self._remember()

    def _arm(self) -> None:
        """One timer for all: set to the earliest deadline."""
        at = self._deadlines.next
        if at is None or (self._alarm and self._alarm.when() <= at):
            return
        if self._alarm:
            self._alarm.cancel()
        self._alarm = self._loop.call_at(at, self._tick)

    def _tick(self) -> None:
        self._alarm = None
        for due, case in self._deadlines.due(self._loop.time()):
            case.busy = True
            task = self._loop.create_task(self._turn(case, due))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        self._arm()

    async def _turn(self, case: Case, due: float) -> None:
        pause, in_rhythm = case.check.interval / 1000, True
        try:
            pause, in_rhythm = await self._care.turn(case)
        except Exception as error:  # one service must not end the watch of the others
            self._complain(f"cannot check {case.key}: {error!r}")
        case.busy = False
        if self.cases.get(case.key) is not case:
            return
        now = self._loop.time()
        if case.run is None:
            at = now + pause
        else:
            at = following(due, pause, now) if in_rhythm else now + pause
        self._deadlines.put(at, case)
        self._arm()

    def _follow(self, case: Case, run: Run) -> bool:
        """Have the kernel tell the end of a run; False if that has come already."""
        self._forget_run(case)
        try:
            pidfd = os.pidfd_open(run.pid)
        except OSError:
            return False
        self._pidfds[case] = pidfd
        self._loop.add_reader(pidfd, self._ended, case)
        return True

    def _ended(self, case: Case) -> None:
        self._forget_run(case)
        if not case.busy:
            self._deadlines.put(self._loop.time() + SOON_S, case)
            self._arm()

    def _forget_run(self, case: Case) -> None:
        case.end()
        pidfd = self._pidfds.pop(case, None)
        if pidfd is not None:
            self._loop.remove_reader(pidfd)
            os.close(pidfd)

    def _remember(self) -> None:
        if self._writing is None:
            pause = max(_REMEMBER_S, _REMEMBER_SHARE * self._writing_took)
            self._writing = self._loop.call_later(pause, self._write)

    def _write(self) -> None:
        began = self._loop.time()
        self._writing = None
        self._memory.write(self.cases.values())
        self._writing_took = self._loop.time() - began

    def _complain(self, words: str) -> None:
        """Say something in the journal, and not a hundred times."""
        now = time.monotonic()
        self._said = {said: at for said, at in self._said.items() if now - at < _SILENCE_S}
        if words not in self._said:
            self._said[words] = now
            sys.stderr.write(f"{words}\n")
            sys.stderr.flush()
