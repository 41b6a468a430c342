"""What `pa` and the built-in supervisor say to each other: lines of JSON over a unix socket.

Any number of requests may be under way on one connection; each reply names its request. A reply
to a verb that waits comes when the result is known, not in the order of asking.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from pa_units.contracts import codec, run_state
from pa_units.contracts.places import Places
from pa_units.contracts.run_state import Unit
from pa_units.kit.errors import PaError

VERSION = 1
LONGEST_LINE = 1 << 20
"""Bytes; a longer request ends the connection."""

VERBS = frozenset(
    {
        "start",
        "stop",
        "restart",
        "try-restart",
        "reload",
        "reset",
        "kill",
        "pause",
        "resume",
        "status",
        "rescan",
        "shutdown",
        "hello",
    }
)


class Request(NamedTuple):
    """What is asked. `units` empty: all of them, for status, stop and shutdown."""

    id: int
    verb: str
    units: tuple[str, ...] = ()
    wait: bool = True
    timeout: float = 120.0
    """seconds until a verb that waits is answered in any case"""
    signal: int = 0
    whom: str = "main"
    """main or all"""


class Result(NamedTuple):
    """What became of one unit."""

    unit: str
    ok: bool
    result: str
    """done, failed, refused, pending, queued, unknown"""
    message: str = ""


class Hello(NamedTuple):
    """Who answers."""

    version: int
    pid: int
    units: int
    running: int
    program: str
    """version of pa that it is"""


class Reply(NamedTuple):
    """An answer; which part is filled depends on the verb."""

    id: int
    results: tuple[Result, ...] = ()
    units: Mapping[str, Unit] = {}
    hello: Hello | None = None
    error: str = ""
    """the request itself is wrong"""


def socket_path(places: Places) -> str:
    """Return where the supervisor listens."""
    return f"{places.runtime}/supervisor.sock"


def encode_request(request: Request) -> bytes:
    """Return one line."""
    return _line(request._asdict())


def decode_request(line: bytes) -> Request:
    """Parse a line. Raises PaError."""
    body = _object(line)
    verb = codec.text(body.get("verb"))
    if verb not in VERBS:
        raise PaError(f"cannot do '{verb}': no such request")
    return Request(
        id=codec.number(body.get("id")),
        verb=verb,
        units=codec.texts(body.get("units")),
        wait=body.get("wait", True) is True,
        timeout=codec.real(body.get("timeout"), 120.0),
        signal=codec.number(body.get("signal")),
        whom=codec.text(body.get("whom"), "main"),
    )


def encode_reply(reply: Reply) -> bytes:
    """Return one line."""
    body: dict[str, object] = {"id": reply.id}
    if reply.error:
        body["error"] = reply.error
    if reply.hello:
        body["hello"] = reply.hello
    if reply.results:
        body["results"] = reply.results
    if reply.units:
        body["units"] = {name: unit.values() for name, unit in reply.units.items()}
    return _line(body)


def decode_reply(line: bytes) -> Reply:
    """Parse a line. Raises PaError."""
    body = _object(line)
    hello = body.get("hello")
    units = {
        name: unit
        for name, row in codec.mapping(body.get("units")).items()
        if (unit := run_state.unit_of(codec.items(row)))
    }
    return Reply(
        id=codec.number(body.get("id")),
        results=tuple(_result(row) for row in codec.items(body.get("results"))),
        units=units,
        hello=_hello(codec.items(hello)) if hello else None,
        error=codec.text(body.get("error")),
    )


def _result(row: object) -> Result:
    unit, ok, result, message = (*codec.items(row), "", False, "", "")[:4]
    return Result(codec.text(unit), ok is True, codec.text(result), codec.text(message))


def _hello(row: Sequence[object]) -> Hello:
    version, pid, units, running, program = (*row, *("",) * 5)[:5]
    return Hello(
        codec.number(version),
        codec.number(pid),
        codec.number(units),
        codec.number(running),
        codec.text(program),
    )


def _line(body: Mapping[str, Any]) -> bytes:
    return json.dumps(body, separators=(",", ":")).encode() + b"\n"


def _object(line: bytes) -> dict[str, object]:
    try:
        body = json.loads(line)
    except ValueError as error:
        raise PaError(f"cannot understand a message: {error}") from error
    if not isinstance(body, dict):
        raise PaError("cannot understand a message: it is no object")
    return body
