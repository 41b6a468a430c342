"""`plan`: what `apply` would do now, agent by agent. Writes nothing, drives nothing."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import NamedTuple

from pa_units.contracts import due as dues
from pa_units.contracts import ledger
from pa_units.contracts.due import Due
from pa_units.contracts.ledger import Installed
from pa_units.contracts.status import DOWN, State
from pa_units.drive.managers import Managers
from pa_units.observe import status
from pa_units.observe.outdated import outdated
from pa_units.spec.problems import Problem
from pa_units.verbs import install
from pa_units.verbs.here import Here
from pa_units.verbs.install import Options, Prepared
from pa_units.write import drift, session
from pa_units.write.changes import IDLE, Action, Change, Changes
from pa_units.write.drift import Drifted


class Step(StrEnum):
    """What the init system would be told about an agent."""

    NOTHING = ""
    START = "start"
    RESTART = "restart"
    STOP = "stop"


_STARTED = DOWN | {State.RESTARTING, State.STOPPING}
"""Agents in these states `apply` starts at once."""


class AgentPlan(NamedTuple):
    """One agent."""

    name: str
    action: Action
    """create, update, same, or remove"""
    step: Step
    files: tuple[Change, ...]
    """its paths that change, those shared with other agents too"""
    kept: tuple[str, ...] = ()
    """paths edited by hand, and drop-ins of the admin: left as they are"""
    user_before: str | None = None
    """set when it would run as another user than before"""

    @property
    def pending(self) -> bool:
        """Is there anything to do?"""
        return bool(self.files or self.step) or self.action is not Action.SAME


class Plan(NamedTuple):
    """All of it."""

    agents: tuple[AgentPlan, ...]
    changes: Changes
    problems: tuple[Problem, ...]
    unfinished: bool = False
    """an interrupted command has left something to finish"""

    @property
    def pending(self) -> bool:
        """Would `apply` do anything?"""
        return self.unfinished or self.changes.any or any(one.pending for one in self.agents)


def plan(at: Here, paths: Sequence[str], *, prune: bool, strict: bool = False) -> Plan:
    """Compare spec files and directories with what is installed, and with what runs.

    Raises SpecRefused, UsageError, and BusError when the init system cannot be asked.
    """
    wanted = install.prepare(at, paths, Options(prune=prune, strict=strict))
    changes = install.foresee(at, wanted)
    due = dues.read(at.places, at.root)
    steps = {} if at.root else _steps(at, wanted, changes, due)
    kept = _kept(at, changes)
    agents = tuple(
        AgentPlan(
            name,
            change.action,
            steps.get(name, Step.NOTHING),
            files=tuple(
                one for one in changes.files if name in one.agents and one.action not in IDLE
            ),
            kept=kept.get(name, ()),
            user_before=change.user_before,
        )
        for name, change in sorted(changes.agents.items())
    )
    unfinished = session.is_interrupted(at.places, at.root) or due.is_left
    return Plan(agents, changes, wanted.compiled.problems, unfinished)


def _steps(at: Here, wanted: Prepared, changes: Changes, due: Due) -> dict[str, Step]:
    installed = ledger.read(at.places).agents
    known = [installed[name] for name in changes.agents if name in installed]
    with Managers(at.scope, at.env, calls=len(known)) as managers:
        states = {one.name: one.state for one in status.many(managers, known)}
        old = outdated(managers, due, known, states)
    found = {agent.name: _step(installed, agent.name, states, old, changes) for agent in known}
    for bundle in wanted.compiled.bundle.agents:
        if bundle.auto_start and states.get(bundle.agent, State.STOPPED) in _STARTED:
            found[bundle.agent] = Step.START
    return found


def _step(
    installed: Mapping[str, Installed],
    name: str,
    states: dict[str, State],
    old: set[str],
    changes: Changes,
) -> Step:
    change = changes.agents[name]
    runs = states[name] not in DOWN
    if change.action is Action.REMOVE:
        return Step.STOP if runs else Step.NOTHING
    return Step.RESTART if runs and (change.rerun or name in old) else Step.NOTHING


def _kept(at: Here, changes: Changes) -> dict[str, tuple[str, ...]]:
    """What is not as it was written and stays so, by agent."""
    left = {change.path for change in changes.files if change.action is Action.KEEP}
    found: dict[str, tuple[str, ...]] = {}
    for one in drift.drift(at.places, tuple(changes.agents), at.root):
        if one.what is Drifted.DROP_IN or one.path in left:
            found[one.agent] = (*found.get(one.agent, ()), one.path)
    return found
