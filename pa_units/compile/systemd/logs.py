"""Where an agent's output goes: journald, or files that root may safely append to."""

import posixpath
from collections.abc import Iterable

from pa_units.compile import unit_paths
from pa_units.compile import unit_text as text
from pa_units.compile.part import Part, note
from pa_units.compile.systemd import replicas
from pa_units.compile.systemd.draft import Draft
from pa_units.compile.systemd.streams import Stream
from pa_units.compile.unit_file import Directive, directives
from pa_units.contracts import units
from pa_units.contracts.bundle import Artifact, Kind, Note

LOG_MODE = 0o640
LOG_DIRECTORY_MODE = 0o755

_STANDING = frozenset({"/var/log"})
"""Directories that every host has: not ours to make or remove."""


def part(draft: Draft) -> Part:
    """`append:` lines, the files they name, and the directories those stand in."""
    if not (kept := draft.streams):
        return Part()
    lines = tuple(Directive("Service", stream.directive, _append(draft, stream)) for stream in kept)
    if kept[0].field == "stderr":
        # Named alone, stderr must not drag stdout along: systemd would inherit in that direction.
        lines = directives("Service", ("StandardOutput", text.word("journal"))) + lines
    paths = dict.fromkeys(path for stream in kept for path in files(draft, stream))
    return Part(
        lines,
        (*directories_of(draft, paths), *(file(draft, path) for path in paths)),
        tuple(moved(draft, stream) for stream in kept if stream.unsafe),
    )


numbered = units.log_parts
"""What stands before and after the number in a replica's log file."""


def _append(draft: Draft, stream: Stream) -> text.UnitText:
    if not draft.replicated:
        return unit_paths.append(stream.path)
    before, suffix = numbered(stream.path)
    halves = unit_paths.append(before, instance=True), text.line(suffix, instance=True)
    return text.UnitText(replicas.NUMBER.join(halves))


def files(draft: Draft, stream: Stream) -> Iterable[str]:
    """Each replica has its own."""
    if not draft.replicated:
        return (stream.path,)
    before, suffix = numbered(stream.path)
    return (f"{before}{number}{suffix}" for number in range(1, draft.agent.replicas + 1))


def directories_of(draft: Draft, paths: dict[str, None]) -> tuple[Artifact, ...]:
    """The directories that log files stand in."""
    parents = dict.fromkeys(posixpath.dirname(path) for path in paths)
    owner = draft.host.account
    return tuple(
        Artifact(Kind.DIRECTORY, path, "", LOG_DIRECTORY_MODE, owner.name, owner.group)
        for path in parents
        if path not in _STANDING
    )


def file(draft: Draft, path: str) -> Artifact:
    """Made at install: systemd would make it root:root 0644 less the agent's umask, and the
    agent could not read its own log."""
    owner = draft.host.account
    group = owner.group if draft.user_scope else draft.identity.group or owner.group
    return Artifact(Kind.LOG, path, "", LOG_MODE, owner.name, group)


def moved(draft: Draft, stream: Stream) -> Note:
    """Where a log goes, and why not where it was wanted."""
    return note(
        draft.name,
        ("logging", stream.field),
        "log-moved",
        f"cannot append to {stream.wanted} safely: {stream.unsafe}; the log goes to {stream.path}",
        "let the directory and all above it belong to root and be writable by root alone",
    )
