"""`start`, `stop`, `restart`, or what they would do."""

from pa_units.verbs import act, rehearse
from pa_units.verbs.act import Outcome, Selected
from pa_units.verbs.catch_up import catch_up
from pa_units.verbs.here import Here


def start(
    at: Here, agents: Selected, *, wait: bool = True, dry_run: bool = False
) -> tuple[Outcome, ...]:
    """Start with a fresh restart budget; up when the same run still lives a second later."""
    if dry_run:
        return rehearse.start(at, agents)
    return (*_others(at, agents), *act.start(at, agents, wait=wait))


def restart(
    at: Here, agents: Selected, *, wait: bool = True, dry_run: bool = False
) -> tuple[Outcome, ...]:
    """Stop what runs, start everything."""
    if dry_run:
        return rehearse.restart(at, agents)
    return (*_others(at, agents), *act.restart(at, agents, wait=wait))


def stop(
    at: Here, agents: Selected, *, wait: bool = True, dry_run: bool = False
) -> tuple[Outcome, ...]:
    """Stop; a stopped agent is no failure."""
    if dry_run:
        return rehearse.stop(at, agents)
    return (*_others(at, agents), *act.stop(at, agents, wait=wait))


def _others(at: Here, agents: Selected) -> tuple[Outcome, ...]:
    """Finish what an interrupted command has left; say what became of other agents by it."""
    asked = {agent.name for agent in agents}
    return tuple(one for one in catch_up(at).outcomes if one.agent.name not in asked)
