"""What an agent gets that the companion asks: its plan, the companion, and an open ear of PID 1."""

from pa_units.compile import unit_text as text
from pa_units.compile.part import Part, error, note
from pa_units.compile.probe import probe
from pa_units.compile.systemd import daemons
from pa_units.compile.systemd.draft import Draft
from pa_units.compile.unit_file import directives
from pa_units.compile.watch.plan import ASKED, is_watched, plan
from pa_units.contracts import watch_plan
from pa_units.contracts.bundle import Artifact, Kind, Note
from pa_units.contracts.daemons import WATCHDOG


def watched(draft: Draft) -> bool:
    """Does the companion look after it?"""
    return is_watched(draft.agent) and not draft.user_scope and draft.host.python


def ends_when_sick(draft: Draft) -> bool:
    """Is PID 1 told to end it (WATCHDOG=trigger)?"""
    check = draft.agent.health_check
    return watched(draft) and check is not None and check.on_failure == "restart"


def part(draft: Draft) -> Part:
    """`Wants=` alone: an agent runs without the companion as well."""
    if not watched(draft):
        return Part(notes=_unwatched(draft))
    owner = draft.host.account
    body = watch_plan.encode(plan(draft.agent, draft.units.runs)).decode()
    path = watch_plan.path_of(draft.host.places, draft.name)
    own = Artifact(Kind.PLAN, path, body, 0o644, owner.name, owner.group)
    lines = directives("Unit", ("Wants", text.word(WATCHDOG)))
    return Part(lines, (*daemons.artifacts(draft.host), own))


def _unwatched(draft: Draft) -> tuple[Note, ...]:
    check = draft.agent.health_check
    if check is None or not check.enabled:
        return ()
    if draft.agent.start_type == "oneshot":
        words = "'health_check' has no effect: of a oneshot, its end says how it is"
        return (note(draft.name, ("health_check",), "no-effect-here", words),)
    if probe(check).kind not in ASKED:
        words = "'health_check.command' is not active yet: nothing runs commands beside an agent"
        return (note(draft.name, ("health_check", "command"), "not-active-yet", words),)
    if draft.user_scope:
        words = "'health_check' is not active yet in the user scope: nothing asks the agent"
        return (note(draft.name, ("health_check",), "not-active-yet", words),)
    words = "the health check asks with /usr/bin/python3, which is not there"
    return (error(draft.name, ("health_check",), "check-without-python", words, "install python3"),)
