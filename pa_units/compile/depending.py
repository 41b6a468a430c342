"""Can every agent have what it relies on in others? *Pure*, the same for every target."""

from collections.abc import Callable, Iterator, Mapping
from difflib import get_close_matches

from pa_units.compile import neighbours
from pa_units.compile.neighbours import Neighbours
from pa_units.compile.part import error, note
from pa_units.contracts import needs
from pa_units.contracts.bundle import Loc, Note
from pa_units.contracts.facts import Standing
from pa_units.spec.lint.neighbours import cycles
from pa_units.spec.model import Agent


def notes(agent: Agent, around: Neighbours) -> tuple[Note, ...]:
    """What is wrong with the dependencies of an agent, and with its dependants."""
    return (
        *(found for name in agent.depends_on for found in _dependency(agent, name, around)),
        *_dependants(agent, around),
    )


def _dependency(agent: Agent, name: str, around: Neighbours) -> Iterator[Note]:
    loc: Loc = ("depends_on", name)
    if (other := around.agents.get(name)) is not None:
        for what in neighbours.of(agent)[name]:
            if (able := _ABLE.get(what)) and (problem := able(other)):
                text, hint = problem
                yield error(agent.name, loc, "bad-dependency", text, hint)
    elif (standing := around.standing(name)) is None:
        yield error(agent.name, loc, "unknown-dependency", *_unknown(name, around))
    elif standing is neighbours.OPEN:
        yield _unseen(agent, name, loc)
    else:
        yield from _standing(agent, name, standing, loc)


def _unknown(name: str, around: Neighbours) -> tuple[str, str]:
    close = get_close_matches(name, around.names(), 1)
    hint = (
        f"did you mean '{close[0]}'?"
        if close
        else (f"install it first, or name a unit that is no agent under 'after:': {name}.service")
    )
    return f"there is no agent '{name}', neither in this spec nor installed", hint


def _unseen(agent: Agent, name: str, loc: Loc) -> Note:
    condition = agent.depends_on[name].condition
    promise = {"healthy": " and be gated there", "completed_successfully": " as type oneshot"}
    return note(
        agent.name,
        loc,
        "dependency-unseen",
        f"'{name}' is not part of this spec: it has to be installed on the machine"
        + promise.get(condition, ""),
    )


def _standing(agent: Agent, name: str, standing: Standing, loc: Loc) -> Iterator[Note]:
    together = f"or install both together: pa install {standing.origin or name} …"
    for what in neighbours.of(agent)[name]:
        if what not in standing.offers:
            text, hint = _MISSING[what]
            yield error(
                agent.name,
                loc,
                "bad-dependency",
                f"'{name}' was installed {text}",
                f"{hint.format(name)}, {together}" if hint else together.removeprefix("or "),
            )


_MISSING = {
    needs.HEALTHY: (
        "without a gate: nobody can tell when it is healthy",
        "set 'health_check: {{gate: true}}' for '{}' and install it again",
    ),
    needs.COMPLETED: (
        "to run all the time and never completes",
        "set 'type: oneshot' for '{}' and install it again",
    ),
    needs.RESTART: ("without dependants, and tells nobody of its restarts", ""),
}
"""Per need: how a dependency was installed that does not offer it, and the line that helps"""


def _never_healthy(other: Agent) -> tuple[str, str] | None:
    if other.start_type == "oneshot":
        return f"'{other.name}' ends by itself", "use condition: completed_successfully"
    if other.check_timing is None:
        hint = f"add a health_check to '{other.name}', or use condition: started"
        return f"'{other.name}' has no health check: it is never healthy", hint
    return None


def _never_completes(other: Agent) -> tuple[str, str] | None:
    if other.start_type != "oneshot":
        return f"'{other.name}' is not expected to end", f"add type: oneshot to '{other.name}'"
    if other.schedule:
        return (
            f"'{other.name}' runs again and again at its times: it is never completed",
            "use condition: started",
        )
    return None


_ABLE: Mapping[str, Callable[[Agent], tuple[str, str] | None]] = {
    needs.HEALTHY: _never_healthy,
    needs.COMPLETED: _never_completes,
}
"""Per need: why an agent of this install cannot give it, and the hint"""


def _dependants(agent: Agent, around: Neighbours) -> Iterator[Note]:
    """An agent that is installed anew must go on giving what installed ones rely on."""
    for what, able in _ABLE.items():
        waiting = neighbours.dependants(around, agent.name, what)
        earlier = [name for name in waiting if name not in around.agents]
        if earlier and (problem := able(agent)):
            text = f"{problem[0]}, but '{earlier[0]}', which is installed, waits for that"
            hint = f"uninstall '{earlier[0]}' first, or install both together"
            yield error(agent.name, ("name",), "still-needed", text, hint)


def circles(around: Neighbours) -> Iterator[Note]:
    """Dependency cycles, each with all its members: systemd would drop a job to break one."""
    graph = {name: list(one.needs) for name, one in (around.installed or {}).items()}
    graph |= {name: list(agent.depends_on) for name, agent in around.agents.items()}
    if not any(agent.depends_on for agent in around.agents.values()):
        return
    for cycle in cycles(graph):
        own = next((at for at, name in enumerate(cycle) if name in around.agents), None)
        if own is None:
            continue
        turned = (*cycle[own:], *cycle[:own])
        shown = " → ".join((*turned, turned[0]))
        loc: Loc = ("depends_on", turned[1 % len(turned)])
        yield error(turned[0], loc, "dependency-cycle", f"dependency cycle: {shown}")
