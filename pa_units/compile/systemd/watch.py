"""Files whose change reloads or restarts an agent: a path unit and what it starts.

systemd looks away while what a path unit starts is running (measured: a change that comes in that
moment is lost, one line or several). So the service waits first and acts last: what changes during
the wait is covered, and what changes after it is read by the process that comes.
"""

from pa_units.compile import unit_commands
from pa_units.compile import unit_text as text
from pa_units.compile.part import Part, note
from pa_units.compile.systemd import companion
from pa_units.compile.systemd.draft import Draft
from pa_units.compile.unit_file import Directive, directives
from pa_units.contracts import units
from pa_units.contracts.bundle import Artifact, Note
from pa_units.spec.parts import Watch

_QUIET_S = 1
"""A burst of changes is answered once."""

_ACTIONS = {"restart": "try-restart", "reload": "try-reload-or-restart"}
"""Verbs of systemctl(1) that leave an agent alone which does not run."""


def part(draft: Draft) -> Part:
    """The path unit is there while the agent is: it outlives restarts, so no change is missed in
    between, and goes when the agent is stopped or given up."""
    path = units.watch(draft.name, ".path")
    lines = directives("Unit", ("Wants", text.word(path)))
    return Part(lines, (_path(draft, path), _service(draft)), _links(draft))


def _of(draft: Draft) -> Watch:
    assert draft.agent.watch is not None
    return draft.agent.watch


def _path(draft: Draft, unit: str) -> Artifact:
    watched = dict.fromkeys((*_of(draft).paths, *_swapped(draft)))
    lines = (
        *companion.about(f"Watches files of {draft.name}"),
        *directives("Unit", ("StopWhenUnneeded", text.flag(True)), companion.NO_START_LIMIT),
        *(Directive("Path", "PathChanged", text.line(path)) for path in watched),
        # The wait in the service is the limit; systemd's own would end the watch for good.
        *directives("Path", ("TriggerLimitIntervalSec", text.number(0))),
    )
    return companion.artifact(draft, unit, lines)


def _swapped(draft: Draft) -> tuple[str, ...]:
    """systemd follows symlinks and then watches what they pointed to: a link that is put in place
    of another is seen only by who watches its directory (measured, 252 and 257)."""
    links = draft.place.links
    return tuple(directory for path in _of(draft).paths for directory in links.get(path, ()))


def _service(draft: Draft) -> Artifact:
    manager = ("--user",) if draft.user_scope else ()
    verb = _ACTIONS[_of(draft).action]
    act = ("/usr/bin/systemctl", *manager, "--no-block", verb, *draft.units.runs)
    lines = (
        *companion.about(f"{_of(draft).action.capitalize()}s {draft.name} after a change"),
        *directives("Unit", companion.NO_START_LIMIT),
        *directives(
            "Service",
            ("Type", text.word("oneshot")),
            ("ExecStart", unit_commands.own_command("/usr/bin/sleep", str(_QUIET_S))),
            ("ExecStart", unit_commands.own_command(*act)),
            ("LogLevelMax", text.word("warning")),
        ),
    )
    return companion.artifact(draft, units.watch(draft.name, ".service"), lines)


def _links(draft: Draft) -> tuple[Note, ...]:
    links = draft.place.links
    return tuple(
        note(
            draft.name,
            ("watch", "paths", index),
            "watched-link",
            f"{path} leads through a symlink: {', '.join(links[path])} is watched too, and any "
            "change in there counts",
        )
        for index, path in enumerate(_of(draft).paths)
        if links.get(path)
    )
