"""Is it really up? A job that is done says only that the program was executed."""

import time
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from pa_units.contracts.ledger import Installed
from pa_units.contracts.status import UP, AgentStatus, State
from pa_units.drive import read
from pa_units.drive.managers import Managers, of_builtin, of_systemd
from pa_units.drive.states import UnitState, unit_state
from pa_units.observe import status, supervised
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
    """How a start went."""

    up: bool
    reason: str = ""
    """why it is not up, in words"""
    pid: int = 0
    note: str = ""
    """what else there is to say of one that is up"""
    next_run_us: int | None = None
    """of one that its times start"""


_ROUNDS = 3
"""So often a restart by somebody else meanwhile is followed."""


def settle(managers: Managers, agents: Sequence[Installed]) -> dict[str, Settled]:
    """Wait for the grace period and say of each agent whether its run of before still lives; of
    one that waits for its time or a connection, whether it does."""
    own = [agent for agent in agents if not agent.starts]
    waiting = [agent for agent in agents if agent.starts]
    alive = _lives(managers, [one for agent in own for one in agent.each])
    found = {agent.name: _together(agent, alive) for agent in own}
    for one in status.many(managers, waiting) if waiting else ():
        found[one.name] = _at_the_door(one)
    return found


def _together(agent: Installed, alive: Mapping[str, Settled]) -> Settled:
    if not agent.runs:
        return alive[agent.name]
    parts = [(one.name, alive[one.name]) for one in agent.each]
    down = [f"{name}: {settled.reason}" for name, settled in parts if not settled.up]
    if down:
        return Settled(False, f"{len(parts) - len(down)} of {len(parts)} are up; {down[0]}")
    return Settled(True, note=f"{len(parts)} replicas")


def _at_the_door(one: AgentStatus) -> Settled:
    if one.state not in UP:
        return Settled(False, one.reason or f"it is {one.state}")
    note = str(one.state) if one.state is State.LISTENING else ""
    return Settled(True, pid=one.pid, note=note, next_run_us=one.next_run_us)


def _lives(managers: Managers, agents: Sequence[Installed]) -> dict[str, Settled]:
    """A run that another command has begun meanwhile, and not a crash, gets a grace period too."""
    found: dict[str, Settled] = {}
    left = list(agents)
    before = _read(managers, left)
    for turn in range(_ROUNDS):
        time.sleep(GRACE_S)
        after = _read(managers, left)
        last = turn == _ROUNDS - 1
        again = [one for one in left if not last and _is_anew(one, before, after)]
        found |= {
            one.name: _compare(one, before[_unit(one)], after[_unit(one)])
            for one in left
            if one not in again
        }
        if not again:
            break
        left, before = again, after
    return found


def _unit(agent: Installed) -> str:
    return agent.units[0].name


def _read(managers: Managers, agents: Sequence[Installed]) -> Mapping[str, UnitState]:
    units = [_unit(agent) for agent in of_systemd(agents)]
    found = read.properties(managers.systemd, units, _PROPERTIES) if units else {}
    return {
        **{name: unit_state(properties) for name, properties in found.items()},
        **supervised.units(managers, of_builtin(agents)),
    }


def _is_anew(
    agent: Installed, before: Mapping[str, UnitState], after: Mapping[str, UnitState]
) -> bool:
    """Is it another run, though none has crashed? A start by hand sets the count to 0."""
    old, new = before[_unit(agent)], after[_unit(agent)]
    up = judge(new, agent).state is State.RUNNING
    return up and old.invocation != new.invocation and (new.restarts or 0) <= (old.restarts or 0)


def _compare(agent: Installed, before: UnitState, after: UnitState) -> Settled:
    judged = judge(after, agent)
    if agent.ends and judged.state in (State.RUNNING, State.STOPPED) and not judged.reason:
        return Settled(True, pid=after.main_pid or 0)
    if judged.state is State.RUNNING and before.invocation == after.invocation:
        return Settled(True, pid=after.main_pid or 0)
    if judged.state is State.RUNNING:
        return Settled(False, "it was restarted within a second")
    if judged.state is State.STOPPED and after.result == "success":
        return Settled(False, "it ended by itself with exit code 0")
    return Settled(False, judged.reason or f"it is {judged.state}")
