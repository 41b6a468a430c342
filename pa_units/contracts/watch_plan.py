"""What the companion watches: one document per agent, compiled from the spec.

The companion reads neither YAML nor the spec. Times are milliseconds.
"""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from pa_units.contracts import codec
from pa_units.contracts.places import Places
from pa_units.kit.errors import PaError

SCHEMA = "pa.watch-plan/1"

SHIPPED = "/usr/share/pa/watch"
"""Where packages put their plans."""


class Check(NamedTuple):
    """One question, asked again and again."""

    kind: str
    """http or tcp"""
    target: str
    """an address, host:port"""
    interval: int
    timeout: int
    retries: int
    """failures in a row until the agent is unhealthy"""
    success_threshold: int = 1
    """successes in a row until it is healthy again"""
    start_period: int = 0
    """after a start, in which failures do not count"""
    start_interval: int = 0
    """between checks in that period; 0: interval"""
    retry: int = 0
    """further tries before one check counts as failed"""
    on_failure: str = "restart"
    """restart, stop or none"""


class WatchPlan(NamedTuple):
    """One agent."""

    agent: str
    units: tuple[str, ...]
    """the services that run its program"""
    check: Check


def directory(places: Places) -> str:
    """Return where the plans stand."""
    if places.specs:
        return f"{places.specs.rpartition('/')[0]}/watch"
    return f"{places.state}/plans/watch"


def path_of(places: Places, agent: str) -> str:
    """Return where the plan of an agent stands."""
    return f"{directory(places)}/{agent}.json"


def encode(plan: WatchPlan) -> bytes:
    """Return the file's content; what is at its default is left out."""
    usual = Check._field_defaults
    check = {
        field: value
        for field, value in plan.check._asdict().items()
        if field not in usual or value != usual[field]
    }
    return codec.encode(SCHEMA, {"agent": plan.agent, "units": plan.units, "check": check})


def decode(data: bytes, where: str) -> WatchPlan:
    """Parse what `encode` returned. Raises PaError when it is damaged or of a later version."""
    body = codec.decode(data, SCHEMA, where)
    found = codec.mapping(body.get("check"))
    try:
        check = Check(
            **{name: read(found[name]) for name, read in _READERS.items() if name in found}
        )
    except (TypeError, ValueError) as error:
        raise PaError(f"cannot read {where}: {error}", "the file is damaged") from error
    return WatchPlan(codec.text(body.get("agent")), codec.texts(body.get("units")), check)


def _word(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"a text expected, not {value!r}")
    return value


def _count(value: object) -> int:
    if not isinstance(value, int) or value < 0:
        raise TypeError(f"a number expected, not {value!r}")
    return value


_READERS: Mapping[str, Callable[[object], Any]] = {
    **dict.fromkeys(Check._fields, _count),
    **dict.fromkeys(("kind", "target", "on_failure"), _word),
}
