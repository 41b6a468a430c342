"""Agents + facts → the bundle for the built-in supervisor."""

from collections.abc import Iterable, Iterator

from pa_units.compile import depending, neighbours
from pa_units.compile.neighbours import Neighbours
from pa_units.compile.part import note
from pa_units.compile.run import outputs, plan
from pa_units.compile.support import notes as support
from pa_units.compile.support.way import Target
from pa_units.compile.systemd import command, credentials, environment, identity, restart, service
from pa_units.compile.systemd.draft import Draft, begin
from pa_units.compile.systemd.target import Source
from pa_units.contracts import needs, run_plan
from pa_units.contracts.bundle import AgentBundle, Artifact, Bundle, Kind, Note
from pa_units.contracts.drivers import BUILTIN
from pa_units.contracts.facts import Facts
from pa_units.contracts.refs import refs


def compile_agents(sources: Iterable[Source], facts: Facts) -> Bundle:
    """Compile every agent; what forbids an install is among the notes as an error."""
    kept = tuple(sources)
    around = neighbours.between((source.agent for source in kept), facts.installed)
    compiled = [_agent(source, facts, around) for source in kept]
    return Bundle(
        tuple(bundle for bundle, _ in compiled),
        (*depending.circles(around), *(one for _, notes in compiled for one in notes)),
    )


def _agent(
    source: Source, facts: Facts, around: Neighbours
) -> tuple[AgentBundle, tuple[Note, ...]]:
    host, place = facts.host, facts.placements[source.agent.name]
    chosen, identity_notes = identity.decide(source.agent, host, place)
    if chosen.dynamic:
        chosen = chosen._replace(reason="a user number of its own")
    draft = begin(source.agent, source.digest, host, place, chosen, around)
    units = refs((plan.unit(draft, number) for number in plan.numbers(draft)), host.scope)
    bundle = AgentBundle(
        agent=draft.name,
        digest=draft.digest,
        units=units,
        artifacts=tuple(_artifacts(draft, source.text)),
        auto_start=_starts(draft),
        user=chosen.user,
        user_reason=chosen.reason,
        labels=draft.agent.labels,
        max_restarts=draft.agent.max_restarts,
        delays_ms=restart.series(draft.agent, native=False).delays,
        offers=_offers(draft),
        needs=neighbours.of(draft.agent),
        runs=units if draft.replicated else (),
        ends=draft.agent.start_type == "oneshot",
        logs=outputs.paths(draft),
        driver=BUILTIN,
    )
    about = (*identity_notes, *depending.notes(draft.agent, around), *_notes(draft))
    return bundle, (*about, *support.notes(draft.agent, Target.RUN))


def _starts(draft: Draft) -> bool:
    """At its install and at boot? Not as long as nobody keeps its schedule: it would run at times
    that are not its own."""
    return draft.agent.auto_start and draft.agent.schedule is None


def _offers(draft: Draft) -> tuple[str, ...]:
    completes = (needs.COMPLETED,) if draft.agent.start_type == "oneshot" else ()
    return (needs.HEALTHY, needs.RESTART, *completes)


def _artifacts(draft: Draft, text: str) -> Iterator[Artifact]:
    owner = draft.host.account
    numbers = plan.numbers(draft)
    if text:
        path = service.spec_path(draft)
        yield Artifact(Kind.SPEC, path, text, 0o644, owner.name, owner.group)
    yield from _secrets(draft)
    yield from outputs.artifacts(draft, numbers)
    if identity.state_directory(draft):
        yield Artifact(Kind.STATE, plan.state_directory(draft))
    for number in numbers:
        yield from _plan(draft, number)


def _secrets(draft: Draft) -> Iterator[Artifact]:
    if own := environment.secret(draft):
        yield own
    yield from credentials.values(draft)


def _plan(draft: Draft, number: int) -> Iterator[Artifact]:
    places, owner = draft.host.places, draft.host.account
    unit = plan.unit(draft, number)
    path = run_plan.path_of(places, unit)
    text = run_plan.encode(plan.plan(draft, number)).decode()
    yield Artifact(Kind.PLAN, path, text, 0o644, owner.name, owner.group)
    if _starts(draft):
        yield Artifact(Kind.LINK, f"{run_plan.boot_directory(places)}/{unit}.json", path)


def _notes(draft: Draft) -> tuple[Note, ...]:
    return (
        *identity.notes(draft),
        *command.missing_program(draft),
        *environment.notes(draft),
        *credentials.notes(draft),
        *outputs.notes(draft),
        *_not_notified(draft),
        *_not_asked(draft),
    )


def _not_notified(draft: Draft) -> Iterator[Note]:
    if draft.agent.start_type == "notify":
        yield note(
            draft.name,
            ("type",),
            "not-active-yet",
            "'type: notify' is not active yet: the agent counts as started once its program runs",
        )


def _not_asked(draft: Draft) -> Iterator[Note]:
    for name, dependency in draft.agent.depends_on.items():
        if dependency.condition == "healthy":
            yield note(
                draft.name,
                ("depends_on", name),
                "not-active-yet",
                f"'condition: healthy' is not active yet: the start waits until {name} runs",
            )
