"""The built-in supervisor as a driver: requests over its socket.

Fulfils `base.Driver`. Reads work without a supervisor as well, from what the last one wrote down.
"""

import os
import time
from _socket import AF_UNIX, SOCK_STREAM
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress

from pa_units.contracts import control, run_state
from pa_units.contracts.control import Hello, Reply, Request
from pa_units.contracts.places import Places, places
from pa_units.contracts.refs import Scope
from pa_units.contracts.run_state import Unit
from pa_units.drive import supervised
from pa_units.drive.base import JOB_TIMEOUT, JobResult
from pa_units.drive.connect import Link
from pa_units.drive.errors import BusDenied, BusLost, BusTimeout, NoBus
from pa_units.drive.states import UnitState

_ANSWER_TIME = 10.0
"""Seconds for a reply to what needs no waiting, and on top of what does."""
_CHUNK = 1 << 18

Env = Mapping[str, str]


def places_of(scope: Scope, env: Env) -> Places:
    """Return where the supervisor of a scope has its files."""
    return places(scope, env, env.get("HOME", "/"), os.getuid())


class Connection:
    """Requests to the supervisor, any number, one after the other."""

    def __init__(self, peer: Link) -> None:
        """Speak over a connected socket."""
        self._peer = peer
        self._number = 0
        self._rest = b""

    def ask(self, request: Request) -> Reply:
        """Send a request and wait for its reply. Raises BusTimeout, BusLost, and NoBus when it has
        ended."""
        self._number += 1
        wanted = request._replace(id=self._number)
        waits = wanted.timeout if wanted.wait else 0.0
        deadline = time.monotonic() + waits + _ANSWER_TIME
        try:
            self._peer.sendall(control.encode_request(wanted))
            while (reply := control.decode_reply(self._line(deadline))).id != wanted.id:
                continue
        except TimeoutError:
            raise BusTimeout("cannot ask the supervisor: it does not answer") from None
        except ConnectionError:
            raise NoBus("cannot ask the supervisor: it ended while it was asked") from None
        except OSError as error:
            raise BusLost(f"cannot ask the supervisor: {_reason(error)}") from None
        if reply.error:
            raise BusLost(f"cannot ask the supervisor: {reply.error}")
        return reply

    def _line(self, deadline: float) -> bytes:
        while b"\n" not in self._rest:
            self._peer.settimeout(max(0.001, deadline - time.monotonic()))
            data = self._peer.recv(_CHUNK)
            if not data:
                raise ConnectionResetError(104, "it ended the connection")
            self._rest += data
        line, _, self._rest = self._rest.partition(b"\n")
        return line


def _reason(error: OSError) -> str:
    return str(error.strerror or error).lower()


@contextmanager
def connection(scope: Scope, env: Env) -> Iterator[Connection]:
    """Connect to the supervisor of a scope. Raises NoBus, BusDenied."""
    path = control.socket_path(places_of(scope, env))
    peer = Link(AF_UNIX, SOCK_STREAM)
    try:
        peer.settimeout(_ANSWER_TIME)
        _connect(peer, path)
        yield Connection(peer)
    finally:
        peer.close()


def _connect(peer: Link, path: str) -> None:
    """A socket address holds 107 bytes (unix(7)), so the directory is named by its descriptor."""
    directory, _, name = path.rpartition("/")
    try:
        fd = os.open(directory, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            peer.connect(f"/proc/self/fd/{fd}/{name}")
        finally:
            os.close(fd)
    except (FileNotFoundError, NotADirectoryError, ConnectionRefusedError):
        raise NoBus(
            "cannot ask the supervisor: it is not running", "pa start and pa install start it"
        ) from None
    except PermissionError:
        raise BusDenied(
            "cannot ask the supervisor: it belongs to another user", "run it with sudo"
        ) from None
    except OSError as error:
        raise BusLost(f"cannot ask the supervisor: {_reason(error)}") from None


def hello(scope: Scope, env: Env) -> Hello | None:
    """Return who supervises, None if nobody does. Raises BusDenied."""
    try:
        with connection(scope, env) as supervisor:
            return supervisor.ask(Request(0, "hello")).hello
    except NoBus:
        return None


def shut_down(scope: Scope, env: Env, timeout: float = JOB_TIMEOUT) -> Hello | None:
    """Have the supervisor stop its agents and end; None if there was none."""
    try:
        with connection(scope, env) as supervisor:
            return supervisor.ask(Request(0, "shutdown", timeout=timeout)).hello
    except NoBus:
        return None


def _act(scope: Scope, env: Env, request: Request) -> list[JobResult]:
    with connection(scope, env) as supervisor:
        results = {one.unit: one for one in supervisor.ask(request).results}
    return [
        JobResult(name, one.ok, one.result, message=one.message)
        if (one := results.get(name))
        else JobResult(name, False, "unknown", message="the supervisor did not say")
        for name in request.units
    ]


def start(
    scope: Scope, env: Env, names: Sequence[str], wait: bool = True, timeout: float = JOB_TIMEOUT
) -> list[JobResult]:
    """Start, with a fresh restart budget."""
    return _act(scope, env, Request(0, "start", tuple(names), wait, timeout))


def stop(
    scope: Scope, env: Env, names: Sequence[str], wait: bool = True, timeout: float = JOB_TIMEOUT
) -> list[JobResult]:
    """Stop; a stopped one is ok, and without a supervisor what does not run is stopped."""
    try:
        return _act(scope, env, Request(0, "stop", tuple(names), wait, timeout))
    except NoBus:
        if any(state.main_pid for state in read(scope, env, names).values()):
            raise
        return [JobResult(name, True, "done") for name in names]


def restart(
    scope: Scope, env: Env, names: Sequence[str], wait: bool = True, timeout: float = JOB_TIMEOUT
) -> list[JobResult]:
    """Stop what runs and start, with a fresh restart budget."""
    return _act(scope, env, Request(0, "restart", tuple(names), wait, timeout))


def try_restart(
    scope: Scope, env: Env, names: Sequence[str], wait: bool = True, timeout: float = JOB_TIMEOUT
) -> list[JobResult]:
    """Restart what runs, leave the rest."""
    return _act(scope, env, Request(0, "try-restart", tuple(names), wait, timeout))


def reload_units(
    scope: Scope, env: Env, names: Sequence[str], wait: bool = True, timeout: float = JOB_TIMEOUT
) -> list[JobResult]:
    """Have running agents read their own configuration again."""
    return _act(scope, env, Request(0, "reload", tuple(names), wait, timeout))


def reset(scope: Scope, env: Env, names: Sequence[str]) -> list[JobResult]:
    """Forget failures and counted restarts; what is not known has nothing to forget."""
    with suppress(NoBus):
        _act(scope, env, Request(0, "reset", tuple(names)))
    return [JobResult(name, True, "done") for name in names]


def kill(
    scope: Scope, env: Env, names: Sequence[str], signal: int, whom: str = "main"
) -> list[JobResult]:
    """Send a signal to the `main` process, or to `all`."""
    return _act(scope, env, Request(0, "kill", tuple(names), signal=signal, whom=whom))


def pause(scope: Scope, env: Env, names: Sequence[str]) -> list[JobResult]:
    """Stop all processes from being scheduled."""
    return _act(scope, env, Request(0, "pause", tuple(names)))


def resume(scope: Scope, env: Env, names: Sequence[str]) -> list[JobResult]:
    """Undo `pause`."""
    return _act(scope, env, Request(0, "resume", tuple(names)))


def reload(scope: Scope, env: Env) -> None:
    """Have the supervisor read its plans again. Without one there is nobody to tell."""
    with suppress(NoBus), connection(scope, env) as supervisor:
        supervisor.ask(Request(0, "rescan"))


def read(scope: Scope, env: Env, names: Sequence[str]) -> dict[str, UnitState]:
    """Return the states of many, for a table."""
    known = units(scope, env, names)
    return {
        name: supervised.unit_state(name, known[name])
        if name in known
        else supervised.NOT_FOUND._replace(name=name)
        for name in names
    }


def units(scope: Scope, env: Env, names: Sequence[str]) -> Mapping[str, Unit]:
    """Return all that the supervisor knows of units; those that it does not know are left out."""
    if not names:
        return {}
    try:
        with connection(scope, env) as supervisor:
            return supervisor.ask(Request(0, "status", tuple(names))).units
    except NoBus:
        known = recorded(places_of(scope, env))
    return {
        name: supervised.orphaned(known[name], lives=_lives(known[name]))
        for name in names
        if name in known
    }


def recorded(where: Places) -> dict[str, Unit]:
    """Return what the last supervisor wrote down. After a reboot its pids are somebody else's,
    which their start times tell."""
    try:
        with open(run_state.path_of(where), "rb", buffering=0) as file:
            data = file.readall()
    except OSError:
        return {}
    return {name: unit for _, name, unit in run_state.records(data)}


def _lives(unit: Unit) -> bool:
    """proc_pid_stat(5): field 22 is the start time, in clock ticks since boot."""
    try:
        with open(f"/proc/{unit.pid}/stat", "rb", buffering=0) as file:
            fields = file.readall().rpartition(b")")[2].split()
    except OSError:
        return False
    return int(fields[19]) == unit.start_time and fields[0] not in b"ZX"
