"""What of an agent is no longer as it was installed, in words. On the path of `pa status NAME`."""

import os
from collections.abc import Mapping, Sequence

from pa_units.contracts.ledger import Installed
from pa_units.verbs.here import Here
from pa_units.write.drift import Drifted, drift

_WORDS: Mapping[Drifted, str] = {
    Drifted.MISSING: "{} is gone",
    Drifted.EDITED: "{} was edited by hand",
    Drifted.REPLACED: "{} is something else now",
    Drifted.DROP_IN: "drop-in {}",
    Drifted.ORIGIN_CHANGED: "its spec {} has changed since the install",
    Drifted.ORIGIN_MISSING: "its spec {} is gone",
    Drifted.CHANGED_HERE: "changed here, its spec {} says something else",
}

UNFINISHED = "an interrupted command was changing its files; the next one that writes finishes it"


def words(at: Here, agents: Sequence[Installed]) -> dict[str, tuple[str, ...]]:
    """Return by name how the files of agents differ from what was installed."""
    if os.path.lexists(at.root + at.places.commit):
        return {agent.name: (UNFINISHED,) for agent in agents}
    found: dict[str, tuple[str, ...]] = {agent.name: () for agent in agents}
    for one in drift(at.places, tuple(found), at.root):
        found[one.agent] = (*found[one.agent], _WORDS[one.what].format(one.path))
    return found
