"""The built-in supervisor on first need: the first command that has work for it starts it."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from pa_units.contracts.drivers import BUILTIN
from pa_units.contracts.ledger import Installed
from pa_units.contracts.status import State
from pa_units.drive.errors import NoBus
from pa_units.verbs.here import Here

Answer = TypeVar("Answer")


def needed(at: Here, agents: Sequence[Installed]) -> int:
    """Have a supervisor if one of `agents` is its own: return the pid of one that was started now,
    0 if there was one, or none is needed. Raises PaError when it does not come up."""
    if not any(agent.driver == BUILTIN for agent in agents):
        return 0
    from pa_units.drive.autostart import autostart

    return autostart(at.scope, at.env)


def revived(at: Here, agents: Sequence[Installed]) -> int:
    """Have a new supervisor where a killed one has left one of `agents` running: its pid, 0 if
    that is not so. Raises PaError when it does not come up."""
    names = [unit for agent in agents if agent.driver == BUILTIN for unit in agent.workers]
    if not names:
        return 0
    from pa_units.drive import builtin

    if builtin.hello(at.scope, at.env):
        return 0
    left = builtin.units(at.scope, at.env, names).values()
    return needed(at, agents) if any(unit.pid for unit in left) else 0


def again(at: Here, driver: str, ask: Callable[[], Answer]) -> Answer:
    """Ask a driver. What a killed supervisor left running needs a new one, which adopts it."""
    try:
        return ask()
    except NoBus:
        if driver != BUILTIN:
            raise
    from pa_units.drive.autostart import autostart

    autostart(at.scope, at.env)
    return ask()


def said_last(at: Here, agent: Installed, since_us: int) -> str:
    """Why a run of an agent ended last since then, as the supervisor has noted it: in its state
    that is forgotten when the next run begins. Empty if it has given up: its state says more."""
    from pa_units.observe.run_history import told

    found = [one for one in told(at.places, agent.workers) if one.at_us >= since_us and one.why]
    return found[-1].why if found and found[-1].state is State.RESTARTING else ""
