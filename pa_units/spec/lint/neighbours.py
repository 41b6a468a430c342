"""Rules between the agents of one document. Agents installed earlier are seen by later stages."""

from collections.abc import Iterator, Mapping, Sequence

from pa_units.contracts.bundle import Level, Loc
from pa_units.spec.lint.rule import Whole
from pa_units.spec.model import Agent

_Found = tuple[str, Loc, str, str]


def _cycles(agents: Sequence[Agent]) -> Iterator[_Found]:
    graph = {agent.name: list(agent.depends_on) for agent in agents}
    for cycle in cycles(graph):
        shown = " → ".join((*cycle, cycle[0]))
        yield cycle[0], ("depends_on", cycle[1 % len(cycle)]), f"dependency cycle: {shown}", ""


def cycles(graph: Mapping[str, Sequence[str]]) -> list[tuple[str, ...]]:
    """Return cycles of a graph, each once and whole, so that without them none is left.

    A depth-first walk with a stack of its own: a chain of 10,000 agents is no recursion error.
    """
    found: list[tuple[str, ...]] = []
    done: set[str] = set()
    for start in graph:
        path: dict[str, Iterator[str]] = {} if start in done else {start: iter(graph[start])}
        while path:
            name, rest = next(reversed(path.items()))
            below = next(rest, None)
            if below is None:
                done.add(name)
                del path[name]
            elif below in path:
                names = list(path)
                found.append(tuple(names[names.index(below) :]))
            elif below in graph and below not in done:
                path[below] = iter(graph[below])
    return found


def _conditions(agents: Sequence[Agent]) -> Iterator[_Found]:
    known = {agent.name: agent for agent in agents}
    for agent in agents:
        for name, dependency in agent.depends_on.items():
            if (other := known.get(name)) is None:
                continue
            loc: Loc = ("depends_on", name)
            check = other.health_check
            if dependency.condition == "healthy" and not (check and check.enabled):
                hint = f"add a health_check to '{name}', or use condition: started"
                yield agent.name, loc, f"'{name}' has no health check: it is never healthy", hint
            if dependency.condition == "completed_successfully" and other.start_type != "oneshot":
                hint = f"add type: oneshot to '{name}'"
                yield agent.name, loc, f"'{name}' is not expected to end", hint


def _shared(agents: Sequence[Agent]) -> Iterator[_Found]:
    owner: dict[str, str] = {}
    for agent in agents:
        for loc, thing in _claims(agent):
            if (first := owner.setdefault(thing, agent.name)) != agent.name:
                yield agent.name, loc, f"{thing} belongs to '{first}' already", ""


def _claims(agent: Agent) -> Iterator[tuple[Loc, str]]:
    if agent.pid_file:
        yield ("pid_file",), agent.pid_file
    for index, socket in enumerate(agent.sockets):
        yield ("sockets", index, "listen"), socket.listen
    if logging := agent.logging:
        for name in ("stdout", "stderr"):
            if path := getattr(logging, name):
                yield ("logging", name), path
        for index, path in enumerate(logging.files):
            yield ("logging", "files", index), path


RULES = (
    Whole("dependency-cycle", Level.ERROR, _cycles, "systemd deletes a job to break the cycle"),
    Whole("bad-dependency", Level.ERROR, _conditions, "podman-container-tools/podman#18189"),
    Whole("shared-file", Level.ERROR, _shared, "logrotate(8): duplicate log entry"),
)
