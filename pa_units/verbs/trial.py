"""`--confirm-within`: a new version on trial, watched by a service that outlives the terminal."""

import os
import sys
import time
from collections.abc import Collection, Iterator, Sequence
from typing import NamedTuple

from pa_units.contracts import ledger, run_plan
from pa_units.contracts import watch as watches
from pa_units.contracts.bundle import Bundle
from pa_units.contracts.drivers import BUILTIN, SYSTEMD
from pa_units.contracts.ledger import Installed
from pa_units.contracts.status import DOWN, UP, State
from pa_units.contracts.watch import Before, Verdict, Watch
from pa_units.drive import choose, task, transient
from pa_units.drive.managers import Managers
from pa_units.drive.transient import Transient
from pa_units.kit import files
from pa_units.kit.errors import PaError
from pa_units.observe import runs, status
from pa_units.verbs.act import Outcome
from pa_units.verbs.here import Here
from pa_units.write.changes import Action, Changes

_PACE_S = 0.2
_TO_GO_BACK_S = 180.0
"""Longer than the jobs of a roll-back may take; then whoever waits for the verdict gives up."""

_PASSED = ("PA_HOME", "HOME", "DBUS_SYSTEM_BUS_ADDRESS", "DBUS_SESSION_BUS_ADDRESS")
_PASSED_BEGINNINGS = ("XDG_",)
"""Variables that decide where things stand (`places`), for the service that watches."""


class Trial(NamedTuple):
    """What watches an install."""

    ident: str
    unit: str
    until: float
    """seconds since boot"""
    driver: str = SYSTEMD


_STEM = "pa-confirm-"


def cancel(at: Here, trial: Trial) -> None:
    """End the watch of an install that did not come about."""
    if trial.driver == BUILTIN:
        task.end(at.scope, at.env, trial.unit)
    else:
        choose.driver().stop(at.scope, at.env, [trial.unit])
    _remove(at, trial.ident)


def leave(at: Here, ident: str) -> None:
    """Have nothing left of a watch but its verdict; the last thing that it does. systemd forgets
    it by itself."""
    unit = _STEM + ident
    if os.path.exists(run_plan.path_of(at.places, unit)):
        task.end(at.scope, at.env, unit)


def now() -> float:
    """Return seconds since boot, time asleep included: the same in every process."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)


def begin(at: Here, planned: Changes, bundle: Bundle, within: float) -> Trial | None:
    """Start the watch of an install that is about to be done; None if nothing would run anew.

    Before anything is written: whatever happens to us from then on, somebody rolls it back.
    Raises BusError when the service cannot be started.
    """
    agents = _before(at, planned, bundle)
    if not any(one.watched for one in agents.values()):
        return None
    forget(at, agents)
    ident, driver = os.urandom(4).hex(), bundle.agents[0].driver
    unit = _STEM + ident + (".service" if driver == SYSTEMD else "")
    trial = Trial(ident, unit, now() + within, driver)
    record(at, ident, Watch(trial.until, agents))
    try:
        _STARTERS[driver](at.scope, at.env, _service(at, trial, agents))
    except BaseException:
        _remove(at, ident)
        raise
    return trial


_STARTERS = {SYSTEMD: transient.start, BUILTIN: task.start}


def _before(at: Here, planned: Changes, bundle: Bundle) -> dict[str, Before]:
    installed = ledger.read(at.places).agents
    changed = [
        agent
        for agent in bundle.agents
        if planned.agents[agent.agent].action in (Action.CREATE, Action.UPDATE)
    ]
    old = [installed[agent.agent] for agent in changed if agent.agent in installed]
    states, present = _present(at, old)
    found = {}
    for agent in changed:
        name = agent.agent
        ran = states.get(name, State.STOPPED) not in DOWN
        found[name] = Before(
            digest=agent.digest,
            generation=installed[name].generation if name in installed else 0,
            ran=ran,
            invocations=tuple(sorted(present.get(name, ()))),
            watched=planned.agents[name].rerun and (agent.auto_start or ran),
        )
    return found


def _present(
    at: Here, agents: list[Installed]
) -> tuple[dict[str, State], dict[str, frozenset[str]]]:
    if not agents:
        return {}, {}
    with Managers(at.scope, at.env, calls=len(agents)) as managers:
        states = {one.name: one.state for one in status.many(managers, agents)}
        found = runs.runs(managers, agents)
    return states, {name: run.invocations for name, run in found.items()}


def _service(at: Here, trial: Trial, agents: Collection[str]) -> Transient:
    import pa_units

    kept = {
        name: value
        for name, value in at.env.items()
        if name in _PASSED or name.startswith(_PASSED_BEGINNINGS)
    }
    package = os.path.dirname(os.path.dirname(os.path.abspath(pa_units.__file__)))
    return Transient(
        unit=trial.unit,
        description=f"pa: roll back {', '.join(agents)} unless up in time",
        # -P: a pa_units/ in the working directory is not ours.
        argv=[sys.executable, "-P", "-m", "pa_units", "_confirm", trial.ident, f"--{at.scope}"],
        environment={**kept, "PYTHONPATH": package, "PYTHONDONTWRITEBYTECODE": "1"},
    )


def record(at: Here, ident: str, watch: Watch) -> None:
    """Write the record of a trial."""
    path = watches.path_of(at.places, ident)
    for directory in files.missing_directories(watches.directory(at.places)):
        files.make_directory(directory, 0o755)
    files.write_whole(path, watches.encode(watch), 0o644)


def verdict(at: Here, trial: Trial) -> Verdict:
    """Wait for the end of a trial. Raises PaError when whoever watches it is gone."""
    while now() < trial.until + _TO_GO_BACK_S:
        found = watches.read(at.places, trial.ident)
        if found and found.verdict:
            if not found.verdict.back:  # nothing that `history` could tell of it
                _remove(at, trial.ident)
            return found.verdict
        time.sleep(_PACE_S)
        if found is None or _is_gone(at, trial):
            break
    user = "--user " if at.scope == "user" else ""
    hint = f"see what it says: journalctl {user}-u {trial.unit}"
    raise PaError(
        f"cannot tell how the trial ended: {trial.unit} left no verdict",
        hint if trial.driver == SYSTEMD else "pa status shows what runs",
    )


def _is_gone(at: Here, trial: Trial) -> bool:
    state = choose.driver(trial.driver).read(at.scope, at.env, [trial.unit])[trial.unit]
    if state.active not in ("inactive", "failed"):
        return False
    left = watches.read(at.places, trial.ident)
    return left is None or left.verdict is None


def outcomes(at: Here, agents: Sequence[Installed], found: Verdict) -> tuple[Outcome, ...]:
    """Say what became of the agents of an install that was on trial."""
    if not found.kept:
        return tuple(_undone(agent, found) for agent in agents if _is_touched(agent, found))
    with Managers(at.scope, at.env, calls=len(agents)) as managers:
        states = status.many(managers, agents)
    return tuple(
        Outcome(agent, True, "is up", pid=one.pid)
        for agent, one in zip(agents, states, strict=True)
        if one.state in UP
    )


def _is_touched(agent: Installed, found: Verdict) -> bool:
    return agent.name in {*found.reasons, *found.back, *found.uninstalled}


def _undone(agent: Installed, found: Verdict) -> Outcome:
    if reason := found.reasons.get(agent.name):
        log = tuple(found.logs.get(agent.name, ()))
        return Outcome(agent, False, "", reason, log=log, failed="not up in time")
    return Outcome(agent, False, "", "others of this install were not up", failed="rolled back")


def rolled_back(at: Here, name: str) -> Iterator[tuple[Watch, Verdict]]:
    """Yield the trials since the last boot that went against an agent."""
    for _, found in _records(at):
        if found.verdict and not found.verdict.kept and name in found.agents:
            yield found, found.verdict


def forget(at: Here, names: Collection[str]) -> None:
    """Remove the verdicts about agents."""
    for ident, found in list(_records(at)):
        if found.verdict and not set(found.agents).isdisjoint(names):
            _remove(at, ident)


def _records(at: Here) -> Iterator[tuple[str, Watch]]:
    try:
        entries = sorted(os.listdir(watches.directory(at.places)))
    except (FileNotFoundError, PermissionError):
        return
    for entry in entries:
        ident, ending = os.path.splitext(entry)
        found = watches.read(at.places, ident) if ending == ".json" else None
        if found:
            yield ident, found


def _remove(at: Here, ident: str) -> None:
    path = watches.path_of(at.places, ident)
    files.remove(path)
    if files.remove_directory(watches.directory(at.places)):
        files.remove_directory(at.places.runtime)
