"""*Pure*: is this a new version of the agent, and which number does it get?"""

from collections.abc import Mapping
from typing import NamedTuple

from pa_units.contracts.bundle import AgentBundle, Kind
from pa_units.contracts.inventory import digest
from pa_units.contracts.ledger import Installed
from pa_units.write import generations
from pa_units.write.job import Job
from pa_units.write.request import GENERATIONS
from pa_units.write.state import State
from pa_units.write.wanted import Wanted

# What says nothing about the version: the agent's own data, and values, which may be rotated.
_NOT_VERSIONED = frozenset({Kind.DIRECTORY, Kind.LOG, Kind.STATE, Kind.SECRET})

_Rows = frozenset[tuple[str, str, int, str]]


class Version(NamedTuple):
    """The generation that an agent will be."""

    number: int
    parent: int = 0
    fresh: bool = False
    """to be stored"""

    def is_kept(self, number: int) -> bool:
        """Does generation `number` stay? The last ones, and the one to go back to."""
        return number > self.number - GENERATIONS or number == self.parent

    @property
    def oldest(self) -> int:
        """No generation before this one stays."""
        if not self.fresh:
            return 0
        bound = self.number - GENERATIONS + 1
        return min(bound, self.parent) if self.parent else bound


def versions(job: Job, wanted: Mapping[str, Wanted]) -> dict[str, Version]:
    """Return the version of every agent of the bundle."""
    digests = {
        path: digest(item.content)
        for path, item in wanted.items()
        if item.content is not None and item.artifact.kind not in _NOT_VERSIONED
    }
    found: dict[str, Version] = {}
    for agent in job.request.bundle.agents:
        old = job.state.ledger.agents.get(agent.agent)
        if number := job.request.generations.get(agent.agent):
            found[agent.agent] = Version(number)
        elif old and _facts(old) == _facts(agent) and _rows(job.state, old) == _new(agent, digests):
            found[agent.agent] = Version(old.generation)
        else:
            found[agent.agent] = _next(job, agent.agent, old)
    return found


def _next(job: Job, agent: str, old: Installed | None) -> Version:
    parent = old.generation if old else 0
    newest = max((parent, *generations.numbers(job.places, agent, job.disk)))
    return Version(newest + 1, parent, fresh=True)


def _facts(agent: AgentBundle | Installed) -> tuple[object, ...]:
    return (
        agent.digest,
        agent.units,
        agent.auto_start,
        agent.user,
        agent.max_restarts,
        agent.delays_ms,
        agent.gated,
        agent.offers,
        dict(agent.needs),
        agent.starts,
        agent.runs,
        agent.ends,
        dict(agent.labels),
    )


def _rows(state: State, old: Installed) -> _Rows:
    rows = (state.inventory.files[path] for path in state.inventory.agents.get(old.name, ()))
    return frozenset(
        (row.path, row.kind, row.mode, row.digest) for row in rows if row.kind not in _NOT_VERSIONED
    )


def _new(agent: AgentBundle, digests: Mapping[str, str]) -> _Rows:
    return frozenset(
        (artifact.path, artifact.kind, artifact.mode, digests[artifact.path])
        for artifact in agent.artifacts
        if artifact.kind not in _NOT_VERSIONED
    )
