"""Which run of an agent is going on: told apart by systemd's invocation ids."""

from collections.abc import Sequence
from typing import NamedTuple

from pa_units.contracts.ledger import Installed
from pa_units.drive import read
from pa_units.drive.states import UnitState, unit_state
from pa_units.drive.wire import Wire


class Run(NamedTuple):
    """The processes of one agent as they are now."""

    invocations: frozenset[str]
    """one per service that runs; kept by systemd for a while after its end"""
    began: float
    """when the oldest of them was up, seconds since the epoch; 0: none is"""


def runs(wire: Wire, agents: Sequence[Installed]) -> dict[str, Run]:
    """Return the present run of each agent by its name."""
    units = [unit for agent in agents for unit in agent.workers]
    wanted = ("InvocationID", "ActiveState", "ActiveEnterTimestamp")
    found = {
        unit: unit_state(properties)
        for unit, properties in read.properties(wire, units, wanted).items()
    }
    return {agent.name: _run([found[unit] for unit in agent.workers]) for agent in agents}


def _run(states: Sequence[UnitState]) -> Run:
    up = [state.active_since_us for state in states if state.active == "active"]
    invocations = frozenset(state.invocation for state in states if state.invocation)
    return Run(invocations, min(up, default=0) / 1e6)
