"""Which agents a command means: names, globs, labels, all."""

from collections.abc import Mapping, Sequence

from pa_units.contracts import ledger as ledgers
from pa_units.contracts.ledger import Installed, Ledger
from pa_units.kit.errors import NotInstalled, UsageError
from pa_units.verbs.here import Here

_GLOB = "*?["


def chosen(
    at: Here, names: Sequence[str], *, everything: bool = False, labels: Sequence[str] = ()
) -> tuple[Installed, ...]:
    """The installed agents that a command means. Raises what `select` raises."""
    installed = ledgers.read(at.places, at.root)
    return select(installed, names, everything=everything, labels=labels)


def one(at: Here, name: str) -> Installed:
    """The installed agent that a command means which takes one. Raises UsageError for a glob that
    more than one match, and for a replica."""
    found = chosen(at, [name])
    if len(found) > 1:
        names = ", ".join(agent.name for agent in found)
        raise UsageError(f"'{name}' means {len(found)} agents, and this takes one", f"of {names}")
    whole(found, "change")
    return found[0]


def select(
    ledger: Ledger,
    names: Sequence[str],
    *,
    everything: bool = False,
    labels: Sequence[str] = (),
) -> tuple[Installed, ...]:
    """Return the agents asked for, each once, in the order asked for.

    Labels narrow what names chose; alone they choose among all. Raises NotInstalled for a name or
    a glob without any agent, UsageError when nothing says which.
    """
    if not (names or everything or labels):
        raise UsageError("which agent? name one, or say --all")
    chosen: dict[str, Installed] = {}
    for name in names or ["*"]:
        chosen |= _matching(ledger.agents, name) if names else dict(ledger.agents)
    wanted = [_pair(label) for label in labels]
    found = tuple(agent for agent in chosen.values() if _has(agent, wanted))
    if labels and not found:
        raise NotInstalled(f"no agent has the label {' '.join(labels)}")
    return found


def _matching(agents: Mapping[str, Installed], name: str) -> dict[str, Installed]:
    wanted = name.removesuffix(".service")
    if wanted in agents:
        return {wanted: agents[wanted]}
    if "@" in wanted and (replica := _replica(agents, wanted)):
        return {wanted: replica}
    if any(sign in name for sign in _GLOB):
        from fnmatch import fnmatchcase

        if found := {key: agent for key, agent in agents.items() if fnmatchcase(key, wanted)}:
            return found
        raise NotInstalled(f"no installed agent matches '{name}'", "pa list shows all")
    raise NotInstalled(f"no agent '{name}' is installed", _similar(agents, wanted))


def _replica(agents: Mapping[str, Installed], name: str) -> Installed | None:
    """One of an agent's replicas, as an agent of its own."""
    of = agents.get(name.partition("@")[0])
    return next((one for one in of.each if of.runs and one.name == name), None) if of else None


def whole(agents: Sequence[Installed], doing: str) -> None:
    """Raise UsageError if one of them is a replica: it is installed with the others."""
    for agent in agents:
        if "@" in agent.name:
            name = agent.name.partition("@")[0]
            raise UsageError(
                f"cannot {doing} {agent.name} alone: it is one of the replicas of {name}",
                f"name {name}, or change its 'replicas' and install it again",
            )


def _similar(agents: Mapping[str, Installed], name: str) -> str:
    from difflib import get_close_matches

    if close := get_close_matches(name, agents, n=1):
        return f"did you mean '{close[0]}'?"
    return "pa list shows all" if agents else "pa install FILE installs one"


def _pair(label: str) -> tuple[str, str | None]:
    key, sign, value = label.partition("=")
    return key, value if sign else None


def _has(agent: Installed, wanted: Sequence[tuple[str, str | None]]) -> bool:
    return all(key in agent.labels and value in (None, agent.labels[key]) for key, value in wanted)
