"""`health`: how agents are, by the companion that asks them."""

from collections.abc import Sequence
from typing import NamedTuple

from pa_units.contracts import ledger
from pa_units.contracts.health import UnitHealth
from pa_units.kit.errors import PaError, UsageError
from pa_units.observe import health, score
from pa_units.observe.score import Share
from pa_units.verbs.here import Here
from pa_units.verbs.select import select


class Checked(NamedTuple):
    """One check of a service under watch."""

    name: str
    """of the agent, or of one of its replicas"""
    unit: UnitHealth
    score: int | None
    """0 to 100"""
    shares: tuple[Share, ...]


def checked(at: Here, names: Sequence[str] = (), labels: Sequence[str] = ()) -> tuple[Checked, ...]:
    """Say how the watched ones of the agents asked for are, of all without a name. Raises PaError
    if nobody watches."""
    agents = select(ledger.read(at.places), names, everything=not names, labels=labels)
    watched = [one for agent in agents if agent.watched for one in agent.each]
    if not watched:
        raise UsageError(
            "cannot tell the health of agents that nobody asks",
            "put a health_check into the spec: pa explain FILE says what it does",
        )
    found = health.ask(at.places, [one.units[0].name for one in watched])
    if found is None:
        raise PaError(
            f"cannot tell the health of agents: {health.SILENT}",
            "see why: systemctl status pa-watchdog",
        )
    return tuple(
        Checked(one.name, unit, score.score(unit), score.shares(unit))
        for one in watched
        for unit in found.get(one.units[0].name, (UnitHealth(one.units[0].name),))
    )
