"""What the companion says of agents: the answers of its socket, read by `pa status` and others."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import NamedTuple

from pa_units.contracts import codec

SCHEMA = "pa.health/1"

ALL = "*"
"""The question for a line about each unit; otherwise it is names of units, with their results."""

LONGEST_QUESTION = 1 << 16
"""Bytes."""


class Health(StrEnum):
    """How an agent is."""

    STARTING = "starting"
    HEALTHY = "healthy"
    UNHEALTHY = "unhealthy"
    NONE = "none"
    """it does not run, or is paused: nothing is asked"""


class Result(NamedTuple):
    """One check."""

    at: float
    """seconds since the epoch"""
    ok: bool
    took_ms: float
    words: str
    """`200`, `connected`, `HTTP 500`, `no answer within 5s`"""


class UnitHealth(NamedTuple):
    """One service, by one check of it."""

    unit: str
    kind: str = ""
    """http, tcp, limits"""
    health: Health = Health.NONE
    reason: str = ""
    """`200 in 12 ms`; why not"""
    since: float = 0.0
    """when it became so, seconds since the epoch"""
    asked: str = ""
    """`http http://localhost:8080/health`"""
    every_ms: int = 0
    timeout_ms: int = 0
    checks: int = 0
    """since the companion first saw this unit"""
    failures: int = 0
    restarts: tuple[float, ...] = ()
    """when it was found to run anew, seconds since the epoch"""
    results: tuple[Result, ...] = ()
    """the last ones, oldest first"""


DIRECTORY = "watchdog"
"""The companion's own, below the runtime directory of its scope."""


def socket_in(runtime: str) -> str:
    """Return where the companion of a scope answers."""
    return f"{runtime}/{DIRECTORY}/ask.sock"


def encode(found: Sequence[UnitHealth]) -> bytes:
    """Return an answer: one line."""
    return codec.encode(SCHEMA, {"units": [_row(one) for one in found]})


def decode(data: bytes) -> dict[str, tuple[UnitHealth, ...]]:
    """Parse what `encode` returned: the checks of each unit. Raises PaError."""
    body = codec.decode(data, SCHEMA, "the companion's answer")
    found: dict[str, tuple[UnitHealth, ...]] = {}
    for row in map(codec.mapping, codec.items(body.get("units"))):
        one = _unit(row)
        found[one.unit] = (*found.get(one.unit, ()), one)
    return found


WORST_FIRST = (Health.UNHEALTHY, Health.STARTING, Health.NONE, Health.HEALTHY)
"""A service is as well as its worst check, an agent as its worst replica."""


def _row(one: UnitHealth) -> dict[str, object]:
    usual = UnitHealth._field_defaults
    return {
        name: value
        for name, value in zip(one._fields, one, strict=True)
        if name not in usual or value != usual[name]
    }


def _unit(row: Mapping[str, object]) -> UnitHealth:
    word = codec.text(row.get("health"), "none")
    return UnitHealth(
        unit=codec.text(row.get("unit")),
        kind=codec.text(row.get("kind")),
        health=Health(word) if word in _KNOWN else Health.NONE,
        reason=codec.text(row.get("reason")),
        since=codec.real(row.get("since")),
        asked=codec.text(row.get("asked")),
        every_ms=codec.number(row.get("every_ms")),
        timeout_ms=codec.number(row.get("timeout_ms")),
        checks=codec.number(row.get("checks")),
        failures=codec.number(row.get("failures")),
        restarts=tuple(map(codec.real, codec.items(row.get("restarts")))),
        results=tuple(_result(item) for item in codec.items(row.get("results"))),
    )


_KNOWN = frozenset(map(str, Health))


def _result(item: object) -> Result:
    at, ok, took, words, *_ = (*codec.items(item), None, None, None, None)
    return Result(codec.real(at), ok is True, codec.real(took), codec.text(words))
