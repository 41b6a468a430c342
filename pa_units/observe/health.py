"""What the companion knows of agents, from its socket. On the path of `pa status`: light."""

from _socket import AF_UNIX, SOCK_STREAM
from _socket import socket as new_socket
from collections.abc import Mapping, Sequence

from pa_units.contracts import health
from pa_units.contracts.health import WORST_FIRST, Health, UnitHealth
from pa_units.contracts.ledger import Installed
from pa_units.contracts.places import Places
from pa_units.contracts.status import AgentStatus
from pa_units.kit.errors import PaError

_PATIENCE_S = 2.0
_CHUNK = 1 << 16

SILENT = "pa-watchdog does not answer"

Known = Mapping[str, tuple[UnitHealth, ...]]
"""The checks of each service."""


def ask(places: Places, units: Sequence[str] = ()) -> Known | None:
    """Return the health of services with their last results, of all in short without a name.
    None: the companion does not answer."""
    question = " ".join(units) or health.ALL
    try:
        return health.decode(_exchange(health.socket_in(places.runtime), question))
    except (OSError, PaError):
        return None


def _exchange(path: str, question: str) -> bytes:
    asking = new_socket(AF_UNIX, SOCK_STREAM)
    try:
        asking.settimeout(_PATIENCE_S)
        asking.connect(path)
        asking.sendall(f"{question}\n".encode())
        pieces = []
        while data := asking.recv(_CHUNK):
            pieces.append(data)
    finally:
        asking.close()
    return b"".join(pieces)


def with_health(
    places: Places, agents: Sequence[Installed], found: Sequence[AgentStatus]
) -> tuple[AgentStatus, ...]:
    """Add to the status of agents how those are that the companion looks after."""
    if not any(agent.watched for agent in agents):
        return tuple(found)
    known = ask(places)
    watched = {agent.name for agent in agents if agent.watched}
    return tuple(_with(one, known) if one.name in watched else one for one in found)


def _with(one: AgentStatus, known: Known | None) -> AgentStatus:
    if one.replicas:
        parts = tuple(_with(part, known) for part in one.replicas)
        return _worst(one._replace(replicas=parts))
    if known is None:
        return one._replace(health=Health.NONE, health_reason=SILENT)
    checks = known.get(one.unit, (UnitHealth(one.unit),))
    unit = min(checks, key=lambda check: WORST_FIRST.index(check.health))
    return one._replace(health=unit.health, health_reason=unit.reason)


def _worst(one: AgentStatus) -> AgentStatus:
    """An agent is as well as its worst replica."""
    known = [part for part in one.replicas if part.health is not None]
    worst = min(known, key=lambda part: WORST_FIRST.index(part.health or Health.NONE))
    return one._replace(health=worst.health, health_reason=worst.health_reason)
