"""Order between agents, and with units that are not ours.

`Requires=` would stop and restart an agent with its dependency, and where that fails its first try
leave the agent down for ever: on 252 always, later unless the dependency has RestartMode=direct
(ran on 252 and 257, also for Type=oneshot). So every condition is `Wants=` and `After=`, and what
goes beyond a start is waited for in `ExecStartPre=+`.
"""

from collections.abc import Iterator
from functools import cache

from pa_units.compile import neighbours, unit_commands
from pa_units.compile import unit_text as text
from pa_units.compile.part import Part, error, warning
from pa_units.compile.systemd import layout
from pa_units.compile.systemd.draft import Draft
from pa_units.compile.unit_file import Directive, directives
from pa_units.contracts import needs
from pa_units.contracts.bundle import Artifact, Kind, Note

_TOLD = "pa-restarted@"
"""Template of the target that a dependency restarts once it is up: what is a part of it follows.
`PartOf=` the dependency itself would see no crash under RestartMode=direct, restart with each
failed try on 252, and stop with it."""


def part(draft: Draft) -> Part:
    """What a dependant gets: order, the wait, the tie to the restarts of others."""
    agent = draft.agent
    if not (agent.depends_on or agent.after or agent.wants or agent.requires):
        return Part()
    lines = (*_order(draft), *_wait(draft))
    return Part(lines, _template(draft) if _followed(draft) else (), tuple(_notes(draft)))


_WITHOUT = {
    "after": (warning, "this does nothing"),
    "wants": (warning, "this does nothing"),
    "requires": (error, "the agent would never start"),
}
"""By field: what comes of a unit that is not there"""


def _notes(draft: Draft) -> Iterator[Note]:
    """Units of the system that a user manager does not have."""
    for field, (told, so) in _WITHOUT.items() if draft.user_scope else ():
        for at, unit in enumerate(getattr(draft.agent, field)):
            if unit in _OF_THE_SYSTEM:
                text = f"a user manager has no {unit}: {so}"
                hint = "leave it out, or install the agent with --system"
                yield told(draft.name, (field, at), "system-unit", text, hint)


_SYSTEM_TARGETS = """
cryptsetup emergency getty graphical integritysetup local-fs local-fs-pre machines multi-user
network network-online network-pre nss-lookup nss-user-lookup remote-cryptsetup remote-fs
remote-fs-pre rescue rpcbind swap sysinit time-set time-sync
"""
_OF_THE_SYSTEM = frozenset(f"{name}.target" for name in _SYSTEM_TARGETS.split())
"""systemd.special(7), less what the user manager has too"""


def _order(draft: Draft) -> tuple[Directive, ...]:
    agent = draft.agent
    ours = [unit for name in agent.depends_on for unit in neighbours.started(draft.around, name)]
    lists = (
        ("Requires", agent.requires),
        ("Wants", (*ours, *agent.wants)),
        ("PartOf", tuple(map(_target, _followed(draft)))),
        # Without an order the failure of what is required would not be noticed, systemd.unit(5).
        ("After", (*ours, *agent.after, *agent.requires)),
    )
    return directives(
        "Unit", *((key, text.words(dict.fromkeys(units))) for key, units in lists if units)
    )


def _followed(draft: Draft) -> tuple[str, ...]:
    return tuple(name for name, one in draft.agent.depends_on.items() if one.restart)


def awaited(draft: Draft) -> tuple[str, ...]:
    """The services that have to be up before the agent starts; a oneshot stays up once it ended
    with success."""
    return tuple(
        unit
        for name, dependency in draft.agent.depends_on.items()
        if dependency.condition != "started"
        for unit in neighbours.running(draft.around, name)
    )


def _wait(draft: Draft) -> tuple[Directive, ...]:
    units = awaited(draft)
    if not units:
        return ()
    wait = unit_commands.own_command(*draft.helper("wait-for", "%n", *units), prefix="+")
    return directives("Service", ("ExecStartPre", wait))


def tells(draft: Draft) -> bool:
    """Does another agent restart with this one?"""
    return needs.RESTART in draft.around.demanded(draft.name)


def telling(draft: Draft) -> Part:
    """What a dependency gets whose dependants restart with it: a line that tells them, after
    everything else of its start."""
    if not tells(draft):
        return Part()
    tell = unit_commands.own_command(*_tell(draft, _target(draft.name)), prefix="-+")
    return Part(directives("Service", ("ExecStartPost", tell)), _template(draft))


def _tell(draft: Draft, target: str) -> tuple[str, ...]:
    if draft.agent.start_type == "oneshot":  # comes to this line only after a success
        manager = ("--user",) if draft.user_scope else ()
        return ("/usr/bin/systemctl", *manager, "--no-block", "restart", target)
    return draft.helper("tell-restart", target)


def _target(name: str) -> str:
    return f"{_TOLD}{name}.target"


def _template(draft: Draft) -> tuple[Artifact, ...]:
    path = f"{draft.host.places.units}/{_TOLD}.target"
    return (Artifact(Kind.UNIT, path, _template_text()),)


@cache
def _template_text() -> str:
    about = text.UnitText("What restarts with %i")
    return layout.unit_text("target", directives("Unit", ("Description", about)))
