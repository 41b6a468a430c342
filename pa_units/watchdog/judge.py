"""*Pure*: from answers to health."""

from typing import NamedTuple

from pa_units.contracts.health import Health
from pa_units.contracts.watch_plan import Check


class Standing(NamedTuple):
    """How a run of a service stands."""

    health: Health = Health.STARTING
    fails: int = 0
    """in a row"""
    wins: int = 0
    """in a row"""


def after(now: Standing, check: Check, *, good: bool, age_ms: float) -> Standing:
    """Return the standing after one more answer; `age_ms` is the age of the run.

    The first good answer ends a start, as in docker; an unhealthy agent needs as many in a row as
    the spec says.
    """
    return _after_good(now, check) if good else _after_bad(now, check, age_ms)


def _after_good(now: Standing, check: Check) -> Standing:
    wins = now.wins + 1
    recovered = now.health is not Health.UNHEALTHY or wins >= check.success_threshold
    return Standing(Health.HEALTHY if recovered else Health.UNHEALTHY, 0, wins)


def _after_bad(now: Standing, check: Check, age_ms: float) -> Standing:
    if now.health is Health.STARTING and age_ms < check.start_period:
        return Standing(Health.STARTING)
    fails = now.fails + 1
    return Standing(Health.UNHEALTHY if fails >= check.retries else now.health, fails)


def words(standing: Standing, check: Check, answer: str, took_ms: float) -> str:
    """Say why: `200 in 12 ms`, `HTTP 500, 2 of 3 times`."""
    if standing.wins:
        return f"{answer} in {spelled(took_ms)}"
    if not standing.fails:
        return answer
    if standing.health is Health.UNHEALTHY:
        return f"{answer}, {standing.fails} times" if standing.fails > 1 else answer
    return f"{answer}, {standing.fails} of {check.retries} times"


def spelled(took_ms: float) -> str:
    """Say how long: `0.8 ms`, `12 ms`, `1.5 s`."""
    if took_ms >= 1000:
        return f"{took_ms / 1000:.1f} s"
    return f"{took_ms:.0f} ms" if took_ms >= 10 else f"{took_ms:.1f} ms"


def pace(now: Standing, check: Check, age_ms: float) -> int:
    """Return the milliseconds until the next check."""
    in_start = now.health is Health.STARTING and age_ms < check.start_period
    return (check.start_interval or check.interval) if in_start else check.interval
