"""Compile a spec for a host that is only written down."""

import textwrap
from collections.abc import Mapping
from typing import NamedTuple

from pa_units.compile import unit_file
from pa_units.compile.systemd.target import Source, compile_agents
from pa_units.contracts.bundle import Artifact, Bundle, Kind, Note
from pa_units.contracts.facts import Account, Directory, Facts, Host, Placement, Standing
from pa_units.contracts.places import SYSTEM, places
from pa_units.contracts.refs import Scope
from pa_units.spec.load import load
from pa_units.spec.model import Agent

ROOT = Account("root", 0, "root", "/root")
BOB = Account("bob", 1000, "bob", "/home/bob")


class Compiled(NamedTuple):
    """What came out."""

    bundle: Bundle

    def lines(self, agent: str, key: str, kind: str = "service") -> list[str]:
        """The values of one directive in a unit of an agent, in order."""
        return [item.value for item in self.unit(f"{agent}.{kind}") if item.key == key]

    def line(self, agent: str, key: str) -> str:
        """The only value of a directive of the service."""
        (found,) = self.lines(agent, key)
        return found

    def unit(self, name: str) -> tuple[unit_file.Directive, ...]:
        """The directives of a unit."""
        return unit_file.parse(self.artifact(f"/{name}").text)

    def artifact(self, ending: str) -> Artifact:
        """The only artifact whose path ends so."""
        found = {
            artifact.path: artifact
            for agent in self.bundle.agents
            for artifact in agent.artifacts
            if artifact.path.endswith(ending) and artifact.kind is not Kind.LINK
        }
        (one,) = found.values()
        return one

    def helpers(self) -> set[str]:
        """Names of our programs; the companion is a directory."""
        artifacts = (one for agent in self.bundle.agents for one in agent.artifacts)
        paths = (one.path for one in artifacts if one.kind is Kind.HELPER)
        return {path.split("/")[6] for path in paths}

    def note(self, code: str) -> Note:
        """The only note of that code."""
        (found,) = (note for note in self.bundle.notes if note.code == code)
        return found

    def codes(self) -> set[str]:
        """The codes of all notes."""
        return {note.code for note in self.bundle.notes}


def agents(spec: str, *, lint: bool = True) -> tuple[Agent, ...]:
    """The agents of a spec; with `lint` it has no problem that forbids an install."""
    document = load(textwrap.dedent(spec).encode(), "spec.yaml", base="/srv/spec")
    errors = [problem for problem in document.problems if problem.severity == "error"]
    assert not (lint and errors), errors
    return document.agents


def compiled(
    spec: str,
    systemd: int = 257,
    scope: Scope = Scope.SYSTEM,
    installed: Mapping[str, Standing] | None = {},
    *,
    lint: bool = True,
) -> Compiled:
    """Compile a spec; programs and directories are where it says, owned by bob."""
    user = scope is Scope.USER
    where = places(scope, {"XDG_RUNTIME_DIR": "/run/user/1000"}, BOB.home, 1000) if user else SYSTEM
    host = Host(systemd, scope, where, BOB if user else ROOT, f"{where.helpers}/0")
    kept = agents(spec, lint=lint)
    facts = Facts(host, {agent.name: placement(agent) for agent in kept}, installed)
    return Compiled(compile_agents((Source(agent, "0" * 64) for agent in kept), facts))


def placement(agent: Agent) -> Placement:
    """Everything of an agent is there."""
    program = agent.cmd.words[0]
    where = program if "/" in program else f"/usr/bin/{program}"
    cwd = Directory(agent.cwd, BOB) if agent.cwd else None
    user = Account(agent.user, 990, agent.user, "/") if agent.user else None
    return Placement(where, where, cwd=cwd, user=user)
