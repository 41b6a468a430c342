"""`status --security`: how systemd rates the sandboxes of agents."""

from collections.abc import Sequence
from typing import NamedTuple

from pa_units.contracts.drivers import SYSTEMD
from pa_units.contracts.ledger import Installed
from pa_units.kit.errors import PaError
from pa_units.observe import security
from pa_units.observe.security import Open, Score
from pa_units.verbs.here import Here
from pa_units.verbs.one_run import unit_file
from pa_units.verbs.select import chosen


class Rated(NamedTuple):
    """One agent."""

    agent: Installed
    score: Score | None
    """None: systemd cannot rate it"""
    open: tuple[Open, ...] = ()
    """its open walls, the widest first; of the only agent asked for"""


def rate(at: Here, names: Sequence[str], labels: Sequence[str]) -> tuple[Rated, ...]:
    """Rate agents: those that systemd has in memory with one question, others by their files."""
    agents = chosen(at, names, everything=not names, labels=labels)
    if len(agents) == 1 and agents[0].driver == SYSTEMD:
        (agent,) = agents
        walls = security.open_walls(agent.workers[0], at.scope)
        return (Rated(agent, _of_file(at, agent), walls),)
    loaded = security.of_units([agent.workers[0] for agent in agents], at.scope)
    return tuple(
        Rated(agent, loaded.get(agent.workers[0]) or _of_file(at, agent)) for agent in agents
    )


def _of_file(at: Here, agent: Installed) -> Score | None:
    if agent.driver != SYSTEMD:
        return None
    try:
        return security.of_file(unit_file(at, agent), at.scope)
    except PaError:
        return None
