"""Which units a verb drives, step by step: an agent may be more than one service. *Pure.*"""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import NamedTuple

from pa_units.contracts import units
from pa_units.contracts.ledger import Installed
from pa_units.observe.aged import Aged

Names = tuple[str, ...]


class Move(NamedTuple):
    """One call of the driver for many agents."""

    verb: str
    """a function of the driver: start, stop, restart, try_restart or reset"""
    units: Mapping[str, Names]
    """by agent"""


Moves = tuple[Move, ...]


def start(agents: Sequence[Installed]) -> Moves:
    """What starts an agent, and its replicas one by one: a target that is active already would
    not bring back those that ended. The failure of an earlier run is over."""
    return (
        Move("reset", _each(agents, lambda one: one.workers if one.starts else ())),
        Move("start", _each(agents, lambda one: (*one.doors, *_replicas(one)))),
    )


def stop(agents: Sequence[Installed]) -> Moves:
    """Everything, so that no timer or connection starts it again. To systemd a oneshot that ends
    by the signal of a stop has failed; to whoever stopped it, it has not."""
    return (
        Move("stop", _each(agents, _every)),
        Move("reset", _each(agents, lambda one: one.workers if one.ends else ())),
    )


def restart(agents: Sequence[Installed]) -> Moves:
    """Its services, and what starts them where that is not active. A scheduled agent runs now, to
    its end as systemd sees it, and its times stay."""
    return (
        Move("start", _each(agents, _doors_alone)),
        Move("restart", _each(agents, lambda one: one.workers)),
    )


def refresh(agents: Sequence[Installed], outdated: Collection[str], aged: Aged) -> Moves:
    """Let what was installed anew take effect, with no more disturbance than it needs; `outdated`
    are agents whose services run as they were before.

    Sockets stay open over a restart unless they have changed themselves, and cannot be opened
    while their service runs. A run at its times goes on to its end: the next one is new.
    """
    closed = [one for one in agents if _among(_every(one), aged.sockets)]
    open_ = [one for one in agents if one not in closed]
    rest = [one for one in open_ if one.name in outdated and not is_scheduled(one)]
    return (
        Move("stop", _each(agents, lambda one: _among(one.workers, aged.daemons))),
        Move("reset", _each(agents, lambda one: _among(one.workers, aged.daemons))),
        *stop(closed),
        *start(closed),
        Move("start", _each(open_, _doors_alone)),
        Move("try_restart", _each(rest, lambda one: one.workers if one.starts else ())),
        Move("restart", _each(rest, lambda one: () if one.starts else one.workers)),
    )


def _each(agents: Sequence[Installed], names: Callable[[Installed], Names]) -> dict[str, Names]:
    return {one.name: found for one in agents if (found := names(one))}


def _every(agent: Installed) -> Names:
    return tuple(unit.name for unit in agent.units)


def _replicas(agent: Installed) -> Names:
    return agent.workers if agent.runs else ()


def _doors_alone(agent: Installed) -> Names:
    """What starts it, where that is not the service itself."""
    return tuple(door for door in agent.doors if door not in agent.workers)


def _among(units_of: Names, wanted: Collection[str]) -> Names:
    return tuple(unit for unit in units_of if unit in wanted)


def is_scheduled(agent: Installed) -> bool:
    """Do its times start it?"""
    return any(map(units.is_timer, agent.doors))
