"""*Pure*: what must hold of other agents before one starts, and who goes down first."""

from collections.abc import Collection, Iterable, Mapping, Sequence

from pa_units.contracts.run_plan import Need, RunPlan
from pa_units.contracts.run_state import EXITED, Unit
from pa_units.contracts.status import State

Agents = Mapping[str, Sequence[Unit]]
"""The units of every agent by its name: several where there are replicas"""

_UP = frozenset({State.RUNNING, State.PAUSED})
DOWN = frozenset({State.STOPPED, State.FAILED})


def missing(plan: RunPlan, agents: Agents) -> str:
    """Say what `plan` still has to wait for; "" if it may start."""
    return next((words for need in plan.needs if (words := _missing(need, agents))), "")


def _missing(need: Need, agents: Agents) -> str:
    units = agents.get(need.agent, ())
    if not units:
        return f"waits for {need.agent}, which is not installed"
    if need.condition == "completed_successfully":
        done = all(map(completed, units))
        return "" if done else f"waits for {need.agent} to complete"
    # What did its work and rests was started as well.
    up = all(unit.state in _UP or completed(unit) for unit in units)
    return "" if up else f"waits for {need.agent}"


def completed(unit: Unit) -> bool:
    """Has it done its work and rests?"""
    return unit.state is State.STOPPED and unit.code == EXITED and unit.result == "success"


def pulled_in(names: Iterable[str], plans: Mapping[str, RunPlan]) -> tuple[str, ...]:
    """Return units that others need which are to start: their needs, and the needs of those."""
    by_agent = _by_agent(plans)
    found: dict[str, None] = {}
    todo = [plans[name] for name in names]
    while todo:
        for need in todo.pop().needs:
            for unit in by_agent.get(need.agent, ()):
                if unit not in found:
                    found[unit] = None
                    todo.append(plans[unit])
    return tuple(found)


def taken_along(names: Iterable[str], plans: Mapping[str, RunPlan]) -> tuple[str, ...]:
    """Return units that are stopped and restarted together with `names` (`PartOf=`,
    systemd.unit(5))."""
    found = dict.fromkeys(names)
    while more := [
        name
        for name, plan in plans.items()
        if name not in found
        and any(
            need.restart and need.agent in {plans[unit].agent for unit in found}
            for need in plan.needs
        )
    ]:
        found |= dict.fromkeys(more)
    return tuple(found)


def first_down(names: Collection[str], plans: Mapping[str, RunPlan]) -> list[str]:
    """Return those of `names` that no other of them needs. Where plans of several installs need
    each other in a circle, all of them."""
    needed = {need.agent for name in names for need in plans[name].needs}
    return [name for name in names if plans[name].agent not in needed] or [*names]


def _by_agent(plans: Mapping[str, RunPlan]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, plan in plans.items():
        found.setdefault(plan.agent, []).append(name)
    return found
