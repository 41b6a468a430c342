"""One agent → its service unit and every file that belongs to it."""

from pa_units.compile import unit_text as text
from pa_units.compile.part import Part, join
from pa_units.compile.systemd import (
    command,
    environment,
    identity,
    layout,
    logs,
    programs,
    resources,
    restart,
    sandbox,
    stability,
)
from pa_units.compile.systemd.draft import Draft
from pa_units.compile.unit_file import Directive, directives
from pa_units.contracts.bundle import Artifact, Kind

_PARTS = (
    identity.part,
    environment.part,
    restart.part,
    command.part,
    logs.part,
    resources.part,
    sandbox.part,
)
"""The order in which lines of one key follow each other: the wait before a restart comes before
the spec's own `ExecStartPre=`."""


def part(draft: Draft) -> Part:
    """All of one agent: its artifacts include the unit."""
    whole = join(one(draft) for one in _PARTS)
    lines = (*_unit(draft), *whole.directives, *_install(draft))
    unit = Artifact(Kind.UNIT, unit_path(draft), _text(draft, lines))
    artifacts = (
        *programs.artifacts(draft),
        *whole.artifacts,
        *stability.artifacts(draft),
        unit,
        *_links(draft),
    )
    return Part(lines, artifacts, whole.notes)


def unit_name(draft: Draft) -> str:
    """The unit that a user starts and stops."""
    return f"{draft.name}.service"


def unit_path(draft: Draft) -> str:
    """Where it stands."""
    return f"{draft.host.places.units}/{unit_name(draft)}"


def spec_path(draft: Draft) -> str:
    """The installed copy of the agent's spec."""
    return f"{draft.host.places.agents}/{draft.name}.yaml"


def _text(draft: Draft, lines: tuple[Directive, ...]) -> str:
    header = layout.Header(draft.name, spec_path(draft), draft.digest)
    return layout.unit_text("service", lines, header=header, extra=_passthrough(draft))


def _passthrough(draft: Draft) -> tuple[Directive, ...]:
    return tuple(
        Directive(section, key, text.raw(value))
        for section, keys in draft.agent.systemd.items()
        for key, values in keys.items()
        for value in values
    )


def _unit(draft: Draft) -> tuple[Directive, ...]:
    agent = draft.agent
    links = agent.documentation
    return directives(
        "Unit",
        ("Description", text.line(agent.description or agent.name)),
        *((("Documentation", text.words(map(text.path_word, links))),) if links else ()),
        # Not SourcePath=: systemctl would show the YAML as the unit's file and warn "changed on
        # disk" at each of its edits.
        ("X-Pa-Spec", text.line(spec_path(draft))),
    )


def target(draft: Draft) -> str:
    """What starts it at boot, or at the first login of a user with lingering."""
    return "default.target" if draft.user_scope else "multi-user.target"


def _install(draft: Draft) -> tuple[Directive, ...]:
    return directives("Install", ("WantedBy", text.word(target(draft))))


def _links(draft: Draft) -> tuple[Artifact, ...]:
    """What `systemctl enable` makes."""
    if not draft.agent.auto_start:
        return ()
    link = f"{draft.host.places.units}/{target(draft)}.wants/{unit_name(draft)}"
    return (Artifact(Kind.LINK, link, unit_path(draft)),)
