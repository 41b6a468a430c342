"""Agents seen by each other: who depends on whom, in this install and on the host. *Pure.*"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

from pa_units.contracts import needs, units
from pa_units.contracts.facts import Standing
from pa_units.spec.model import Agent

OPEN = Standing((), (), (needs.HEALTHY, needs.COMPLETED, needs.RESTART))
"""What an agent can be that nobody knows: it will be there on the machine that a package is for."""


class Neighbours(NamedTuple):
    """All agents that an agent may depend on, and what is asked of each."""

    agents: Mapping[str, Agent]
    """of this install"""
    installed: Mapping[str, Standing] | None
    """earlier, None: nobody knows"""
    demands: Mapping[str, Mapping[str, Sequence[str]]]
    """by agent: what others rely on there, and who they are; see `contracts.needs`"""

    def names(self) -> tuple[str, ...]:
        """Everybody who is there."""
        return tuple({**self.agents, **(self.installed or {})})

    def standing(self, name: str) -> Standing | None:
        """An agent that is not of this install; None if there is none."""
        return OPEN if self.installed is None else self.installed.get(name)

    def demanded(self, name: str) -> Mapping[str, Sequence[str]]:
        """What others rely on in an agent, with their names."""
        return self.demands.get(name, _NOTHING)


_NOTHING: Mapping[str, Sequence[str]] = MappingProxyType({})


def between(agents: Iterable[Agent], installed: Mapping[str, Standing] | None) -> Neighbours:
    """Look at the agents of an install and at those that are there already."""
    own = {agent.name: agent for agent in agents}
    demands: dict[str, dict[str, list[str]]] = {}
    for one, relied_on in _all_needs(own, installed or {}):
        for name, needed in relied_on.items():
            found = demands.setdefault(name, {})
            for what in needed:
                found.setdefault(what, []).append(one)
    return Neighbours(own, installed, demands)


def _all_needs(
    own: Mapping[str, Agent], installed: Mapping[str, Standing]
) -> Iterator[tuple[str, Mapping[str, tuple[str, ...]]]]:
    yield from ((name, of(agent)) for name, agent in own.items() if agent.depends_on)
    yield from ((name, one.needs) for name, one in installed.items() if name not in own)


def of(agent: Agent) -> dict[str, tuple[str, ...]]:
    """What an agent relies on, by dependency."""
    return {
        name: (
            *((dependency.condition,) if dependency.condition != "started" else ()),
            *((needs.RESTART,) if dependency.restart else ()),
        )
        for name, dependency in agent.depends_on.items()
    }


def dependants(around: Neighbours, name: str, what: str) -> tuple[str, ...]:
    """Who relies on `what` in an agent."""
    return tuple(around.demanded(name).get(what, ()))


def started(around: Neighbours, name: str) -> tuple[str, ...]:
    """The units that a dependant wants and comes after."""
    if agent := around.agents.get(name):
        return units.of(agent).starts
    standing = around.standing(name)
    return (standing and standing.starts) or (units.service(name),)


def running(around: Neighbours, name: str) -> tuple[str, ...]:
    """The services that a dependant waits for."""
    if agent := around.agents.get(name):
        return units.of(agent).runs
    standing = around.standing(name)
    return (standing and standing.runs) or (units.service(name),)
