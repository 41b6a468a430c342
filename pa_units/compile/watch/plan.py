"""One agent → what the companion watches of it."""

from collections.abc import Sequence

from pa_units.compile.probe import probe
from pa_units.contracts.watch_plan import Check, WatchPlan
from pa_units.spec.model import Agent

ASKED = frozenset({"http", "tcp"})
"""Kinds of probes that the companion asks itself."""


def is_watched(agent: Agent) -> bool:
    """Is there something that the companion asks? Of a oneshot, its end says how it is."""
    check = agent.health_check
    if check is None or not check.enabled or agent.start_type == "oneshot":
        return False
    return probe(check).kind in ASKED


def plan(agent: Agent, units: Sequence[str]) -> WatchPlan:
    """Return the plan of an agent that is watched, and whose program `units` run."""
    check, timing = agent.health_check, agent.check_timing
    assert check is not None and timing is not None
    asked = probe(check)
    return WatchPlan(
        agent.name,
        tuple(units),
        Check(
            kind=asked.kind,
            target=_literal(asked.words[0]),
            interval=timing.interval,
            timeout=timing.timeout,
            retries=timing.retries,
            success_threshold=check.success_threshold,
            start_period=check.start_period,
            start_interval=check.start_interval or 0,
            retry=check.retry,
            on_failure=check.on_failure,
        ),
    )


def _literal(target: str) -> str:
    """An address has no variables; `$${` is how the language spells `${`."""
    return target.replace("$${", "${")
