"""Which run of an agent is going on: told apart by systemd's invocation ids."""

from collections.abc import Sequence
from typing import NamedTuple

from pa_units.contracts.ledger import Installed
from pa_units.drive import read
from pa_units.drive.managers import Managers, of_builtin, of_systemd
from pa_units.drive.states import UnitState, unit_state
from pa_units.observe import supervised


class Run(NamedTuple):
    """The processes of one agent as they are now."""

    invocations: frozenset[str]
    """one per service that runs; kept by systemd for a while after its end"""
    began: float
    """when the oldest of them was up, seconds since the epoch; 0: none is"""


def runs(managers: Managers, agents: Sequence[Installed]) -> dict[str, Run]:
    """Return the present run of each agent by its name."""
    found = {
        **_of_systemd(managers, of_systemd(agents)),
        **supervised.units(managers, of_builtin(agents)),
    }
    return {agent.name: _run([found[unit] for unit in agent.workers]) for agent in agents}


def _of_systemd(managers: Managers, agents: Sequence[Installed]) -> dict[str, UnitState]:
    if not agents:
        return {}
    units = [unit for agent in agents for unit in agent.workers]
    wanted = ("InvocationID", "ActiveState", "ActiveEnterTimestamp")
    properties = read.properties(managers.systemd, units, wanted)
    return {unit: unit_state(values) for unit, values in properties.items()}


def _run(states: Sequence[UnitState]) -> Run:
    up = [state.active_since_us for state in states if state.active == "active"]
    invocations = frozenset(state.invocation for state in states if state.invocation)
    return Run(invocations, min(up, default=0) / 1e6)
