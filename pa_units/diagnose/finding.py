"""What a check says. *Pure.*"""

from enum import StrEnum
from typing import NamedTuple


class Likelihood(StrEnum):
    """How sure it is that this is why."""

    CERTAIN = "certain"
    """the init system or the kernel says so"""
    LIKELY = "likely"
    """what was printed says so, and what is on the disk does not contradict"""
    POSSIBLE = "possible"
    """it may be so: look there"""


ORDER = tuple(Likelihood)


class Finding(NamedTuple):
    """One thing that is wrong."""

    likelihood: Likelihood
    cause: str
    """one line, in words"""
    evidence: tuple[str, ...]
    """what says so, a line each"""
    next: str
    """what to do, mostly a command or a line of the spec"""
    check: str = ""
    """its name in the table of checks"""


def certain(cause: str, *evidence: str, next: str) -> Finding:  # noqa: A002 (the field) (the field's name)
    """A finding that the init system or the kernel states."""
    return _made(Likelihood.CERTAIN, cause, evidence, next)


def likely(cause: str, *evidence: str, next: str) -> Finding:  # noqa: A002 (the field)
    """A finding that what was printed states."""
    return _made(Likelihood.LIKELY, cause, evidence, next)


def possible(cause: str, *evidence: str, next: str) -> Finding:  # noqa: A002 (the field)
    """A finding to look into."""
    return _made(Likelihood.POSSIBLE, cause, evidence, next)


def _made(likelihood: Likelihood, cause: str, evidence: tuple[str, ...], step: str) -> Finding:
    return Finding(likelihood, cause, tuple(line for line in evidence if line), step)
