"""The systemd driver: plain functions over `session.py` where jobs are waited for, `calls.py` where
not, `read.py` for reads.

Fulfils `base.Driver`. dbus-next and asyncio (100 ms) are imported by the first action that waits.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import TYPE_CHECKING, TypeVar

from pa_units.contracts.refs import Scope
from pa_units.drive import calls, words
from pa_units.drive import read as reading
from pa_units.drive.base import JOB_TIMEOUT, JobResult
from pa_units.drive.states import UnitState
from pa_units.drive.wire import open_bus

if TYPE_CHECKING:
    from pa_units.drive.session import Session

Result = TypeVar("Result")


def run(
    scope: Scope, env: Mapping[str, str], action: "Callable[[Session], Awaitable[Result]]"
) -> Result:
    """Run several verbs over one connection: `action` gets the session."""
    from pa_units.drive import bus
    from pa_units.drive.session import Session

    return bus.run(scope, env, lambda connection: action(Session(connection)))


def start(
    scope: Scope,
    env: Mapping[str, str],
    names: Sequence[str],
    wait: bool = True,
    timeout: float = JOB_TIMEOUT,
) -> list[JobResult]:
    """Start, with a fresh restart budget."""
    if not wait:
        return calls.queue(scope, env, names, "StartUnit", fresh=True)
    return run(scope, env, lambda session: session.start(names, timeout))


def stop(
    scope: Scope,
    env: Mapping[str, str],
    names: Sequence[str],
    wait: bool = True,
    timeout: float = JOB_TIMEOUT,
) -> list[JobResult]:
    """Stop; a stopped one is ok."""
    if not wait:
        results = calls.queue(scope, env, names, "StopUnit")
    else:
        results = run(scope, env, lambda session: session.stop(names, timeout))
    return _not_loaded_is_ok(results)


def restart(
    scope: Scope,
    env: Mapping[str, str],
    names: Sequence[str],
    wait: bool = True,
    timeout: float = JOB_TIMEOUT,
) -> list[JobResult]:
    """Stop what runs and start, with a fresh restart budget."""
    if not wait:
        return calls.queue(scope, env, names, "RestartUnit", fresh=True)
    return run(scope, env, lambda session: session.restart(names, timeout))


def try_restart(
    scope: Scope,
    env: Mapping[str, str],
    names: Sequence[str],
    wait: bool = True,
    timeout: float = JOB_TIMEOUT,
) -> list[JobResult]:
    """Restart what runs, leave the rest."""
    if not wait:
        return calls.queue(scope, env, names, "TryRestartUnit")
    return run(scope, env, lambda session: session.try_restart(names, timeout))


def reload_units(
    scope: Scope,
    env: Mapping[str, str],
    names: Sequence[str],
    wait: bool = True,
    timeout: float = JOB_TIMEOUT,
) -> list[JobResult]:
    """Have running agents read their own configuration again (`ExecReload=`)."""
    if not wait:
        return calls.queue(scope, env, names, "ReloadUnit")
    return run(scope, env, lambda session: session.reload_units(names, timeout))


def reset(scope: Scope, env: Mapping[str, str], names: Sequence[str]) -> list[JobResult]:
    """Forget failures and counted restarts; nothing to forget is ok."""
    return _not_loaded_is_ok(calls.each(scope, env, names, "ResetFailedUnit"))


def kill(
    scope: Scope, env: Mapping[str, str], names: Sequence[str], signal: int, whom: str = "main"
) -> list[JobResult]:
    """Send a signal to the `main` process, or to `all`."""
    return calls.each(scope, env, names, "KillUnit", "ssi", whom, signal)


def pause(scope: Scope, env: Mapping[str, str], names: Sequence[str]) -> list[JobResult]:
    """Freeze all processes."""
    return calls.each(scope, env, names, "FreezeUnit")


def resume(scope: Scope, env: Mapping[str, str], names: Sequence[str]) -> list[JobResult]:
    """Undo `pause`."""
    return calls.each(scope, env, names, "ThawUnit")


def reload(scope: Scope, env: Mapping[str, str]) -> None:
    """Have systemd read its own files again. Raises BusError."""
    calls.reload(scope, env)


def read(scope: Scope, env: Mapping[str, str], names: Sequence[str]) -> dict[str, UnitState]:
    """Return the states of many, for a table."""
    with open_bus(scope, env, calls=len(names)) as wire:
        return reading.states(wire, names)


def _not_loaded_is_ok(results: list[JobResult]) -> list[JobResult]:
    """What systemd has not loaded is stopped, and has nothing to forget."""
    return [
        words.finished(result.unit, "done") if result.error_name == words.NO_SUCH_UNIT else result
        for result in results
    ]
