"""What a package ships of a compiled spec: files under the vendor's directories, none of them made
or changed on the machine that installs it.

Enabling is the package manager's: units keep their [Install] and no link is shipped. Presets are
the distribution's to set (systemd.preset(5)); only an agent that shall not start at boot gets one,
since Debian's default is to enable.
"""

import posixpath
from collections.abc import Iterable, Iterator, Sequence
from enum import StrEnum

from pa_units.compile import unit_paths
from pa_units.compile import unit_text as text
from pa_units.compile.assumed import HOME, RUNTIME
from pa_units.contracts.bundle import AgentBundle, Artifact, Kind
from pa_units.contracts.places import SYSTEM, Places, places
from pa_units.contracts.refs import Scope
from pa_units.kit.render import render
from pa_units.spec.model import Agent


class Layout(StrEnum):
    """Whose directories the files are for."""

    HOST = "host"
    """the administrator's: what an install writes"""
    VENDOR = "vendor"
    """a package's"""


HELPERS = "/usr/lib/pa"
"""Programs that the units of a package run."""

_SHARE = "/usr/share/pa"
_SECRETS = f"{_SHARE}/secrets"


def places_of(scope: Scope, layout: Layout) -> Places:
    """The directories of a scope on a machine that is not here."""
    system = scope is Scope.SYSTEM
    usual = SYSTEM if system else places(scope, {"XDG_RUNTIME_DIR": RUNTIME}, HOME, 0)
    if layout is Layout.HOST:
        return usual
    units = "/usr/lib/systemd/" + ("system" if system else "user")
    return usual._replace(units=units, specs=f"{_SHARE}/agents", helpers=HELPERS)


_SHIPPED = frozenset({Kind.HELPER, Kind.SPEC, Kind.UNIT, Kind.ROTATION, Kind.PLAN})
_WRITTEN = frozenset({Kind.HELPER, Kind.UNIT, Kind.ROTATION, Kind.PLAN, Kind.LINK})
"""By an install, and the same on every machine: no values, no logs."""


def files(
    agents: Sequence[tuple[Agent, AgentBundle]], scope: Scope, layout: Layout
) -> tuple[Artifact, ...]:
    """The files of a tree, each once. Paths that begin with `~` stand in the home of a user."""
    kinds = _SHIPPED if layout is Layout.VENDOR else _WRITTEN
    wanted = (item for _, one in agents for item in one.artifacts if item.kind in kinds)
    found = [_generic(item) for item in wanted if not _of_one_home(item)]
    if layout is Layout.VENDOR:
        found += [extra for agent, one in agents for extra in _extra(agent, one, scope)]
    return tuple({item.path: item for item in found}.values())


def _of_one_home(item: Artifact) -> bool:
    """logrotate knows no specifiers: its file for a user can be written by that user alone."""
    return item.kind is Kind.ROTATION and HOME in item.text


def _generic(item: Artifact) -> Artifact:
    """Units of a user name that user's directories by specifiers, systemd.unit(5); files of a home
    stand below `~`."""
    text = item.text.replace(HOME, "%h").replace(RUNTIME, "%t") if item.kind is Kind.UNIT else None
    if item.kind is Kind.LINK and item.path.startswith(HOME):
        text = posixpath.relpath(item.text, posixpath.dirname(item.path))
    return item._replace(path=item.path.replace(HOME, "~", 1), text=text or item.text)


def _extra(agent: Agent, one: AgentBundle, scope: Scope) -> Iterator[Artifact]:
    if scope is Scope.SYSTEM:
        yield from _lines(f"/usr/lib/sysusers.d/pa-{agent.name}.conf", _accounts(agent))
        yield from _lines(f"/usr/lib/tmpfiles.d/pa-{agent.name}.conf", _directories(one))
    yield from _secrets(agent, one)
    if not agent.auto_start:
        preset = f"/usr/lib/systemd/{scope}-preset/50-pa-{agent.name}.preset"
        started = one.starts or one.units[:1]
        yield from _lines(preset, [f"disable {unit.name}" for unit in started])


def _lines(path: str, lines: Iterable[str]) -> Iterator[Artifact]:
    kept = [text.UnitText(line) for line in lines]
    if kept:
        head = text.UnitText("# Written by pa.")
        body = render("systemd/lines.j2", text.UnitText, header=head, lines=kept)
        yield Artifact(Kind.PLAN, path, body)


def _accounts(agent: Agent) -> Iterator[str]:
    """sysusers.d(5): made before the unit starts, left alone where they exist."""
    if agent.user and agent.user != "root" and not agent.user.isdigit():
        yield f'u {agent.user} - "pa agent {agent.name}" -'
    if agent.group and agent.group not in ("root", agent.user) and not agent.group.isdigit():
        yield f"g {agent.group} -"


_TMPFILES = {Kind.DIRECTORY: "d", Kind.LOG: "f"}


def _directories(one: AgentBundle) -> Iterator[str]:
    """tmpfiles.d(5): what an install makes for logs and secrets."""
    for item in one.artifacts:
        made = _TMPFILES.get(item.kind)
        if made and item.path != HELPERS:
            path = unit_paths.tmpfiles_word(item.path)
            yield f"{made} {path} {item.mode:04o} {item.owner} {item.group}"
    if any(item.kind is Kind.SECRET for item in one.artifacts):
        yield f"d {SYSTEM.secrets} 0700 root root"


def _secrets(agent: Agent, one: AgentBundle) -> Iterator[Artifact]:
    """What the administrator fills in; the unit does not start before."""
    for item in one.artifacts:
        if item.kind is Kind.SECRET:
            name = item.path.rpartition("/")[2]
            yield Artifact(Kind.PLAN, f"{_SECRETS}/{name}", _form(item))


def _form(item: Artifact) -> str:
    where = item.path.replace(HOME, "~")
    if item.value:
        return f"# Write the value alone into {where}, mode 0600: {_one_line(item.value)}\n"
    rows = [f"# {_one_line(wanted)}\n#{name}=\n" for name, wanted in (item.env or {}).items()]
    rows += [f"# as in {path}\n#{name}=\n" for name, path in (item.files or {}).items()]
    return "".join([f"# Copy this to {where}, mode 0600, and fill it in.\n", *rows])


def _one_line(template: str) -> str:
    return template.replace("\n", "\\n")
