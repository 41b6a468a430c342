"""What the companion watches: one document per agent, compiled from the spec.

The companion reads neither YAML nor the spec. Times are milliseconds.
"""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from pa_units.contracts import codec
from pa_units.kit.errors import PaError

if TYPE_CHECKING:  # the companion is told its directories
    from pa_units.contracts.places import Places

SCHEMA = "pa.watch-plan/1"

SHIPPED = "/usr/share/pa/watch"
"""Where packages put their plans."""


class Check(NamedTuple):
    """One question, asked again and again."""

    kind: str
    """http, tcp, or limits"""
    target: str
    """an address, host:port, or what is measured in words"""
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
    above: Mapping[str, float] = {}
    """limits: by figure (cpu in percent of a core, memory and log in bytes, io in bytes per second,
    pressure in percent), above what it is a failure"""
    logs: tuple[str, ...] = ()
    """limits: the files whose size is that of the log"""


class WatchPlan(NamedTuple):
    """One agent."""

    agent: str
    units: tuple[str, ...]
    """the services that run its program"""
    checks: tuple[Check, ...]
    """each of another kind"""


def directory(places: "Places") -> str:
    """Return where the plans stand."""
    if places.specs:
        return f"{places.specs.rpartition('/')[0]}/watch"
    return f"{places.state}/plans/watch"


def path_of(places: "Places", agent: str) -> str:
    """Return where the plan of an agent stands."""
    return f"{directory(places)}/{agent}.json"


def encode(plan: WatchPlan) -> bytes:
    """Return the file's content; what is at its default is left out."""
    checks = [_row(check) for check in plan.checks]
    return codec.encode(SCHEMA, {"agent": plan.agent, "units": plan.units, "checks": checks})


def _row(check: Check) -> dict[str, object]:
    usual = Check._field_defaults
    return {
        field: value
        for field, value in zip(Check._fields, check, strict=True)
        if field not in usual or value != usual[field]
    }


def decode(data: bytes, where: str) -> WatchPlan:
    """Parse what `encode` returned. Raises PaError when it is damaged or of a later version."""
    body = codec.decode(data, SCHEMA, where)
    try:
        checks = tuple(_check(codec.mapping(row)) for row in codec.items(body.get("checks")))
    except (TypeError, ValueError) as error:
        raise PaError(f"cannot read {where}: {error}", "the file is damaged") from error
    return WatchPlan(codec.text(body.get("agent")), codec.texts(body.get("units")), checks)


def _check(row: Mapping[str, object]) -> Check:
    return Check(**{name: read(row[name]) for name, read in _READERS.items() if name in row})


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
    "above": lambda value: {name: codec.real(most) for name, most in codec.mapping(value).items()},
    "logs": codec.texts,
}
