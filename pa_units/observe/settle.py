"""Is it really up? A job that is done says only that the program was executed."""

import time
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from pa_units.contracts.ledger import Installed
from pa_units.contracts.status import State
from pa_units.drive import read
from pa_units.drive.states import UnitState, unit_state
from pa_units.drive.wire import Wire
from pa_units.observe.states import judge

GRACE_S = 1.0
"""An agent is up when the same run of it still lives so long after its start."""

_PROPERTIES = (
    "Id",
    "LoadState",
    "ActiveState",
    "SubState",
    "InvocationID",
    "NRestarts",
    "Result",
    "ExecMainCode",
    "ExecMainStatus",
    "ExecMainExitTimestamp",
    "MainPID",
)


class Settled(NamedTuple):
    """How a start went. `reason` says why an agent is not up, in words."""

    up: bool
    reason: str = ""
    pid: int = 0


def settle(wire: Wire, agents: Sequence[Installed]) -> dict[str, Settled]:
    """Wait for the grace period and say of each agent whether its run of before still lives."""
    names = [agent.units[0].name for agent in agents]
    before = _read(wire, names)
    time.sleep(GRACE_S)
    after = _read(wire, names)
    return {
        agent.name: _compare(agent, before[unit], after[unit])
        for agent, unit in zip(agents, names, strict=True)
    }


def _read(wire: Wire, names: Sequence[str]) -> Mapping[str, UnitState]:
    found = read.properties(wire, names, _PROPERTIES)
    return {name: unit_state(properties) for name, properties in found.items()}


def _compare(agent: Installed, before: UnitState, after: UnitState) -> Settled:
    judged = judge(after, agent)
    if judged.state is State.RUNNING and before.invocation == after.invocation:
        return Settled(True, pid=after.main_pid or 0)
    if judged.state is State.RUNNING:
        return Settled(False, "it was restarted within a second")
    if judged.state is State.STOPPED and after.result == "success":
        return Settled(False, "it ended by itself with exit code 0")
    return Settled(False, judged.reason or f"it is {judged.state}")
