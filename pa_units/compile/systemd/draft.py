"""What is decided about an agent before the first line of its units is written."""

from typing import NamedTuple

from pa_units.compile.neighbours import Neighbours
from pa_units.compile.systemd.streams import Stream, streams
from pa_units.compile.watch.plan import is_asked, is_measured
from pa_units.contracts import needs, units
from pa_units.contracts.facts import Host, Placement
from pa_units.contracts.refs import Scope
from pa_units.spec.model import Agent

NATIVE_BACKOFF = 254
"""First systemd with RestartSteps=, RestartMaxDelaySec= and RestartMode=, systemd.service(5)."""


class Identity(NamedTuple):
    """Whom an agent runs as, and why."""

    user: str
    """"" for a dynamic user"""
    group: str
    dynamic: bool
    reason: str


class Draft(NamedTuple):
    """One agent with everything that its parts need to know."""

    agent: Agent
    digest: str
    host: Host
    place: Placement
    identity: Identity
    around: Neighbours
    name: str
    user_scope: bool
    """run by the manager of one user"""
    native: bool
    """PID 1 knows a growing restart delay"""
    units: units.Units
    """that are compiled for it"""
    replicated: bool
    """its service is a template, of which several instances run"""
    gated: bool
    """it counts as started only once it is healthy"""
    streams: tuple[Stream, ...]
    """what the spec sends to files"""
    asked: bool
    """its health check is a question that the companion can ask"""
    watched: bool
    """the companion looks after it"""

    def helper(self, program: str, *words: str) -> tuple[str, ...]:
        """The command line of a program of ours, told which manager to ask."""
        manager = ("--user",) if self.user_scope else ()
        return (f"{self.host.helpers}/{program}", *manager, *words)


def begin(
    agent: Agent,
    digest: str,
    host: Host,
    place: Placement,
    identity: Identity,
    around: Neighbours,
) -> Draft:
    """Work out once what many parts ask for."""
    user_scope = host.scope is Scope.USER
    asked = is_asked(agent)
    return Draft(
        agent,
        digest,
        host,
        place,
        identity,
        around,
        name=agent.name,
        user_scope=user_scope,
        native=host.systemd >= NATIVE_BACKOFF,
        units=units.of(agent),
        replicated=agent.replicas > 1,
        gated=_gated(agent, around),
        streams=streams(agent, host, place),
        asked=asked,
        watched=(asked or is_measured(agent)) and not user_scope and host.python,
    )


def _gated(agent: Agent, around: Neighbours) -> bool:
    """By the spec, or because another agent relies on its health."""
    check = agent.health_check
    if check is None:
        return False
    wanted = check.gate or needs.HEALTHY in around.demanded(agent.name)
    return wanted and check.enabled and agent.start_type != "oneshot"
