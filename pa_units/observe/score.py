"""*Pure*: one figure for the health of a service, and what it is made of."""

from statistics import median
from typing import NamedTuple

from pa_units.contracts.health import Health, UnitHealth

_ANSWERS, _SPEED, _CALM = 60, 20, 20
_PER_RESTART = 5


class Share(NamedTuple):
    """One part of a score."""

    name: str
    points: int
    most: int
    why: str


def shares(unit: UnitHealth) -> tuple[Share, ...]:
    """Return the parts of the score; none before the first check of a run. How long a measurement
    takes says nothing of a service."""
    if not unit.results or unit.health is Health.NONE:
        return ()
    if unit.kind == "limits":
        return (_answers(unit, _ANSWERS + _SPEED), _calm(unit))
    return (_answers(unit, _ANSWERS), _speed(unit), _calm(unit))


def score(unit: UnitHealth) -> int | None:
    """Return 0 to 100, None where nothing is known. An unhealthy service has at most 50."""
    found = shares(unit)
    total = sum(share.points for share in found)
    return (min(total, 50) if unit.health is Health.UNHEALTHY else total) if found else None


def _answers(unit: UnitHealth, most: int) -> Share:
    good = sum(result.ok for result in unit.results)
    of = len(unit.results)
    return Share("answers", most * good // of, most, f"{good} of the last {of} were good")


def _speed(unit: UnitHealth) -> Share:
    """Full marks below a tenth of the time limit, none at the limit."""
    good = [result.took_ms for result in unit.results if result.ok]
    if not good or not unit.timeout_ms:
        return Share("speed", 0, _SPEED, "no good answer")
    usual = median(good)
    part = min(1.0, max(0.0, (1 - usual / unit.timeout_ms) / 0.9))
    words = f"{usual:.3g} ms as a rule, {unit.timeout_ms / 1000:g}s allowed"
    return Share("speed", round(_SPEED * part), _SPEED, words)


def _calm(unit: UnitHealth) -> Share:
    count = len(unit.restarts)
    words = f"{count or 'no'} restart{'' if count == 1 else 's'} within an hour"
    return Share("calm", max(0, _CALM - _PER_RESTART * count), _CALM, words)
