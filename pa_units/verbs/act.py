"""Start, stop and restart: act, then read back. What verbs that act on agents are made of."""

import time
from collections import defaultdict
from collections.abc import Callable, Collection, Sequence
from typing import NamedTuple

from pa_units.contracts.drivers import BUILTIN
from pa_units.contracts.ledger import Installed
from pa_units.drive import choose
from pa_units.drive.base import JobResult
from pa_units.drive.managers import Managers
from pa_units.observe.aged import Aged
from pa_units.observe.settle import settle
from pa_units.verbs import moves, supervise
from pa_units.verbs.here import Here, may_write
from pa_units.verbs.moves import Moves


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
    note: str = ""
    """what else there is to say of one that is up: `3 replicas`, `listening`"""
    next_run_us: int | None = None
    """when its schedule starts it next, wall clock in microseconds"""
    supervisor: int = 0
    """pid of the built-in supervisor, if it was started for this"""


Selected = Sequence[Installed]


def start(at: Here, agents: Selected, *, wait: bool = True) -> tuple[Outcome, ...]:
    """Start with a fresh restart budget; up when the same run still lives a second later."""
    return _up(at, agents, moves.start(agents), "started", wait=wait)


def restart(at: Here, agents: Selected, *, wait: bool = True) -> tuple[Outcome, ...]:
    """Stop what runs, start everything; a scheduled agent runs now."""
    return _up(at, agents, moves.restart(agents), "restarted", wait=wait)


def refresh(
    at: Here, agents: Selected, outdated: Collection[str], aged: Aged, *, wait: bool = True
) -> tuple[Outcome, ...]:
    """Let a new version take the place of the old one."""
    steps = moves.refresh(agents, outdated, aged)
    return _up(at, agents, steps, "restarted", wait=wait)


def stop(at: Here, agents: Selected, *, wait: bool = True) -> tuple[Outcome, ...]:
    """Stop; a stopped agent is no failure."""
    supervisor = supervise.revived(at, agents)
    results = _drive(at, agents, moves.stop(agents), wait)
    did = "stopped" if wait else "stopping"
    outcomes = (_outcome(agent, results[agent.name], did) for agent in agents)
    return tuple(one._replace(supervisor=supervisor) for one in outcomes)


def _drive(at: Here, agents: Selected, steps: Moves, wait: bool) -> dict[str, list[JobResult]]:
    """Do one step after the other, each for all agents at once; what became of an agent's units
    by its name."""
    may_write(at, "control agents")
    drivers = {agent.name: agent.driver for agent in agents}
    found: dict[str, list[JobResult]] = defaultdict(list)
    for step in steps:
        for driver in dict.fromkeys(drivers[name] for name in step.units):
            own = {name: step.units[name] for name in step.units if drivers[name] == driver}
            units = [unit for names in own.values() for unit in names]
            results = iter(_call(at, driver, step.verb, units, wait))
            for name, names in own.items():
                found[name] += [next(results) for _ in names]
    return found


def _call(at: Here, driver: str, verb: str, units: list[str], wait: bool) -> list[JobResult]:
    call: Callable[..., list[JobResult]] = getattr(choose.driver(driver), verb)
    options = {} if verb == "reset" else {"wait": wait}
    return supervise.again(at, driver, lambda: call(at.scope, at.env, units, **options))


def _up(at: Here, agents: Selected, steps: Moves, did: str, *, wait: bool) -> tuple[Outcome, ...]:
    since_us = time.time_ns() // 1000
    supervisor = supervise.needed(at, agents)
    results = _drive(at, agents, steps, wait)
    outcomes = {
        agent.name: _outcome(agent, results.get(agent.name, ()), did if wait else "starting")
        for agent in agents
    }
    if wait:
        _read_back(at, agents, did, outcomes, since_us)
    return tuple(one._replace(supervisor=supervisor) for one in outcomes.values())


def _read_back(
    at: Here, agents: Selected, did: str, outcomes: dict[str, Outcome], since_us: int
) -> None:
    # Of what the init system may not have been told, what runs says nothing.
    doubtful = [agent for agent in agents if outcomes[agent.name].taken]
    with Managers(at.scope, at.env, calls=len(doubtful)) as managers:
        for name, settled in settle(managers, doubtful).items():
            before = outcomes[name]
            if settled.up:
                outcomes[name] = Outcome(
                    before.agent,
                    True,
                    did,
                    pid=settled.pid,
                    note=settled.note,
                    next_run_us=settled.next_run_us,
                )
            else:
                outcomes[name] = _failed(at, before, settled.reason, since_us)


def _failed(at: Here, outcome: Outcome, reason: str, since_us: int) -> Outcome:
    from pa_units.verbs import logs  # mostly nothing fails

    if outcome.agent.driver == BUILTIN:
        reason = supervise.said_last(at, outcome.agent, since_us) or reason
    return outcome._replace(
        ok=False,
        did="",
        reason=reason or outcome.reason,
        log=tuple(logs.explaining(at, outcome.agent, since_us)),
    )


def _outcome(agent: Installed, results: Sequence[JobResult], did: str) -> Outcome:
    failed = [result for result in results if not result.ok]
    if not failed:
        return Outcome(agent, True, did)
    denied = any(result.denied for result in failed)
    taken = not denied and all(result.result != "unknown" for result in failed)
    first = failed[0]
    words = first.message if len(results) == 1 else f"{first.unit}: {first.message}"
    return Outcome(agent, False, "", words, denied=denied, taken=taken)
