"""Agents + facts → the bundle for systemd."""

import posixpath
from collections.abc import Iterable
from typing import NamedTuple

from pa_units.compile import depending, neighbours
from pa_units.compile.neighbours import Neighbours
from pa_units.compile.part import error
from pa_units.compile.support import notes as support
from pa_units.compile.support.way import Target
from pa_units.compile.systemd import (
    dependencies,
    identity,
    restart,
    service,
    start_type,
)
from pa_units.compile.systemd.draft import Draft, begin
from pa_units.contracts import needs
from pa_units.contracts.bundle import AgentBundle, Artifact, Bundle, Kind, Note
from pa_units.contracts.facts import Facts
from pa_units.contracts.refs import UnitRef, refs
from pa_units.spec.model import Agent


class Source(NamedTuple):
    """An agent, the digest of its canonical document, and the copy that is installed."""

    agent: Agent
    digest: str
    text: str = ""
    """YAML; empty: no copy is installed"""


def compile_agents(sources: Iterable[Source], facts: Facts) -> Bundle:
    """Compile every agent; what forbids an install is among the notes as an error."""
    kept = tuple(sources)
    around = neighbours.between((source.agent for source in kept), facts.installed)
    compiled = [_agent(source, facts, around) for source in kept]
    return Bundle(
        tuple(bundle for bundle, _ in compiled),
        (*depending.circles(around), *(note for _, notes in compiled for note in notes)),
    )


def _agent(
    source: Source, facts: Facts, around: Neighbours
) -> tuple[AgentBundle, tuple[Note, ...]]:
    host, place = facts.host, facts.placements[source.agent.name]
    chosen, identity_notes = identity.decide(source.agent, host, place)
    draft = begin(source.agent, source.digest, host, place, chosen, around)
    whole = service.part(draft)
    artifacts = (*_spec_copy(draft, source.text), *whole.artifacts, *_state(draft))
    bundle = AgentBundle(
        agent=draft.name,
        digest=draft.digest,
        units=refs(draft.units.every, host.scope),
        artifacts=artifacts,
        auto_start=draft.agent.auto_start,
        user=chosen.user,
        user_reason=chosen.reason,
        labels=draft.agent.labels,
        max_restarts=draft.agent.max_restarts,
        delays_ms=restart.series(draft.agent, native=draft.native).delays,
        gated=draft.gated,
        offers=_offers(draft),
        needs=neighbours.of(draft.agent),
        starts=_beside_main(draft, draft.units.starts),
        runs=_beside_main(draft, draft.units.runs),
        ends=draft.agent.start_type == "oneshot",
        logs={stream.field: stream.path for stream in draft.streams},
        watched=draft.watched,
    )
    about = (*identity_notes, *_name_taken(draft), *depending.notes(draft.agent, around))
    return bundle, (*about, *whole.notes, *support.notes(draft.agent, Target.SYSTEMD))


def _offers(draft: Draft) -> tuple[str, ...]:
    given = {
        needs.HEALTHY: draft.gated,
        needs.COMPLETED: start_type.stays_completed(draft.agent),
        needs.RESTART: dependencies.tells(draft),
    }
    return tuple(what for what, is_given in given.items() if is_given)


def _beside_main(draft: Draft, names: tuple[str, ...]) -> tuple[UnitRef, ...]:
    """Most agents are their main unit alone: nothing is kept for them."""
    return () if names == (draft.units.main,) else refs(names, draft.host.scope)


def _name_taken(draft: Draft) -> tuple[Note, ...]:
    if not draft.place.taken:
        return ()
    found = error(
        draft.name,
        ("name",),
        "name-taken",
        f"systemd knows a unit '{posixpath.basename(draft.place.taken)}' that is not ours: "
        f"{draft.place.taken}",
        f"choose another name, such as my-{draft.name}: a file of ours would replace that unit",
    )
    return (found,)


def _spec_copy(draft: Draft, text: str) -> tuple[Artifact, ...]:
    """What was installed, readable also when the origin is gone. Literal variables of `env` are
    no secret (systemctl shows them to anyone), so the copy is none either."""
    if not text:
        return ()
    owner = draft.host.account
    path = service.spec_path(draft)
    return (Artifact(Kind.SPEC, path, text, 0o644, owner.name, owner.group),)


def _state(draft: Draft) -> tuple[Artifact, ...]:
    """A state directory is systemd's to make and ours to remove."""
    if not identity.state_directory(draft):
        return ()
    return (Artifact(Kind.STATE, f"{_state_home(draft)}/{draft.name}"),)


def _state_home(draft: Draft) -> str:
    """`%S`: in a user manager the configuration home before 254, systemd.unit(5)."""
    if not draft.user_scope:
        return "/var/lib"
    places = draft.host.places
    return posixpath.dirname(places.state if draft.native else places.config)
