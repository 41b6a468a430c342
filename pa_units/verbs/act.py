"""Start, stop and restart: act, then read back. What verbs that act on agents are made of."""

import time
from collections.abc import Callable, Sequence
from typing import NamedTuple

from pa_units.contracts.ledger import Installed
from pa_units.drive import choose
from pa_units.drive.base import Driver, JobResult
from pa_units.drive.wire import open_bus
from pa_units.observe.settle import settle
from pa_units.verbs import logs
from pa_units.verbs.here import Here, may_write


class Outcome(NamedTuple):
    """What became of one agent in a verb."""

    agent: Installed
    ok: bool
    did: str
    """`started`, `stopped`, `already running`…; empty when it failed"""
    reason: str = ""
    """why it failed, in words"""
    pid: int = 0
    denied: bool = False
    log: tuple[str, ...] = ()
    """the last lines that a failed agent printed"""
    failed: str = "not up"
    """what a failure means in two words"""
    idle: bool = False
    """it failed because the agent does not run"""
    taken: bool = True
    """did the init system take the request? If not, it is still to be done"""


Selected = Sequence[Installed]


def start(at: Here, agents: Selected, *, wait: bool = True) -> tuple[Outcome, ...]:
    """Start with a fresh restart budget; up when the same run still lives a second later."""
    return _up(at, agents, "started", lambda driver: driver.start, wait=wait)


def restart(at: Here, agents: Selected, *, wait: bool = True) -> tuple[Outcome, ...]:
    """Stop what runs, start everything."""
    return _up(at, agents, "restarted", lambda driver: driver.restart, wait=wait)


def stop(at: Here, agents: Selected, *, wait: bool = True) -> tuple[Outcome, ...]:
    """Stop; a stopped agent is no failure."""
    results = _drive(at, agents, lambda driver: driver.stop, wait)
    return tuple(
        _outcome(agent, result, "stopped" if wait else "stopping")
        for agent, result in zip(agents, results, strict=True)
    )


_Verb = Callable[..., list[JobResult]]


def _drive(
    at: Here, agents: Selected, verb: Callable[[Driver], _Verb], wait: bool
) -> list[JobResult]:
    may_write(at, "control agents")
    units = [agent.units[0].name for agent in agents]
    return verb(choose.driver())(at.scope, at.env, units, wait=wait)


def _up(
    at: Here, agents: Selected, did: str, verb: Callable[[Driver], _Verb], *, wait: bool
) -> tuple[Outcome, ...]:
    since_us = time.time_ns() // 1000
    results = _drive(at, agents, verb, wait)
    outcomes = {
        agent.name: _outcome(agent, result, did if wait else "starting")
        for agent, result in zip(agents, results, strict=True)
    }
    if wait:
        _read_back(at, agents, did, outcomes, since_us)
    return tuple(outcomes.values())


def _read_back(
    at: Here, agents: Selected, did: str, outcomes: dict[str, Outcome], since_us: int
) -> None:
    # Of what the init system may not have been told, what runs says nothing.
    doubtful = [agent for agent in agents if outcomes[agent.name].taken]
    with open_bus(at.scope, at.env, calls=len(doubtful)) as wire:
        for name, settled in settle(wire, doubtful).items():
            before = outcomes[name]
            if settled.up:
                outcomes[name] = Outcome(before.agent, True, did, pid=settled.pid)
            else:
                outcomes[name] = _failed(at, before, settled.reason, since_us)


def _failed(at: Here, outcome: Outcome, reason: str, since_us: int) -> Outcome:
    return outcome._replace(
        ok=False,
        did="",
        reason=reason or outcome.reason,
        log=tuple(logs.explaining(at, outcome.agent, since_us)),
    )


def _outcome(agent: Installed, result: JobResult, did: str) -> Outcome:
    if result.ok:
        return Outcome(agent, True, did)
    taken = not result.denied and result.result != "unknown"
    return Outcome(agent, False, "", result.message, denied=result.denied, taken=taken)
