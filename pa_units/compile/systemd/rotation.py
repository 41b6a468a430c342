"""How an agent's log files are rotated: a file for logrotate(8).

The daily run of the distribution and our timer read the same file with the same state file and
lock, so everything that may be set in /etc/logrotate.conf stands in the file itself.
"""

from pa_units.compile import logrotate_text as text
from pa_units.compile.logrotate_text import Block, RotateText
from pa_units.compile.part import Part
from pa_units.compile.systemd import log_list, room, rotation_notes, rotation_timer
from pa_units.compile.systemd.draft import Draft
from pa_units.compile.systemd.log_list import Log, Logs
from pa_units.compile.unit_file import directives
from pa_units.compile.unit_text import word
from pa_units.contracts import units
from pa_units.contracts.bundle import Artifact, Kind
from pa_units.kit.render import render
from pa_units.spec.parts import Logging

_DAY_MS = 86_400_000

SMALLEST = 16 << 10
"""bytes; after a cut up to two blocks remain, which must not be rotated again"""
_LEFT = 8 << 10
"""bytes that a cut may leave of a silent log"""

_ALWAYS = (
    *("missingok", "notifempty", "nodateext", "noolddir", "nomail", "start 1"),
    "nosharedscripts",
)
_RENAME = ("delaycompress", "create")
_TRUNCATE = ("nodelaycompress", "copytruncate")
_COMPRESS = ("compress", "compresscmd /usr/bin/gzip", "compressext .gz")


def part(draft: Draft) -> Part:
    """The rotation file, what runs it once a minute, and what is told about it."""
    logging = draft.agent.logging
    if logging is None:
        return Part()
    named = log_list.of(draft, logging)
    appended, opened = _rotated(draft, named)
    told = rotation_notes.notes(draft, logging, (*named.appended, *named.opened))
    notes = (*told, *room.notes(draft, len(appended)))
    blocks = (*_cut_block(draft, logging, appended), *_own_block(draft, logging, opened))
    if not blocks:
        return Part(notes=notes)
    header = text.comment(f"Written by pa from {_spec(draft)} ({draft.digest[:12]}).")
    body = render("logrotate/agent.j2", RotateText, header=header, blocks=blocks)
    owner = draft.host.account
    path = f"{draft.host.places.logrotate}/pa-{draft.name}"
    file = Artifact(Kind.ROTATION, path, body, 0o644, owner.name, owner.group)
    if not draft.host.python:
        return Part((), (file,), notes)
    wants = directives("Unit", ("Wants", word(units.ROTATE_TIMER)))
    return Part(wants, (file, *rotation_timer.artifacts(draft)), notes)


def needed(draft: Draft) -> bool:
    """Does it need the programs that cut and that are run by the timer?"""
    logging = draft.agent.logging
    if logging is None or not draft.host.python:
        return False
    return any(_rotated(draft, log_list.of(draft, logging)))


def _rotated(draft: Draft, named: Logs) -> Logs:
    opened = () if draft.identity.dynamic else log_list.kept(named.opened)
    return Logs(log_list.kept(named.appended), opened)


def _spec(draft: Draft) -> str:
    return f"{draft.host.places.agents}/{draft.name}.yaml"


def _cut_block(draft: Draft, logging: Logging, kept: tuple[Log, ...]) -> tuple[Block, ...]:
    """Files that root alone may change and that PID 1 holds open."""
    if not kept:
        return ()
    lossless = draft.host.python
    su = () if draft.user_scope else ("su root root",)
    size = room.size(draft, logging, len(kept))
    how = ("nodelaycompress", "copy", f"minsize {_LEFT}") if lossless else _TRUNCATE
    if not logging.rotate_every:
        how = how[:2]
    lines = (*su, *_when(logging, max(size, SMALLEST)), *_shared(logging), *how)
    if not lossless:
        return (_block(kept, lines),)
    cut = f"{draft.host.helpers}/cut"
    # What cannot be cut must not be copied either: each try would push the oldest copy out.
    check = text.shell(cut, "--check", *(text.word(one.path) for one in kept))
    return (_block(kept, lines, text.shell(cut, '"$1"', '"$2"'), check),)


def _own_block(draft: Draft, logging: Logging, kept: tuple[Log, ...]) -> tuple[Block, ...]:
    """Files that the agent opens itself: everything is done as its user, but for the signal."""
    if not kept:
        return ()
    who = draft.identity
    su = () if draft.user_scope else (f"su {who.user} {who.group}",)
    # Until it has reopened its file, the agent writes into the one that was renamed.
    how = _RENAME if logging.reopen_signal else _TRUNCATE
    lines = (*su, *_when(logging, logging.max_size), *_shared(logging), *how)
    return (_block(kept, lines, _reopen(draft, logging)),)


def _reopen(draft: Draft, logging: Logging) -> RotateText:
    if not logging.reopen_signal:
        return text.NOTHING
    manager = ("--user",) if draft.user_scope else ()
    tell = ("systemctl", *manager, "kill", "--kill-whom=main", f"--signal={logging.reopen_signal}")
    return text.shell(*tell, *draft.units.runs, "2>/dev/null", "||", ":")


def _block(
    kept: tuple[Log, ...],
    lines: tuple[str, ...],
    script: RotateText = text.NOTHING,
    check: RotateText = text.NOTHING,
) -> Block:
    return Block(text.logs([one.path for one in kept]), text.lines(lines), script, check)


def _when(logging: Logging, size: int) -> tuple[str, ...]:
    if logging.rotate_every is None:
        return (f"size {size}",)
    return (logging.rotate_every, f"maxsize {size}")


def _shared(logging: Logging) -> tuple[str, ...]:
    age = (f"maxage {days(logging.max_age)}",) if logging.max_age else ()
    squeeze = _COMPRESS if logging.compress else ("nocompress",)
    return (f"rotate {logging.max_files}", *age, *squeeze, *_ALWAYS)


def days(milliseconds: int) -> int:
    """As logrotate counts ages: whole ones, never less than asked for."""
    return -(-milliseconds // _DAY_MS)
