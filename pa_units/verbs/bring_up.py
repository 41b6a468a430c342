"""Bring to the init system what was written: stop what is gone, reload, restart, start, read back.

Works from what is due, not from what one command has changed, and so finishes what an earlier one
was killed at.
"""

import time
from collections.abc import Collection, Sequence
from typing import NamedTuple

from pa_units.contracts import daemons, ledger
from pa_units.contracts.drivers import BUILTIN, SYSTEMD
from pa_units.contracts.due import Due, Told
from pa_units.contracts.ledger import Installed
from pa_units.contracts.status import DOWN, UP
from pa_units.drive import choose
from pa_units.drive.base import Driver
from pa_units.drive.errors import BusError
from pa_units.drive.managers import Managers
from pa_units.observe import status
from pa_units.observe.aged import Aged, aged
from pa_units.observe.outdated import outdated
from pa_units.verbs import act
from pa_units.verbs.act import Outcome
from pa_units.verbs.here import Here
from pa_units.write import due as dues


class Wish(NamedTuple):
    """What shall run afterwards."""

    agents: Sequence[Installed] = ()
    """those that the command is about: started if they start at boot"""
    always: Collection[str] = ()
    """and those of them that are started in any case"""
    start: bool = True
    """False: nothing is started or restarted, it stays due"""
    wait: bool = True


def reachable(at: Here, drivers: Collection[str]) -> None:
    """Refuse before anything is written what could not be brought up. Raises BusError.

    The built-in supervisor need not be there yet, but if it is, it must be ours to ask."""
    if at.root:
        return
    if SYSTEMD in drivers:
        choose.reachable(at.scope, at.env)
    if BUILTIN in drivers:
        from pa_units.drive import builtin

        builtin.hello(at.scope, at.env)


def bring_up(at: Here, due: Due, wish: Wish) -> tuple[Outcome, ...]:
    """Do what is due and what the command wishes; say what became of its agents, and of those
    that an interrupted command has left.

    Raises BusError when the init system cannot be told; then all of it stays due.
    """
    try:
        told = _tell(at, due)
        reloaded = time.time()
        outcomes = _run(at, due, wish) if wish.start else ()
    except BusError as error:
        raise type(error)(
            f"{error.message}; the files are written, the agents were not all brought up",
            error.hint or "the next pa install or pa start goes on with it",
        ) from error
    if due.any:
        ran = _ran(due, wish, outcomes) if wish.start else ()
        dues.settle(at.places, due, told._replace(ran=ran), reloaded)
    return outcomes


def _tell(at: Here, due: Due) -> Told:
    systemd = choose.driver(SYSTEMD)
    if due.stop:
        systemd.stop(at.scope, at.env, due.stop)
        # A failed unit stays in systemd's lists until it is reset, its file gone or not.
        systemd.reset(at.scope, at.env, due.stop)
    if due.reload:
        systemd.reload(at.scope, at.env)
    if due.rescan:
        choose.driver(BUILTIN).reload(at.scope, at.env)
    if due.daemons:
        _renew(at, systemd, due.daemons)
    reloaded = bool(due.reload or due.rescan)
    return Told(reloaded=reloaded, stopped=due.stop, daemons=due.daemons)


def _renew(at: Here, driver: Driver, names: Collection[str]) -> None:
    """Let the new version of our own services run. A socket cannot be opened anew while its service
    runs, and what a socket starts is started by the next request."""
    beside = [name for name in daemons.BY_SOCKET if name in names]
    if beside:
        driver.stop(at.scope, at.env, beside)
    driver.restart(at.scope, at.env, [name for name in names if name not in beside])


def _run(at: Here, due: Due, wish: Wish) -> tuple[Outcome, ...]:
    agents = (*wish.agents, *_left(at, due, wish))
    if not agents:
        return ()
    with Managers(at.scope, at.env, calls=len(agents)) as managers:
        states = {one.name: one.state for one in status.many(managers, agents)}
        old = outdated(managers, due, agents, states)
        alive = [agent for agent in agents if states[agent.name] not in DOWN]
        beside = aged(managers, alive, at.places.units)
    stale = [agent for agent in alive if agent.name in old or _is_beside(agent, beside)]
    new = {agent.name for agent in stale}
    up = {name for name, state in states.items() if state in UP} - new
    fresh = [agent for agent in agents if agent.name not in new | up and _shall_run(agent, wish)]
    return (
        *(Outcome(agent, True, "is up to date") for agent in wish.agents if agent.name in up),
        *(act.refresh(at, stale, old, beside, wait=wish.wait) if stale else ()),
        *(act.start(at, fresh, wait=wish.wait) if fresh else ()),
    )


def _is_beside(agent: Installed, beside: Aged) -> bool:
    return any(unit.name in beside.sockets | beside.daemons for unit in agent.units)


def _left(at: Here, due: Due, wish: Wish) -> list[Installed]:
    """Agents that an interrupted command was to bring up; one that is at it does so itself."""
    asked = {agent.name for agent in wish.agents}
    names = [name for name in due.abandoned() if name not in asked]
    installed = ledger.read(at.places).agents if names else {}
    return [installed[name] for name in names if name in installed]


def _shall_run(agent: Installed, wish: Wish) -> bool:
    return agent.auto_start or agent.name in wish.always


def _ran(due: Due, wish: Wish, outcomes: Sequence[Outcome]) -> frozenset[str]:
    """Agents that need not be looked at again."""
    considered = {agent.name for agent in wish.agents}
    considered.update(due.abandoned())
    return frozenset(considered - {one.agent.name for one in outcomes if not one.taken})
