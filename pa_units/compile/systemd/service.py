"""One agent → its service unit and every file that belongs to it."""

import re

from pa_units.compile import unit_paths
from pa_units.compile import unit_text as text
from pa_units.compile.part import Part, note
from pa_units.compile.systemd import (
    command,
    companion,
    credentials,
    dependencies,
    environment,
    health,
    identity,
    layout,
    logs,
    passthrough,
    programs,
    readiness,
    replicas,
    resources,
    restart,
    rotation,
    sandbox,
    shape,
    stability,
)
from pa_units.compile.systemd.draft import Draft
from pa_units.compile.systemd.guard import guarded, together
from pa_units.compile.unit_file import directives
from pa_units.contracts import units
from pa_units.contracts.bundle import Artifact, Kind, Note


def part(draft: Draft) -> Part:
    """All of one agent: its artifacts include the unit."""
    whole = together((*_PARTS, *shape.parts(draft.agent)), draft)
    raw = guarded(passthrough.part, draft)
    own = (*whole.directives, *companion.install(draft, unit_name(draft)))
    lines = passthrough.without_replaced(own, raw.directives)
    header = layout.Header(draft.name, spec_path(draft), draft.digest)
    unit = layout.unit_text("service", lines, header=header, extra=raw.directives)
    artifacts = (
        *programs.artifacts(draft),
        *whole.artifacts,
        *stability.artifacts(draft),
        Artifact(Kind.UNIT, unit_path(draft), unit),
        *companion.links(draft),
    )
    return Part(lines, artifacts, whole.notes + raw.notes)


def unit_name(draft: Draft) -> str:
    """The file of its service: one unit, or a template of several."""
    return units.template(draft.name) if draft.replicated else units.service(draft.name)


def unit_path(draft: Draft) -> str:
    """Where it stands."""
    return companion.path(draft, unit_name(draft))


def spec_path(draft: Draft) -> str:
    """The installed copy of the agent's spec."""
    return f"{draft.host.places.agents}/{draft.name}.yaml"


def _about(draft: Draft) -> Part:
    return Part(
        directives(
            "Unit",
            ("Description", _description(draft)),
            # Not SourcePath=: systemctl would show the YAML as the unit's file and warn "changed
            # on disk" at each of its edits.
            ("X-Pa-Spec", text.line(spec_path(draft))),
        )
    )


_ADDRESS = re.compile(r"(https?://|file:/|info:|man:)[!-~]+")
"""documentation_url_is_valid() in src/basic/web-util.c: others are dropped with a warning."""


def _description(draft: Draft) -> text.UnitText:
    words = text.line(draft.agent.description or draft.name, instance=draft.replicated)
    return text.UnitText(f"{words} ({replicas.NUMBER})") if draft.replicated else words


def _documentation(draft: Draft) -> Part:
    links = draft.agent.documentation
    kept = [unit_paths.path_word(link) for link in links if _ADDRESS.fullmatch(link)]
    lines = directives("Unit", ("Documentation", text.words(kept))) if kept else ()
    return Part(lines, notes=tuple(_no_address(draft, link) for link in links if link not in kept))


def _no_address(draft: Draft, link: str) -> Note:
    return note(
        draft.name,
        ("documentation", draft.agent.documentation.index(link)),
        "no-address",
        f"'{link}' stays in the spec alone: systemd takes only http, https, file, info and man "
        "addresses without blanks",
    )


_PARTS = (
    _about,
    _documentation,
    identity.part,
    environment.part,
    credentials.part,
    readiness.part,
    restart.part,
    dependencies.part,
    health.part,
    command.part,
    dependencies.telling,
    logs.part,
    rotation.part,
    resources.part,
    sandbox.part,
)
"""The order in which lines of one key follow each other: the waits for a restart and for others
come before the spec's own `ExecStartPre=`, the gate before everything that follows a start."""
