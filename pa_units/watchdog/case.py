"""One service under watch, with all that is known of it."""

from collections import deque
from typing import NamedTuple

from pa_units.contracts.health import WORST_FIRST, Health, Result, UnitHealth
from pa_units.contracts.watch_plan import Check
from pa_units.watchdog.judge import Standing

RESULTS = 20
"""How many checks are remembered."""
_HOUR_S = 3600.0
_RESTARTS = 50


def key(unit: str, check: Check) -> str:
    """Name a check: a service has one of each kind."""
    return f"{unit} {check.kind}"


class Run(NamedTuple):
    """A service that runs."""

    pid: int
    invocation: str
    group: str
    """its control group"""


class Told(NamedTuple):
    """What the init system was last told of a run."""

    standing: Standing | None = None
    text: str = ""
    at: float = 0.0
    """monotonic"""
    acted: bool = False
    """it was told to end this run"""


class Case:
    """Mutable: checks of one service follow one another and never overlap."""

    def __init__(self, agent: str, unit: str, check: Check) -> None:
        self.agent = agent
        self.unit = unit
        self.check = check
        self.siblings = [self]
        """all checks of the service: it is as well as the worst"""
        self.busy = False
        self.run: Run | None = None
        self.looks = 0
        """for a run, in vain, one after the other"""
        self.last_invocation = ""
        self.standing = Standing()
        self.paused = False
        self.reason = ""
        self.since = 0.0
        self.told = Told()
        self.checks = 0
        self.failures = 0
        self.restarts: deque[float] = deque(maxlen=_RESTARTS)
        self.results: deque[Result] = deque(maxlen=RESULTS)

    def begin(self, run: Run, at: float) -> None:
        """Take note of a run."""
        self.run, self.looks = run, 0
        if run.invocation == self.last_invocation:
            return
        if self.last_invocation:
            self.restarts.append(at)
        self.last_invocation = run.invocation
        self.standing, self.told, self.reason, self.since = Standing(), Told(), "", at

    def end(self) -> None:
        """Take note that nothing runs."""
        self.run, self.paused = None, False

    def add(self, result: Result, standing: Standing, reason: str) -> None:
        """Take note of a check."""
        self.checks += 1
        self.failures += not result.ok
        if standing.health is not self.standing.health:
            self.since = result.at
        self.standing, self.reason = standing, reason
        self.results.append(result)

    @property
    def health(self) -> Health:
        """How it is now."""
        return self.standing.health if self.run and not self.paused else Health.NONE

    @property
    def key(self) -> str:
        """Its name among all checks."""
        return key(self.unit, self.check)

    @property
    def worst(self) -> "Case":
        """The check of this service that says most about it."""
        return min(self.siblings, key=lambda case: WORST_FIRST.index(case.health))

    def summary(self) -> UnitHealth:
        """What there is to say of it in a list of all."""
        reason = "paused" if self.paused else self.reason if self.run else ""
        return UnitHealth(self.unit, self.check.kind, self.health, reason, round(self.since, 3))

    def detail(self, now: float) -> UnitHealth:
        """Everything."""
        return self.summary()._replace(
            asked=self.check.target,
            every_ms=self.check.interval,
            timeout_ms=self.check.timeout,
            checks=self.checks,
            failures=self.failures,
            restarts=tuple(round(at, 3) for at in self.restarts if at > now - _HOUR_S),
            results=tuple(self.results),
        )
