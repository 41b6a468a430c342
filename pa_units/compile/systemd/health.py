"""What an agent gets that the companion asks: its plan, the companion, and an open ear of PID 1."""

from pa_units.compile import unit_text as text
from pa_units.compile.part import Part, error, note
from pa_units.compile.probe import probe
from pa_units.compile.systemd import daemons
from pa_units.compile.systemd.draft import Draft
from pa_units.compile.unit_file import directives
from pa_units.compile.watch.plan import ASKED, is_measured, plan
from pa_units.contracts import watch_plan
from pa_units.contracts.bundle import Artifact, Kind, Note
from pa_units.contracts.daemons import WATCHDOG


def ends_when_sick(draft: Draft) -> bool:
    """Is PID 1 told to end it (WATCHDOG=trigger)?"""
    if not draft.watched:
        return False
    check, limits = draft.agent.health_check, draft.agent.limits
    by_check = draft.asked and check is not None and check.on_failure == "restart"
    return by_check or (limits is not None and limits.then == "restart")


def part(draft: Draft) -> Part:
    """`Wants=` alone: an agent runs without the companion as well."""
    if not draft.watched:
        return Part(notes=(*_unasked(draft), *_unmeasured(draft)))
    owner = draft.host.account
    files = tuple(dict.fromkeys(stream.path for stream in draft.streams))
    body = watch_plan.encode(plan(draft.agent, draft.units.runs, files)).decode()
    path = watch_plan.path_of(draft.host.places, draft.name)
    own = Artifact(Kind.PLAN, path, body, 0o644, owner.name, owner.group)
    lines = directives("Unit", ("Wants", text.word(WATCHDOG)))
    notes = () if draft.asked else _unasked(draft)
    silent = _no_log(draft) if not files else ()
    return Part(lines, (*daemons.artifacts(draft.host), own), (*notes, *silent))


def _unasked(draft: Draft) -> tuple[Note, ...]:
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
    return _no_python(draft, "health_check")


def _unmeasured(draft: Draft) -> tuple[Note, ...]:
    if not is_measured(draft.agent):
        return ()
    if draft.user_scope:
        words = "'limits' is not active yet in the user scope: nothing watches figures"
        return (note(draft.name, ("limits",), "not-active-yet", words),)
    return _no_python(draft, "limits")


def _no_log(draft: Draft) -> tuple[Note, ...]:
    limits = draft.agent.limits
    if limits is None or limits.log_above is None:
        return ()
    words = (
        "'limits.log_above' has no effect: the agent logs to the journal, which has its own limit"
    )
    loc = ("limits", "log_above")
    return (note(draft.name, loc, "no-effect-here", words, "add logging: {stdout: FILE}"),)


def _no_python(draft: Draft, field: str) -> tuple[Note, ...]:
    words = f"'{field}' needs /usr/bin/python3, which is not there"
    return (error(draft.name, (field,), "check-without-python", words, "install python3"),)
