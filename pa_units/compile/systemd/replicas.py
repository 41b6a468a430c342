"""Several of one agent side by side: a template, a target that starts and stops all instances."""

from pa_units.compile import unit_text as text
from pa_units.compile.part import Part
from pa_units.compile.systemd import companion
from pa_units.compile.systemd.draft import Draft
from pa_units.compile.unit_file import Directive, directives
from pa_units.contracts import units
from pa_units.contracts.bundle import Artifact

NUMBER = text.UnitText("%i")
"""What systemd puts in for the number of an instance."""


def part(draft: Draft) -> Part:
    """What ties the instances together and tells each which one it is."""
    return Part(_instance(draft), (_target(draft),))


def _instance(draft: Draft) -> tuple[Directive, ...]:
    # Else instances get a slice named after the template, which outlives an uninstall.
    slice_ = "app.slice" if draft.user_scope else "system.slice"
    return (
        *directives("Unit", ("PartOf", text.word(units.target(draft.name)))),
        *directives(
            "Service",
            ("Environment", text.UnitText(f"PA_REPLICA={NUMBER}")),
            ("Slice", text.word(slice_)),
        ),
    )


def _target(draft: Draft) -> Artifact:
    """`Wants=`, not `Requires=`: one that fails leaves the others alone. A target comes after
    what it wants by itself, systemd.target(5)."""
    unit = units.target(draft.name)
    lines = (
        *companion.about(f"{draft.agent.replicas} replicas of {draft.name}"),
        *directives("Unit", ("Wants", text.words(draft.units.runs))),
        *companion.install(draft, unit),
    )
    return companion.artifact(draft, unit, lines)
