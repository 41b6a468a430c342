from collections.abc import Iterator, Sequence

from pa_units.contracts.bundle import Note
from pa_units.spec.model import Agent


def alone(agent: Agent) -> Iterator[Note]:
    return iter(())


def together(agents: Sequence[Agent]) -> Iterator[Note]:
    return iter(())
