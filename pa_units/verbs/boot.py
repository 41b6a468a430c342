"""`enable`, `disable`: start at boot or not. A change of the installed spec and of its link."""

from collections.abc import Sequence

from pa_units.contracts.ledger import Installed
from pa_units.verbs import install, lifecycle, specs
from pa_units.verbs.here import Here, may_write
from pa_units.verbs.lifecycle import Outcome
from pa_units.write import apply as writing


def enable(at: Here, agents: Sequence[Installed], *, on: bool) -> tuple[Outcome, ...]:
    """Change `auto_start` of installed agents; what runs goes on running."""
    may_write(at, "enable agents" if on else "disable agents")
    loaded = specs.read([f"{at.places.agents}/{agent.name}.yaml" for agent in agents])
    specs.refuse_errors(loaded.problems)
    changed = loaded._replace(
        agents=tuple(agent.model_copy(update={"auto_start": on}) for agent in loaded.agents)
    )
    compiled = specs.compiled(changed, install.facts_of(at, changed))
    specs.refuse_errors(compiled.problems)
    writing.apply(at.places, compiled.bundle, environment=at.env, root=at.root)
    now = lifecycle.chosen(at, [agent.name for agent in agents])
    words = "starts at boot" if on else "does not start at boot"
    return tuple(Outcome(agent, agent.auto_start is on, words) for agent in now)
