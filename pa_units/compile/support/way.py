"""The words of the support table."""

from enum import StrEnum
from typing import NamedTuple


class Target(StrEnum):
    """What a spec is compiled for."""

    SYSTEMD = "systemd"
    RUN = "run"
    LAUNCHD = "launchd"


class How(StrEnum):
    """How much of a field a target gives."""

    EXACT = "exact"
    APPROXIMATED = "approximated"
    COMPANION = "companion"
    """by the watchdog daemon, because the init system cannot"""
    LATER = "later"
    """not built yet: it has no effect, and a note says so"""
    IMPOSSIBLE = "impossible"


class Way(NamedTuple):
    """What one target makes of one field."""

    how: How
    why: str
    """by what, or why not"""
    told: bool = False
    """compile says it by a note of its own, in the cases in which it matters"""


class Row(NamedTuple):
    """One field."""

    systemd: Way
    run: Way
    launchd: Way

    def of(self, target: Target) -> Way:
        """The way of one target."""
        found: Way = getattr(self, target.value)
        return found


def exact(by: str) -> Way:
    """All of it."""
    return Way(How.EXACT, by)


def nearly(why: str, *, told: bool = False) -> Way:
    """Most of it."""
    return Way(How.APPROXIMATED, why, told)


def companion(why: str) -> Way:
    """Not by the init system."""
    return Way(How.COMPANION, why)


def later(why: str) -> Way:
    """Not yet. `why` completes "is not active yet: …"."""
    return Way(How.LATER, why)


def impossible(why: str) -> Way:
    """Never. `why` completes "has no effect here: …"."""
    return Way(How.IMPOSSIBLE, why)
