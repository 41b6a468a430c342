"""What an agent is beside a service that runs all the time."""

from collections.abc import Callable

from pa_units.compile.part import Part, error
from pa_units.compile.systemd import companion, replicas, schedule, sockets, watch
from pa_units.compile.systemd.draft import Draft
from pa_units.contracts.bundle import Note
from pa_units.spec.model import Agent

_Part = Callable[[Draft], Part]


def parts(agent: Agent) -> tuple[_Part, ...]:
    """The further parts of an agent; none of a plain one."""
    wanted: tuple[tuple[bool, _Part], ...] = (
        (agent.replicas > 1, replicas.part),
        (agent.schedule is not None, schedule.part),
        (bool(agent.sockets), sockets.part),
        (agent.watch is not None, watch.part),
        (not companion.SECTIONS.isdisjoint(agent.systemd), _unused),
    )
    return tuple(part for is_wanted, part in wanted if is_wanted)


_MADE_BY = {"Timer": "schedule", "Socket": "sockets", "Path": "watch"}


def _unused(draft: Draft) -> Part:
    """Directives of the spec for a unit that the agent does not have."""
    sections = sorted(companion.SECTIONS.intersection(draft.agent.systemd))
    return Part(
        notes=tuple(
            _lost(draft, section)
            for section in sections
            if not getattr(draft.agent, _MADE_BY[section])
        )
    )


def _lost(draft: Draft, section: str) -> Note:
    maker = _MADE_BY[section]
    return error(
        draft.name,
        ("systemd", section),
        "unit-missing",
        f"the agent has no {section.lower()} unit that these could go into",
        f"'{maker}' makes one",
    )
