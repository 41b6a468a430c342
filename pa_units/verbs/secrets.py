"""`secret`: values of the installer's variables."""

from pa_units.contracts import ledger
from pa_units.verbs.here import Here, may_write
from pa_units.write import restore, secrets
from pa_units.write.request import After


def set_value(at: Here, agent: str, variable: str, value: str) -> bool:
    """Store a value; tell whether the agent is installed: then its environment file has it now."""
    may_write(at, "store secrets")
    secrets.set_values(at.places, agent, {variable: value}, at.root)
    installed = agent in ledger.read(at.places, at.root).agents
    if installed:
        after = After.NOTHING if at.root else After.RELOAD
        restore.refresh(at.places, agent, after=after, root=at.root)
    return installed


def names(at: Here, agent: str) -> tuple[str, ...]:
    """The variables of an agent that have a value."""
    may_write(at, "list secrets")
    return secrets.names(at.places, agent, at.root)


def remove(at: Here, agent: str, variable: str) -> None:
    """Forget a value."""
    may_write(at, "remove secrets")
    secrets.remove_value(at.places, agent, variable, at.root)
