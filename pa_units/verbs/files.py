"""`cat`: the generated files of an agent as they stand on disk."""

from collections.abc import Iterator

from pa_units.contracts import inventory, units
from pa_units.contracts.bundle import Kind
from pa_units.contracts.ledger import Installed
from pa_units.kit.files import read_if_present
from pa_units.verbs.here import Here

_SHOWN = frozenset({Kind.UNIT, Kind.ROTATION, Kind.PLAN})


def generated(at: Here, agent: Installed) -> Iterator[tuple[str, str]]:
    """Yield path and text of every generated file, the agent's own unit first."""
    state = inventory.read(at.places, at.root)
    paths = [path for path in state.agents.get(agent.name, ()) if state.files[path].kind in _SHOWN]
    own = f"/{units.file_of(agent.workers[0])}"
    for path in sorted(paths, key=lambda path: (not path.endswith(own), path)):
        content = read_if_present(path, at.root)
        yield path, "# is gone" if content is None else content.decode(errors="replace")
