"""*Pure*: the artifacts of all agents of a bundle, each path once."""

from collections.abc import Mapping
from typing import NamedTuple

from pa_units.contracts.bundle import AgentBundle, Artifact, Bundle, Kind
from pa_units.kit.errors import PaError
from pa_units.write.values import Filled


class Wanted(NamedTuple):
    """One artifact that an install asks for."""

    artifact: Artifact
    agents: tuple[str, ...]
    content: bytes | None
    """None: not known, because a value is missing"""


def gather(bundle: Bundle, filled: Mapping[str, Filled]) -> dict[str, Wanted]:
    """Return what is wanted by path; `filled` is by agent.

    Raises PaError when two agents want different things at one path, or share a secret.
    """
    artifacts: dict[str, Artifact] = {}
    agents: dict[str, list[str]] = {}
    for agent in bundle.agents:
        for artifact in agent.artifacts:
            path = artifact.path
            if artifacts.setdefault(path, artifact) != artifact or _is_shared_secret(
                artifact, agents.get(path)
            ):
                raise _clash(agent, agents[path][0], path)
            agents.setdefault(path, []).append(agent.agent)
    return {
        path: Wanted(artifact, tuple(agents[path]), _content(artifact, filled[agents[path][0]]))
        for path, artifact in artifacts.items()
    }


def _is_shared_secret(artifact: Artifact, others: list[str] | None) -> bool:
    return artifact.kind is Kind.SECRET and bool(others)


def _clash(agent: AgentBundle, other: str, path: str) -> PaError:
    return PaError(
        f"cannot install {agent.agent} beside {other}: both write {path}, each in its own way"
    )


def _content(artifact: Artifact, filled: Filled) -> bytes | None:
    if artifact.kind is Kind.SECRET:
        return filled.files.get(artifact.path)
    return artifact.text.encode()
