"""`enable`, `disable`: start at boot or not. A change of the installed spec and of its link."""

from collections.abc import Sequence

from pa_units.contracts.ledger import CHANGED_HERE, Installed, Origin
from pa_units.verbs import install, specs
from pa_units.verbs.act import Outcome
from pa_units.verbs.bring_up import Wish, bring_up
from pa_units.verbs.here import Here, may_write
from pa_units.verbs.select import chosen, whole
from pa_units.write import apply as writing
from pa_units.write.request import After


def enable(
    at: Here, agents: Sequence[Installed], *, on: bool, dry_run: bool = False
) -> tuple[Outcome, ...]:
    """Change `auto_start` of installed agents; what runs goes on running."""
    may_write(at, "enable agents" if on else "disable agents")
    whole(agents, "enable" if on else "disable")
    if dry_run:
        return tuple(Outcome(agent, True, _foreseen(agent, on)) for agent in agents)
    for driver in dict.fromkeys(agent.driver for agent in agents):
        _change(at, [agent for agent in agents if agent.driver == driver], on=on)
    now = chosen(at, [agent.name for agent in agents])
    return tuple(Outcome(agent, agent.auto_start is on, _WORDS[on]) for agent in now)


def _change(at: Here, agents: Sequence[Installed], *, on: bool) -> None:
    loaded = specs.read([f"{at.places.agents}/{agent.name}.yaml" for agent in agents])
    specs.refuse_errors(loaded.problems)
    changed = loaded._replace(
        agents=tuple(agent.model_copy(update={"auto_start": on}) for agent in loaded.agents)
    )
    compiled = specs.compiled(changed, install.facts_of(at, changed))
    specs.refuse_errors(compiled.problems)
    origins = {agent.name: Origin(agent.origin.path, CHANGED_HERE) for agent in agents}
    done = writing.apply(
        at.places, compiled.bundle, environment=at.env, origins=origins, after=After.RELOAD
    )
    bring_up(at, done.state.due, Wish(start=False))


_WORDS = {True: "starts at boot", False: "does not start at boot"}


def _foreseen(agent: Installed, on: bool) -> str:
    if agent.auto_start is on:
        return f"{_WORDS[on]} already" if on else _WORDS[on]
    return "would start at boot" if on else "would no longer start at boot"
