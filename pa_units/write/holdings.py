"""*Pure*: who will need which path after an install or removal."""

from collections.abc import Mapping
from typing import NamedTuple

from pa_units.contracts.bundle import AgentBundle, Kind
from pa_units.contracts.inventory import Inventory
from pa_units.write.request import Request
from pa_units.write.versions import Version

_LASTING = frozenset({Kind.LOG, Kind.STATE})
"""What holds the agent's own data: left until a purge"""


class Holdings(NamedTuple):
    """Paths by agent."""

    agents: Mapping[str, tuple[str, ...]]
    kept: Mapping[str, Mapping[str, int]]
    """helper programs that earlier generations need, each with the last generation"""

    def paths(self) -> frozenset[str]:
        """Return every path that anybody needs."""
        return frozenset().union(*self.agents.values(), *self.kept.values())


def after(inventory: Inventory, request: Request, versions: Mapping[str, Version]) -> Holdings:
    """Return the holdings once `request` is fulfilled; `versions` is by agent of its bundle."""
    agents = dict(inventory.agents)
    kept = dict(inventory.kept)
    for name in request.remove:
        kept.pop(name, None)
        agents[name] = () if request.purge else _lasting(inventory, name)
    for agent in request.bundle.agents:
        paths = {artifact.path for artifact in agent.artifacts}
        agents[agent.agent] = tuple(sorted(paths.union(_lasting(inventory, agent.agent))))
        helpers = _kept(agent, kept.get(agent.agent, {}), versions[agent.agent])
        kept[agent.agent] = helpers
    return Holdings(
        {name: paths for name, paths in agents.items() if paths},
        {name: helpers for name, helpers in kept.items() if helpers},
    )


def _lasting(inventory: Inventory, agent: str) -> tuple[str, ...]:
    paths = inventory.agents.get(agent, ())
    return tuple(path for path in paths if inventory.files[path].kind in _LASTING)


def _kept(agent: AgentBundle, before: Mapping[str, int], version: Version) -> dict[str, int]:
    """Generations name helper programs, but do not contain them."""
    kept = {path: last for path, last in before.items() if last >= version.oldest}
    for artifact in agent.artifacts:
        if artifact.kind is Kind.HELPER:
            kept[artifact.path] = max(version.number, kept.get(artifact.path, 0))
    return kept
