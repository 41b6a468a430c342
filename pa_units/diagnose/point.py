"""A point of a list that is gone through: how it is, and what to do. *Pure.*"""

from enum import StrEnum
from typing import NamedTuple


class Verdict(StrEnum):
    """How it is."""

    OK = "ok"
    WARNING = "warning"
    PROBLEM = "problem"


class Point(NamedTuple):
    """What there is to say about one thing."""

    verdict: Verdict
    words: str
    next: str = ""
    check: str = ""


def ok(words: str) -> Point:
    """All is well."""
    return Point(Verdict.OK, words)


def warning(words: str, step: str) -> Point:
    """It may do harm."""
    return Point(Verdict.WARNING, words, step)


def problem(words: str, step: str) -> Point:
    """It has to be mended."""
    return Point(Verdict.PROBLEM, words, step)
