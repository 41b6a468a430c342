"""Finish what a command that was killed, or lost the bus, has left to do."""

from typing import NamedTuple

from pa_units.contracts import due as dues
from pa_units.verbs.act import Outcome
from pa_units.verbs.bring_up import Wish, bring_up
from pa_units.verbs.here import Here, may_write
from pa_units.write import session


class Caught(NamedTuple):
    """What there was to finish."""

    recovered: str = ""
    """on disk, in words"""
    outcomes: tuple[Outcome, ...] = ()
    """agents that were brought up"""


def catch_up(at: Here) -> Caught:
    """Do what is left, before a verb that acts on agents does its own; as a rule that is nothing,
    and costs three looks at the disk."""
    if at.root:
        return Caught()
    if session.is_interrupted(at.places):
        may_write(at, "finish an interrupted change")
        recovered = session.recover(at.places)
    else:
        recovered = ""
    due = dues.read(at.places)
    if not due.is_left:
        return Caught(recovered)
    may_write(at, "finish an interrupted change")
    return Caught(recovered, bring_up(at, due, Wish()))
