"""What a rule is."""

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from pa_units.contracts.bundle import Level, Loc
from pa_units.spec.model import Agent

Finding = tuple[Loc, str, str]
"""place inside the agent, what is wrong, hint"""


class Rule(NamedTuple):
    """A rule about one agent."""

    code: str
    level: Level
    check: Callable[[Agent], Iterator[Finding]]
    evidence: str
    """who was bitten, or the manual page that says so"""


class Whole(NamedTuple):
    """A rule about the agents of a document; findings begin with the agent's name."""

    code: str
    level: Level
    check: Callable[[Sequence[Agent]], Iterator[tuple[str, Loc, str, str]]]
    evidence: str
