"""Go back to a stored version of an agent, or write the present one anew."""

from collections.abc import Mapping

from pa_units.contracts import ledger
from pa_units.contracts.bundle import AgentBundle, Artifact, Bundle, Kind
from pa_units.contracts.ledger import Installed
from pa_units.contracts.places import Places
from pa_units.kit.errors import NotInstalled, PaError
from pa_units.kit.files import read_if_present
from pa_units.write import generations
from pa_units.write.apply import Applied, carry_out
from pa_units.write.request import Request
from pa_units.write.session import WAIT


def restore(
    places: Places,
    name: str,
    number: int = 0,
    *,
    environment: Mapping[str, str] | None = None,
    force: bool = False,
    user_changed: bool = False,
    root: str = "",
    wait: float = WAIT,
) -> Applied:
    """Install generation `number` of an agent again; 0 is the one before the present one.

    Going back twice goes back two versions: a restored generation keeps its number and parent.
    Secrets are filled with the values of today. Raises NotInstalled, PaError when there is no such
    generation, and what `apply.apply` raises.
    """
    installed = _installed(places, name, root)
    number = number or generations.read(places, name, installed.generation, root).parent
    if not number:
        raise PaError(f"cannot go back with {name}: this is its first version")
    stored = generations.read(places, name, number, root)
    request = Request(
        bundle=Bundle((_with_helpers(stored.bundle, root),), ()),
        environment=environment or {},
        origins={name: stored.origin},
        force=force,
        generations={name: number},
        driver=installed.driver,
    )
    return carry_out(places, request, user_changed, root, wait)


def refresh(
    places: Places,
    name: str,
    *,
    environment: Mapping[str, str] | None = None,
    root: str = "",
    wait: float = WAIT,
) -> Applied:
    """Write the present version of an agent anew, as after `secrets.set_values`."""
    number = _installed(places, name, root).generation
    return restore(places, name, number, environment=environment, root=root, wait=wait)


def _installed(places: Places, name: str, root: str) -> Installed:
    installed = ledger.read(places, root).agents.get(name)
    if installed is None:
        raise NotInstalled(f"no agent '{name}' is installed", "see which are: pa list")
    return installed


def _with_helpers(bundle: AgentBundle, root: str) -> AgentBundle:
    artifacts = tuple(
        _helper(bundle.agent, artifact, root) if artifact.kind is Kind.HELPER else artifact
        for artifact in bundle.artifacts
    )
    return bundle._replace(artifacts=artifacts)


def _helper(agent: str, artifact: Artifact, root: str) -> Artifact:
    data = read_if_present(artifact.path, root)
    if data is None:
        raise PaError(f"cannot go back with {agent}: its helper program {artifact.path} is gone")
    return artifact._replace(text=data.decode())
