"""One turn of one service: find its run, ask, judge, tell."""

import asyncio
import time
from collections.abc import Callable

from pa_units.contracts.health import Health, Result
from pa_units.contracts.watch_plan import Check
from pa_units.measure.process import age_s
from pa_units.probes.answer import Answer
from pa_units.probes.ask import ask
from pa_units.watchdog import judge
from pa_units.watchdog.case import Case, Run, Told
from pa_units.watchdog.deadlines import phase
from pa_units.watchdog.judge import Standing
from pa_units.watchdog.meters import LIMITS, Meters
from pa_units.watchdog.runs import Runs
from pa_units.watchdog.teller import Teller

SOON_S = 0.25
"""after the end of a run until the first look for the next"""
_RETRY_S = 1.0
"""between the tries of one check"""
_TEXT_S = 60.0
"""A text for people that differs in its figures alone is told so often at most."""
_WORDS = {"restart": "trigger", "stop": "stop"}
"""What pa-tell is asked for."""


class Care:
    """What every turn needs."""

    def __init__(
        self,
        runs: Runs,
        teller: Teller,
        began: Callable[[Case, Run], bool],
        changed: Callable[[], None],
        complain: Callable[[str], None],
    ) -> None:
        self._runs = runs
        self._teller = teller
        self._began = began
        self._changed = changed
        self._complain = complain
        self._meters = Meters()

    async def turn(self, case: Case) -> tuple[float, bool]:
        """Look after a service once. Return the seconds until the next time, and whether they
        count from when this one was due: the rhythm of checks."""
        if case.run is None:
            return await self._find(case), False
        run, check = case.run, case.check
        case.paused = self._runs.paused(run)
        if case.paused:
            return check.interval / 1000, True
        began = time.monotonic()
        answer = await self._answer(case, run)
        took_ms = (time.monotonic() - began) * 1000
        age_ms = _age_ms(run, check)
        if case.run is run:  # else it ended meanwhile, and its answer says nothing
            self._judge(case, answer, took_ms, age_ms)
            await self._tell(case, run)
        return judge.pace(case.standing, check, age_ms) / 1000, True

    async def _answer(self, case: Case, run: Run) -> Answer:
        """Ask, and where the spec says so again, before it counts."""
        check = case.check
        if check.kind == LIMITS:
            return self._meters.measure(case.unit, run, check)
        for _ in range(check.retry):
            answer = await ask(check.kind, check.target, check.timeout)
            if answer.ok:
                return answer
            await asyncio.sleep(_RETRY_S)
        return await ask(check.kind, check.target, check.timeout)

    async def _find(self, case: Case) -> float:
        """Look whether it runs; the first check comes at its own point of the interval."""
        try:
            run = await self._runs.find(case.unit)
        except OSError as error:
            self._complain(str(error))
            run = None
        if run is None or not self._began(case, run):
            case.looks += 1
            return min(case.check.interval / 1000, SOON_S * 2.0 ** min(case.looks, 20))
        case.begin(run, time.time())
        self._changed()
        age_ms = _age_ms(run, case.check)
        return phase(case.unit) * judge.pace(case.standing, case.check, age_ms) / 1000

    def _judge(self, case: Case, answer: Answer, took_ms: float, age_ms: float) -> None:
        before, check = case.standing, case.check
        standing = judge.after(before, check, good=answer.ok, age_ms=age_ms)
        reason = _reason(standing, check, answer, took_ms)
        result = Result(round(time.time(), 3), answer.ok, round(took_ms, 1), answer.words)
        case.add(result, standing, reason)
        if (standing.health, standing.fails) != (before.health, before.fails):
            self._changed()

    async def _tell(self, case: Case, run: Run) -> None:
        worst = case.worst
        text = f"{worst.health} ({worst.reason})" if worst.reason else worst.health.value
        if _worth_telling(case.told, case, text):
            problem = await self._teller.tell("status", case.unit, run, text)
            self._say(case, problem)
            case.told = case.told._replace(
                standing=case.standing, text="" if problem else text, at=time.monotonic()
            )
        if case.standing.health is Health.UNHEALTHY and not case.told.acted:
            await self._act(case, run)

    async def _act(self, case: Case, run: Run) -> None:
        word = _WORDS.get(case.check.on_failure)
        if word is None:
            return
        problem = await self._teller.tell(word, case.unit, run, "")
        self._say(case, problem)
        if not problem:
            case.told = case.told._replace(acted=True)
            self._changed()

    def _say(self, case: Case, problem: str) -> None:
        if problem:
            self._complain(f"{case.unit}: {problem}")


def _reason(standing: Standing, check: Check, answer: Answer, took_ms: float) -> str:
    """A measurement has no answer time that anybody wants to know."""
    if check.kind == LIMITS and answer.ok:
        return answer.words
    return judge.words(standing, check, answer.words, took_ms)


def _age_ms(run: Run, check: Check) -> float:
    """How long the main process runs, for those who ask for patience at the start."""
    return age_s(run.pid) * 1000 if check.start_period else 0.0


def _worth_telling(told: Told, case: Case, text: str) -> bool:
    """PID 1 tells each text to everybody on the bus."""
    before, now = told.standing, case.standing
    if before is None or not told.text:
        return True
    if (before.health, before.fails) != (now.health, now.fails):
        return True
    return text != told.text and time.monotonic() - told.at >= _TEXT_S
