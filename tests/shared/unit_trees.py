"""Compile a spec for a host where everything is in place, and read the units back."""

from typing import Any

from pa_units.compile.systemd.target import Source, compile_agents
from pa_units.compile.unit_file import parse
from pa_units.contracts.bundle import AgentBundle, Bundle, Kind, Note
from pa_units.contracts.facts import Account, Directory, Facts, Host, Placement
from pa_units.contracts.places import SYSTEM, places
from pa_units.contracts.refs import Scope
from pa_units.spec.load import load
from pa_units.spec.model import Agent

ROOT = Account("root", 0, "root", "/root")
BOB = Account("bob", 1000, "bob", "/home/bob")

Unit = dict[str, list[str]]
"""`Section.Key` → its values in order"""


def compiled(spec: str, systemd: int = 257, scope: Scope = Scope.SYSTEM, **unusual: Any) -> Bundle:
    """Compile all agents of a spec; `unusual` are keys of every `Placement`."""
    document = load(spec.encode(), "spec.yaml", base="/srv/spec")
    assert not document.problems, document.problems
    where = SYSTEM if scope is Scope.SYSTEM else places(scope, {}, BOB.home, BOB.uid)
    host = Host(systemd, scope, where, BOB if scope is Scope.USER else ROOT, f"{where.helpers}/0")
    found = {agent.name: _placement(agent)._replace(**unusual) for agent in document.agents}
    return compile_agents(
        [Source(agent, "d" * 64) for agent in document.agents], Facts(host, found)
    )


def _placement(agent: Agent) -> Placement:
    program = agent.cmd.words[0]
    where = program if "/" in program else f"/usr/bin/{program}"
    return Placement(
        where,
        where,
        cwd=Directory(agent.cwd, BOB) if agent.cwd else None,
        user=Account(agent.user, 990, agent.user, "/") if agent.user else None,
    )


def only(bundle: Bundle) -> AgentBundle:
    """The one agent of a bundle, without a note."""
    assert not bundle.notes, bundle.notes
    (agent,) = bundle.agents
    return agent


def units(agent: AgentBundle) -> dict[str, Unit]:
    """Its unit files by name."""
    return {
        artifact.path.rpartition("/")[2]: _unit(artifact.text)
        for artifact in agent.artifacts
        if artifact.kind is Kind.UNIT
    }


def _unit(text: str) -> Unit:
    found: Unit = {}
    for item in parse(text):
        found.setdefault(f"{item.section}.{item.key}", []).append(item.value)
    return found


def links(agent: AgentBundle) -> dict[str, str]:
    """What enables it: link below the unit directory → the unit."""
    return {
        artifact.path.removeprefix("/etc/systemd/system/"): artifact.text.rpartition("/")[2]
        for artifact in agent.artifacts
        if artifact.kind is Kind.LINK
    }


def paths(agent: AgentBundle, kind: Kind) -> list[str]:
    """The files of a kind."""
    return [artifact.path for artifact in agent.artifacts if artifact.kind is kind]


def errors(bundle: Bundle) -> list[tuple[object, str]]:
    """Where and by which code a bundle is refused."""
    return [_said(note) for note in bundle.errors]


def _said(note: Note) -> tuple[object, str]:
    return note.loc, note.code
