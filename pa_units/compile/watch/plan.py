"""One agent → what the companion watches of it."""

from collections.abc import Iterator, Mapping, Sequence
from math import ceil

from pa_units.compile.probe import probe
from pa_units.contracts.watch_plan import Check, WatchPlan
from pa_units.spec.health import Limits
from pa_units.spec.model import Agent
from pa_units.spec.quantities import print_duration, print_percent, print_size
from pa_units.spec.template import literal

ASKED = frozenset({"http", "tcp"})
"""Kinds of probes that the companion asks itself."""

_FIGURES = {
    "cpu": "cpu_above",
    "memory": "memory_above",
    "io": "io_above",
    "pressure": "pressure_above",
    "log": "log_above",
}
"""By its name in a plan, the field that limits it. The size of what an agent stores is not among
them: nobody without rights can see it."""
_ON_FAILURE = {"notify": "none"}


def is_asked(agent: Agent) -> bool:
    """Is there something that the companion asks? Of a oneshot, its end says how it is."""
    check = agent.health_check
    if check is None or not check.enabled or agent.start_type == "oneshot":
        return False
    return probe(check).kind in ASKED


def is_measured(agent: Agent) -> bool:
    """Are there figures that the companion compares with limits?"""
    return agent.limits is not None and bool(_above(agent.limits))


def plan(agent: Agent, units: Sequence[str], logs: Sequence[str]) -> WatchPlan:
    """Return the plan of an agent whose program `units` run, and that writes `logs`."""
    return WatchPlan(agent.name, tuple(units), tuple(_checks(agent, logs)))


def _checks(agent: Agent, logs: Sequence[str]) -> Iterator[Check]:
    if is_asked(agent):
        yield _question(agent)
    if is_measured(agent) and agent.limits:
        yield _limits(agent.limits, logs)


def _question(agent: Agent) -> Check:
    check, timing = agent.health_check, agent.check_timing
    assert check is not None and timing is not None
    asked = probe(check)
    return Check(
        kind=asked.kind,
        target=literal(asked.words[0]) or "",
        interval=timing.interval,
        timeout=timing.timeout,
        retries=timing.retries,
        success_threshold=check.success_threshold,
        start_period=check.start_period,
        start_interval=check.start_interval or 0,
        retry=check.retry,
        on_failure=check.on_failure,
    )


def _limits(limits: Limits, logs: Sequence[str]) -> Check:
    """A figure that is above its limit at every measurement of so long a time is above it for that
    long."""
    above = _above(limits)
    return Check(
        kind="limits",
        target=in_words(limits),
        interval=limits.interval,
        timeout=limits.interval,
        retries=ceil(limits.for_ / limits.interval) + 1,
        on_failure=_ON_FAILURE.get(limits.then, limits.then),
        above=above,
        logs=tuple(logs) if "log" in above else (),
    )


def _above(limits: Limits) -> Mapping[str, float]:
    found = {name: getattr(limits, field) for name, field in _FIGURES.items()}
    return {name: most for name, most in found.items() if most is not None}


def in_words(limits: Limits) -> str:
    """`cpu above 80%, memory above 400M for 1m`."""
    above = ", ".join(
        f"{name} above {_spelled(name, most)}" for name, most in _above(limits).items()
    )
    return f"{above} for {print_duration(limits.for_)}" if limits.for_ else above


def _spelled(name: str, most: float) -> str:
    if name in ("cpu", "pressure"):
        return print_percent(most)
    return print_size(int(most)) + ("/s" if name == "io" else "")
