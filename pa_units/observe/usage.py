"""What agents use: by control group where systemd has made one, else by process tree."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from pa_units.contracts.ledger import Installed
from pa_units.drive.managers import Managers, of_builtin, of_systemd
from pa_units.measure import cgroup, tree
from pa_units.measure.cgroup import Usage
from pa_units.observe.status import control_groups


class Sources(NamedTuple):
    """Where to look for each unit that runs."""

    groups: Mapping[str, str]
    """control groups"""
    tops: Mapping[str, int]
    """main processes"""


def sources(managers: Managers, agents: Sequence[Installed]) -> Sources:
    """Ask where the services of agents are."""
    own, others = of_systemd(agents), of_builtin(agents)
    known = managers.supervised([unit for one in others for unit in one.workers])
    return Sources(
        groups=control_groups(managers, own) if own else {},
        tops={name: unit.pid for name, unit in known.items() if unit.pid},
    )


def look(found: Sources, io: bool = False) -> dict[str, Usage]:
    """Return the figures of each unit as they are now."""
    grouped = cgroup.usages(found.groups.values(), cgroup.hierarchy(), io)
    trees = tree.usages(found.tops.values(), io)
    return {
        **{unit: grouped[group] for unit, group in found.groups.items()},
        **{unit: trees[top] for unit, top in found.tops.items()},
    }
