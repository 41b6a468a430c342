"""Directives that the spec gives as they stand, `systemd: {Service: {Key: value}}`.

They have systemd's own meaning: lines of a list add up, and an empty one clears what was there.
Of all others there is one value, so ours is left out where the spec has its own.
"""

from collections.abc import Iterable

from pa_units.compile import unit_text as text
from pa_units.compile.part import Part, error
from pa_units.compile.systemd import companion
from pa_units.compile.systemd.draft import Draft
from pa_units.compile.unit_file import Directive
from pa_units.contracts.bundle import Loc, Note

_LIST_KEYS = """
After AmbientCapabilities Before BindPaths BindReadOnlyPaths CapabilityBoundingSet Documentation
Environment EnvironmentFile ExecCondition ExecReload ExecStartPost ExecStartPre ExecStop
ExecStopPost LoadCredential OnFailure PartOf ReadWritePaths Requires RestartForceExitStatus
RestartPreventExitStatus RestrictAddressFamilies RuntimeDirectory Sockets StateDirectory
SuccessExitStatus SupplementaryGroups SystemCallArchitectures SystemCallFilter Wants
"""
_LISTS = frozenset(_LIST_KEYS.split())
"""Keys that we write too and of which systemd takes several lines. `ExecStart=` is none of them:
only Type=oneshot may have two (systemd.service(5))."""

_OURS = {
    ("Service", "User"): "user",
    ("Service", "Group"): "group",
    ("Service", "DynamicUser"): "user",
    ("Unit", "X-Pa-Spec"): "",
}
"""Keys that decide what is kept in the ledger, each with the field of the spec that sets it"""


def part(draft: Draft) -> Part:
    """The lines for the agent's service. Those of its companions go there, `[Install]` is made
    into links at once."""
    if not draft.agent.systemd:
        return Part()
    others = companion.SECTIONS | {"Install"}
    sections = {name: keys for name, keys in draft.agent.systemd.items() if name not in others}
    return Part(
        tuple(
            Directive(section, key, text.raw(value))
            for section, keys in sections.items()
            for key, values in keys.items()
            for value in values
        ),
        notes=_notes(draft),
    )


def without_replaced(lines: Iterable[Directive], raw: Iterable[Directive]) -> tuple[Directive, ...]:
    """Our lines, less those of keys that the spec sets itself."""
    own = {(item.section, item.key) for item in raw if item.key not in _LISTS}
    if not own:
        return tuple(lines)
    return tuple(item for item in lines if (item.section, item.key) not in own)


def _notes(draft: Draft) -> tuple[Note, ...]:
    return (
        *(
            _taken(draft, section, key)
            for section, key in _OURS
            if key in draft.agent.systemd.get(section, {})
        ),
        *(
            _no_install(draft, key)
            for key in draft.agent.systemd.get("Install", {})
            if key != companion.WANTED_BY
        ),
    )


def _taken(draft: Draft, section: str, key: str) -> Note:
    field = _OURS[section, key]
    hint = f"write '{field}:'" if field else "leave it out"
    loc: Loc = ("systemd", section, key)
    return error(draft.name, loc, "our-directive", f"{key}= is pa's own to write", hint)


def _no_install(draft: Draft, key: str) -> Note:
    loc: Loc = ("systemd", "Install", key)
    text = f"{key}= would do nothing: pa makes the links of [Install] itself, and knows WantedBy="
    return error(draft.name, loc, "our-directive", text, "'auto_start: false' makes none")
