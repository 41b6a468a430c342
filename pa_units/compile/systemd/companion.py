"""Units beside the service of an agent: its timer, socket, target, path."""

from pa_units.compile import unit_text as text
from pa_units.compile.systemd import layout
from pa_units.compile.systemd.draft import Draft
from pa_units.compile.unit_file import Directive, directives
from pa_units.contracts.bundle import Artifact, Kind

NO_START_LIMIT = ("StartLimitIntervalSec", text.number(0))
"""A companion that is started often, by design, must not fail for that."""

WANTED_BY = "WantedBy"

_WANTED_BY = {"timer": "timers.target", "socket": "sockets.target"}
"""What a boot pulls in, systemd.special(7); in user managers too."""

_OWN_SECTION = {"timer": "Timer", "socket": "Socket", "path": "Path"}

SECTIONS = frozenset(_OWN_SECTION.values())
"""Sections of the spec's own directives that belong to another unit than the service."""


def artifact(draft: Draft, unit: str, lines: tuple[Directive, ...]) -> Artifact:
    """The file of a companion."""
    kind = unit.rpartition(".")[2]
    # No digest: the file of a socket is older than the socket, unless the socket has changed.
    header = layout.Header(draft.name, f"{draft.host.places.agents}/{draft.name}.yaml")
    body = layout.unit_text(kind, lines, header=header, extra=_raw(draft, kind))
    return Artifact(Kind.UNIT, path(draft, unit), body)


def _raw(draft: Draft, kind: str) -> tuple[Directive, ...]:
    """The spec's own directives for a unit of this kind."""
    section = _OWN_SECTION.get(kind, "")
    keys = draft.agent.systemd.get(section, {})
    return tuple(
        Directive(section, key, text.raw(value)) for key, values in keys.items() for value in values
    )


def path(draft: Draft, unit: str) -> str:
    """Where the file of a unit stands."""
    return f"{draft.host.places.units}/{unit}"


def about(words: str) -> tuple[Directive, ...]:
    """`Description=` of a companion."""
    return directives("Unit", ("Description", text.line(words)))


def wanted_by(draft: Draft, unit: str) -> tuple[str, ...]:
    """What starts a unit at boot, or at the first login of a user with lingering."""
    if own := draft.agent.systemd.get("Install", {}).get(WANTED_BY):
        return tuple(target for line in own for target in line.split())
    special = _WANTED_BY.get(unit.rpartition(".")[2])
    return (special or ("default.target" if draft.user_scope else "multi-user.target"),)


def install(draft: Draft, unit: str) -> tuple[Directive, ...]:
    """What `systemctl enable` reads, in the units that a start starts."""
    if unit not in draft.units.starts:
        return ()
    return directives("Install", (WANTED_BY, text.words(wanted_by(draft, unit))))


def links(draft: Draft) -> tuple[Artifact, ...]:
    """What `systemctl enable` makes."""
    if not draft.agent.auto_start:
        return ()
    return tuple(
        Artifact(
            Kind.LINK,
            path(draft, f"{target}.wants/{unit}"),
            path(draft, unit),
        )
        for unit in draft.units.starts
        for target in wanted_by(draft, unit)
    )
