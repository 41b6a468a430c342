"""The service behind `--confirm-within`: wait until a new version is up, else roll it back."""

import time
from collections.abc import Mapping
from typing import NamedTuple

from pa_units.contracts import ledger
from pa_units.contracts import watch as watches
from pa_units.contracts.ledger import Installed
from pa_units.contracts.status import UP, AgentStatus, State
from pa_units.contracts.watch import Before, Verdict, Watch
from pa_units.drive.errors import BusError
from pa_units.drive.managers import Managers
from pa_units.kit.errors import PaError
from pa_units.observe import runs, status
from pa_units.verbs import act, logs
from pa_units.verbs.bring_up import Wish, bring_up
from pa_units.verbs.here import Here
from pa_units.verbs.trial import now, record
from pa_units.write import restore, session
from pa_units.write.request import After

STEADY_S = 5.0
"""A new version is up when one run of it has lived so long, or half of the time allowed if that is
shorter: one that dies after two seconds is not up just because somebody looked in between."""
_PACE_S = 0.25


class Seen(NamedTuple):
    """A run of a new version."""

    invocations: frozenset[str]
    since: float
    """when it was first seen up, seconds since boot"""


def watch(at: Here, ident: str) -> Verdict:
    """Watch one trial to its end, and note the verdict. Raises PaError if there is none."""
    found = watches.read(at.places, ident)
    if found is None:
        raise PaError(f"cannot watch {ident}: there is no such trial")
    if found.verdict:
        return found.verdict
    began = now()
    reasons = _wait(at, found, steady=min(STEADY_S, (found.until - began) / 2))
    verdict = _go_back(at, found, reasons, began) if reasons else Verdict(True)
    record(at, ident, found._replace(verdict=verdict))
    return verdict


def _wait(at: Here, trial: Watch, steady: float) -> dict[str, str]:
    """Return why agents are not up, by name; nothing once all of them are."""
    seen: dict[str, Seen] = {}
    while True:
        try:
            left, lost = _look(at, trial, seen, steady)
        except BusError as error:
            left, lost = dict.fromkeys(trial.agents, error.message), {}
        if lost or not left:
            return lost
        if now() >= trial.until:
            return left
        time.sleep(_PACE_S)


def _look(
    at: Here, trial: Watch, seen: dict[str, Seen], steady: float
) -> tuple[dict[str, str], dict[str, str]]:
    """Return the reasons of those that are not up yet, and of those that will never be."""
    installed = ledger.read(at.places).agents
    left, lost = {}, {}
    new = []
    for name, before in trial.agents.items():
        if not before.watched:
            continue
        if is_new(installed.get(name), before):
            new.append(installed[name])
        elif not is_others(installed.get(name), before):
            left[name] = "it was not installed"
    with Managers(at.scope, at.env, calls=len(new)) as managers:
        present = runs.runs(managers, new)
        for one in status.many(managers, new):
            began = _began(trial.agents[one.name], one, present[one.name].invocations, seen)
            if one.state is State.FAILED and began:
                lost[one.name] = one.reason
            elif not began or one.state not in UP or now() - began < steady:
                left[one.name] = one.reason or f"it was {one.state}"
    return left, lost


def is_new(entry: Installed | None, before: Before) -> bool:
    """Is the version on trial the one that is installed?"""
    return (
        entry is not None
        and entry.digest == before.digest
        and entry.generation != before.generation
    )


def is_others(entry: Installed | None, before: Before) -> bool:
    """Has another command put something else in its place?"""
    if entry is None:
        return False
    return entry.digest != before.digest and entry.generation != before.generation


def _began(
    before: Before, one: AgentStatus, invocations: frozenset[str], seen: dict[str, Seen]
) -> float:
    """Return when the present run of the new version was first seen up, 0 if there is none.

    A run that was there before the install is of the old version; an agent that waits for its
    time or a connection has none.
    """
    old = not invocations or not invocations.isdisjoint(before.invocations)
    if old and one.state not in (State.SCHEDULED, State.LISTENING):
        return 0.0
    known = seen.get(one.name)
    if known is None or known.invocations != invocations:
        known = seen[one.name] = Seen(invocations, now())
    return known.since


def _go_back(at: Here, trial: Watch, reasons: Mapping[str, str], began: float) -> Verdict:
    """Put the versions before in place again, all of this install, and bring them up."""
    if session.is_interrupted(at.places):
        session.recover(at.places)  # the install was killed while it wrote
    installed = ledger.read(at.places).agents
    since_us = int((time.time() - (now() - began)) * 1e6)
    found = Verdict(
        kept=False,
        reasons=reasons,
        logs={
            name: tuple(logs.explaining(at, installed[name], since_us))
            for name in reasons
            if name in installed
        },
    )
    ours = [name for name, one in trial.agents.items() if is_new(installed.get(name), one)]
    try:
        return _restored(at, trial, [installed[name] for name in ours], found)
    except PaError as error:
        return found._replace(problem=error.message)


def _restored(at: Here, trial: Watch, ours: list[Installed], found: Verdict) -> Verdict:
    numbers = {agent.name: trial.agents[agent.name].generation for agent in ours}
    fresh = [name for name, number in numbers.items() if not number]
    if idle := [agent for agent in ours if not trial.agents[agent.name].ran]:
        act.stop(at, idle)
    back = {name: number for name, number in numbers.items() if number}
    done = restore.restore_all(at.places, back, remove=fresh, after=After.RELOAD)
    installed = done.state.ledger.agents
    # Also those that this service had put back when it was killed, and not restarted yet.
    old = [name for name, one in trial.agents.items() if _is_back(installed.get(name), one)]
    ran = [name for name in old if trial.agents[name].ran]
    outcomes = bring_up(at, done.state.due, Wish([installed[name] for name in ran], always=ran))
    problems = [f"{one.agent.name} is not up: {one.reason}" for one in outcomes if not one.ok]
    return found._replace(
        back=tuple(name for name in old if name in back or name in done.state.due.runs),
        uninstalled=tuple(fresh),
        problem="; ".join(problems),
    )


def _is_back(entry: Installed | None, before: Before) -> bool:
    return entry is not None and entry.generation == before.generation
