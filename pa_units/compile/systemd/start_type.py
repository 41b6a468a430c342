"""How systemd knows that an agent has started, that it is alive, and that it is done."""

import posixpath

from pa_units.compile import unit_text as text
from pa_units.compile.part import note, warning
from pa_units.compile.systemd import dependencies, health, readiness, restart
from pa_units.compile.systemd.draft import Draft
from pa_units.compile.unit_file import Directive, directives
from pa_units.contracts.bundle import Note
from pa_units.spec.model import Agent


def lines(draft: Draft) -> tuple[Directive, ...]:
    """`Type=`, who may notify, the pid file, the watchdog."""
    return (
        Directive("Service", "Type", text.word(kind(draft.agent))),
        *_notify_access(draft),
        *_pid_file(draft),
        *_completed(draft.agent),
        *_watchdog(draft),
    )


def notes(draft: Draft) -> tuple[Note, ...]:
    """What a reader of the spec may not expect of these lines."""
    return (*_ready_expected(draft), *_pid_file_place(draft))


def kind(agent: Agent) -> str:
    """An agent that sends heartbeats by sd_notify says READY=1 too: only then they are due, so
    that a slow start is no missed heartbeat. A `type` in the spec decides otherwise."""
    if agent.type is None and agent.start_type == "exec" and heartbeat_ms(agent):
        return "notify"
    return agent.start_type


def heartbeat_ms(agent: Agent) -> int:
    """Milliseconds between the agent's own heartbeats that systemd tolerates, 0: none expected.
    `WatchdogSec=` for an agent that sends none would kill it."""
    beat = agent.heartbeat
    return (beat.timeout or 0) if beat and beat.via == "notify" else 0


def notifies(agent: Agent) -> bool:
    """Does it speak to systemd itself?"""
    beat = agent.heartbeat
    return kind(agent) == "notify" or (beat is not None and beat.via == "notify")


def _notify_access(draft: Draft) -> tuple[Directive, ...]:
    """Who is heard on the notify socket; pa-tell speaks as the main process. The wait for a
    dependency runs beside no main process and prolongs its own time limit; its messages come from a
    child, which in the user manager cannot speak for its parent (ran on 252 and 257)."""
    if dependencies.awaited(draft):
        access = "all" if draft.user_scope else "exec"
    elif notifies(draft.agent) or draft.watched:
        access = "main"
    else:
        return ()
    return directives("Service", ("NotifyAccess", text.word(access)))


def _pid_file(draft: Draft) -> tuple[Directive, ...]:
    path = _pid_path(draft.agent)
    if not path:
        return ()
    found = directives("Service", ("PIDFile", text.line(path)))
    if posixpath.dirname(path) != _own_runtime(draft):
        return found
    return found + directives("Service", ("RuntimeDirectory", text.word(draft.name)))


def _pid_path(agent: Agent) -> str:
    """systemd warns about the old name of /run."""
    path = agent.pid_file or ""
    return path.removeprefix("/var") if path.startswith("/var/run/") else path


def _own_runtime(draft: Draft) -> str:
    """The directory below /run that systemd makes for the agent, and removes with its end."""
    top = posixpath.dirname(draft.host.places.runtime) if draft.user_scope else "/run"
    return f"{top}/{draft.name}"


def _completed(agent: Agent) -> tuple[Directive, ...]:
    if not stays_completed(agent):
        return ()
    return directives("Service", ("RemainAfterExit", text.flag(True)))


def stays_completed(agent: Agent) -> bool:
    """Is it there to end once, and is its success remembered? A scheduled one runs again: systemd
    starts nothing that is still active."""
    return agent.start_type == "oneshot" and agent.schedule is None


def _watchdog(draft: Draft) -> tuple[Directive, ...]:
    timeout = heartbeat_ms(draft.agent)
    if not timeout and not health.ends_when_sick(draft):
        return ()
    within = (("WatchdogSec", text.span(timeout)),) if timeout else ()
    # SIGABRT would leave a core dump, with the agent's environment in the journal.
    return directives("Service", *within, ("WatchdogSignal", text.word("SIGTERM")))


def time_limit(draft: Draft) -> text.UnitText:
    """`TimeoutStartSec=`, which holds for each command of a start by itself: longer than any of our
    own waits. To an agent that is there to end its whole run is the start."""
    agent = draft.agent
    if agent.start_type == "oneshot" and "start_timeout" not in agent.model_fields_set:
        return text.word("infinity")
    start = agent.start_timeout + restart.longest_wait(draft)
    return text.span(max(start, readiness.longest(draft)))


def _ready_expected(draft: Draft) -> tuple[Note, ...]:
    if kind(draft.agent) == draft.agent.start_type:
        return ()
    told = note(
        draft.name,
        ("heartbeat",),
        "ready-expected",
        "the agent has started once it says READY=1 (sd_notify), and is given up if it never does",
        "set 'type: notify' to say so, or 'type: exec' if it sends WATCHDOG=1 alone",
    )
    return (told,)


def _pid_file_place(draft: Draft) -> tuple[Note, ...]:
    path = _pid_path(draft.agent)
    if draft.user_scope or not path.startswith("/run/") or draft.identity.user == "root":
        return ()
    if posixpath.dirname(path) == _own_runtime(draft):
        return ()
    told = warning(
        draft.name,
        ("pid_file",),
        "pid-file-place",
        f"only root may write {path}",
        f"write {_own_runtime(draft)}/{posixpath.basename(path)}: that directory is made for it",
    )
    return (told,)
