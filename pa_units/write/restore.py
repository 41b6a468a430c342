"""Go back to stored versions of agents, or write the present one anew."""

from collections.abc import Collection, Mapping

from pa_units.contracts import ledger
from pa_units.contracts.bundle import AgentBundle, Artifact, Bundle, Kind
from pa_units.contracts.ledger import Installed
from pa_units.contracts.places import Places
from pa_units.kit.errors import NotInstalled, PaError
from pa_units.kit.files import read_if_present
from pa_units.write import generations
from pa_units.write.apply import Applied, carry_out, foresee
from pa_units.write.changes import Changes
from pa_units.write.request import After, Request
from pa_units.write.session import WAIT


def restore(
    places: Places,
    name: str,
    number: int = 0,
    *,
    environment: Mapping[str, str] | None = None,
    force: bool = False,
    user_changed: bool = False,
    after: After = After.NOTHING,
    root: str = "",
    wait: float = WAIT,
) -> Applied:
    """Install generation `number` of an agent again; 0 is the one before the present one.

    Going back twice goes back two versions: a restored generation keeps its number and parent.
    Secrets are filled with the values of today. Raises NotInstalled, PaError when there is no such
    generation, and what `apply.apply` raises.
    """
    request = _request(places, {name: number}, root)._replace(
        environment=environment or {}, force=force, after=after
    )
    return carry_out(places, request, user_changed, root, wait)


def restore_all(
    places: Places,
    numbers: Mapping[str, int],
    *,
    remove: Collection[str] = (),
    after: After = After.NOTHING,
    root: str = "",
    wait: float = WAIT,
) -> Applied:
    """Go back with several agents in one step, by name and generation; those of `remove`, which
    had no version before, are uninstalled.

    An agent runs as the user of its former version again. Raises what `restore` raises.
    """
    request = _request(places, numbers, root)._replace(remove=frozenset(remove), after=after)
    return carry_out(places, request, True, root, wait)


def preview(places: Places, name: str, number: int = 0, *, root: str = "") -> Changes:
    """Say what `restore` would do now, refusals included. Writes nothing."""
    return foresee(places, _request(places, {name: number}, root), root)


def refresh(
    places: Places,
    name: str,
    *,
    environment: Mapping[str, str] | None = None,
    after: After = After.NOTHING,
    root: str = "",
    wait: float = WAIT,
) -> Applied:
    """Write the present version of an agent anew, as after `secrets.set_values`."""
    number = _installed(places, name, root).generation
    return restore(places, name, number, environment=environment, after=after, root=root, wait=wait)


def _request(places: Places, numbers: Mapping[str, int], root: str) -> Request:
    found = [_stored(places, name, number, root) for name, number in numbers.items()]
    return Request(
        bundle=Bundle(tuple(_with_helpers(stored.bundle, root) for stored in found), ()),
        origins={stored.bundle.agent: stored.origin for stored in found},
        generations={stored.bundle.agent: stored.number for stored in found},
    )


def _stored(places: Places, name: str, number: int, root: str) -> generations.Generation:
    present = _installed(places, name, root).generation
    wanted = number or generations.read(places, name, present, root).parent
    if not wanted:
        raise PaError(
            f"cannot go back with {name}: this is its first version",
            f"see which are stored: pa history {name}",
        )
    return generations.read(places, name, wanted, root)


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
