"""Calls that are done when they are answered, over `wire.py`: there is no job to wait for, so
neither an event loop nor a D-Bus library has to be imported (a tenth of an install)."""

from collections.abc import Mapping, Sequence

from pa_units.contracts.scope import Scope
from pa_units.drive import words
from pa_units.drive.base import JobResult
from pa_units.drive.encode import encode
from pa_units.drive.errors import BusLost, BusTimeout
from pa_units.drive.message import Call
from pa_units.drive.objects import MANAGER, ROOT
from pa_units.drive.wire import Reply, open_bus

RELOAD_TIMEOUT = 90.0
"""Seconds; 0.6 s with 500 units, but generators run, and a busy disk is slow."""


def reload(scope: Scope, env: Mapping[str, str]) -> None:
    """Have systemd read its files again; returns when it has. Raises BusError."""
    with open_bus(scope, env, RELOAD_TIMEOUT) as wire:
        wire.call(ROOT, MANAGER, "Reload")


def each(
    scope: Scope,
    env: Mapping[str, str],
    names: Sequence[str],
    member: str,
    signature: str = "s",
    *args: object,
) -> list[JobResult]:
    """Call a method for every name; `signature` is of the name and `args`."""
    replies = _ask(scope, env, [_call(member, signature, name, *args) for name in names])
    if isinstance(replies, str):
        return [words.unknown(name, replies) for name in names]
    return [_result(name, reply, "done") for name, reply in zip(names, replies, strict=True)]


def queue(
    scope: Scope, env: Mapping[str, str], names: Sequence[str], member: str, *, fresh: bool = False
) -> list[JobResult]:
    """Queue a job for every name, and do not wait for it; `fresh`: with its restart budget cleared
    before."""
    calls = [
        call
        for name in names
        for call in (
            *([_call("ResetFailedUnit", "s", name)] if fresh else ()),
            _call(member, "ss", name, "replace"),
        )
    ]
    replies = _ask(scope, env, calls)
    if isinstance(replies, str):
        return [words.unknown(name, replies) for name in names]
    starts = replies[1::2] if fresh else replies
    return [_result(name, reply, "queued") for name, reply in zip(names, starts, strict=True)]


def _call(member: str, signature: str, *args: object) -> Call:
    return Call(ROOT, MANAGER, member, signature, encode(signature, args))


def _ask(scope: Scope, env: Mapping[str, str], calls: Sequence[Call]) -> list[Reply] | str:
    """Return the replies, or why nobody knows what became of the calls."""
    with open_bus(scope, env, calls=len(calls)) as wire:
        try:
            return wire.pipeline(calls)
        except (BusTimeout, BusLost) as lost:
            return lost.message


def _result(name: str, reply: Reply, word: str) -> JobResult:
    if reply.error:
        return words.refused(name, reply.error, reply.text)
    return JobResult(name, True, word)
