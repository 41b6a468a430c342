"""What is decided about an agent before the first line of its units is written."""

from functools import cached_property
from typing import NamedTuple

from pa_units.compile.neighbours import Neighbours
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


class _Given(NamedTuple):
    agent: Agent
    digest: str
    host: Host
    place: Placement
    identity: Identity
    around: Neighbours


class Draft(_Given):
    """One agent with everything that its parts need to know. What follows from it is asked for by
    many parts and worked out once."""

    @cached_property
    def name(self) -> str:
        """The agent's name."""
        return self.agent.name

    @cached_property
    def user_scope(self) -> bool:
        """Run by the manager of one user."""
        return self.host.scope is Scope.USER

    @cached_property
    def native(self) -> bool:
        """PID 1 knows a growing restart delay."""
        return self.host.systemd >= NATIVE_BACKOFF

    @cached_property
    def units(self) -> units.Units:
        """The units that are compiled for it."""
        return units.of(self.agent)

    @cached_property
    def replicated(self) -> bool:
        """Is its service a template, of which several instances run?"""
        return self.agent.replicas > 1

    @cached_property
    def gated(self) -> bool:
        """Does it count as started only once it is healthy? By the spec, or because another agent
        relies on its health."""
        check = self.agent.health_check
        if check is None:
            return False
        wanted = check.gate or needs.HEALTHY in self.around.demanded(self.name)
        return wanted and check.enabled and self.agent.start_type != "oneshot"

    def helper(self, program: str, *words: str) -> tuple[str, ...]:
        """The command line of a program of ours, told which manager to ask."""
        manager = ("--user",) if self.user_scope else ()
        return (f"{self.host.helpers}/{program}", *manager, *words)
