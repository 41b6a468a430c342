"""`python -m pa_units.supervisor --scope system|user [--foreground]`: the daemon."""

import fcntl
import os
import signal
import stat
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from pa_units.contracts import control, run_state
from pa_units.contracts.places import Places, places
from pa_units.contracts.refs import Scope
from pa_units.kit.errors import PaError
from pa_units.supervisor import plans, proc
from pa_units.supervisor.child import Children
from pa_units.supervisor.event_log import EventLog
from pa_units.supervisor.loop import Loop
from pa_units.supervisor.recovery import recover
from pa_units.supervisor.rescan import rescan
from pa_units.supervisor.store import Store
from pa_units.supervisor.supervisor import Supervisor, Tools

if TYPE_CHECKING:
    from pa_units.supervisor.server import Server

_LOCK_WAIT = 5.0
"""Seconds for the children of a killed predecessor that have not executed their program yet."""
_POLL = 0.01

_CAUGHT = (
    signal.SIGCHLD,
    signal.SIGTERM,
    signal.SIGINT,
    signal.SIGHUP,
    signal.SIGQUIT,
    signal.SIGUSR1,
    signal.SIGUSR2,
)
_ENDING = frozenset({signal.SIGTERM, signal.SIGINT, signal.SIGQUIT})
_PASSED_ON = (signal.SIGHUP, signal.SIGUSR1, signal.SIGUSR2)


def main(arguments: list[str]) -> int:
    """Supervise until told to stop, or until nothing is left to do."""
    scope = Scope(arguments[arguments.index("--scope") + 1])
    foreground = "--foreground" in arguments
    os.umask(0o022)
    _close_input()
    with _told():
        where = _places(scope)
        home = run_state.directory(where)
        _make_directories(where, home)
        event_log = EventLog("" if foreground else f"{home}/log")
        lock = _lock(f"{home}/lock")
    if lock < 0:
        event_log.say("cannot start: another supervisor is at work here")
        event_log.write()
        return 1
    os.chdir("/")
    alone = os.getpid() == 1
    if not alone:
        _adopt_orphans(event_log)
    loop = Loop()
    store = Store(run_state.path_of(where), proc.boot())
    tools = Tools(where, loop, Children(loop, lock), store, f"{home}/pipes", event_log.say)
    supervisor = Supervisor(tools, stays=foreground, ends_with_units=alone)
    loop.catch(_CAUGHT, lambda numbers: _on_signals(supervisor, numbers, alone=alone))
    _begin(supervisor, store)
    server = _listen(supervisor, loop, where)

    def after_turn() -> None:
        supervisor.after_turn()
        server.send()
        event_log.write()

    loop.run(after_turn)
    code = _end(supervisor, server, home)
    event_log.write()
    return code


@contextmanager
def _told() -> Iterator[None]:
    """What keeps us from beginning is said in one line; the exit code is 1."""
    try:
        yield
    except OSError as error:
        raise SystemExit(f"cannot use {error.filename}: {str(error.strerror).lower()}") from None
    except PaError as error:
        raise SystemExit(error.message) from None


def _close_input() -> None:
    """Agents get our standard input."""
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    os.close(null)


def _places(scope: Scope) -> Places:
    home = os.environ.get("HOME", "/")
    return places(scope, os.environ, home, os.getuid())


def _make_directories(where: Places, home: str) -> None:
    """The runtime directory may stand in /tmp: then its name could be somebody else's."""
    os.makedirs(f"{home}/pipes", 0o700, exist_ok=True)
    os.chmod(home, 0o700)
    with suppress(FileExistsError):
        os.makedirs(where.runtime, 0o755 if where.scope is Scope.SYSTEM else 0o700)
    found = os.lstat(where.runtime)
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid() or found.st_mode & 0o022:
        raise SystemExit(f"cannot use {where.runtime}/: it is not ours alone")


def _lock(path: str) -> int:
    fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    deadline = time.monotonic() + _LOCK_WAIT
    while True:
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return fd
        except BlockingIOError:
            if time.monotonic() > deadline:
                return -1
        time.sleep(_POLL)


def _adopt_orphans(event_log: EventLog) -> None:
    """Processes of agents whose parent ends become our children, not those of PID 1."""
    import ctypes  # half a megabyte: kept, the module cannot be unloaded

    set_child_subreaper = 36
    if ctypes.CDLL(None).prctl(set_child_subreaper, 1, 0, 0, 0):
        event_log.say("orphans of agents go to PID 1: prctl(PR_SET_CHILD_SUBREAPER) is refused")


def _begin(supervisor: Supervisor, store: Store) -> None:
    tools = supervisor.tools
    found = plans.load(tools.places, tools.say)
    had_pipes = os.listdir(tools.pipes)
    adopted = recover(supervisor, found, store.found, plans.at_boot(tools.places))
    supervisor.outputs.update_holder()
    if had_pipes:  # else nobody can hold them, and the search walks through /proc
        supervisor.fd_holder.end_others()
    also = f", {adopted} adopted" if adopted else ""
    tools.say(f"supervisor {os.getpid()} looks after {len(supervisor.services)} units{also}")


def _listen(supervisor: Supervisor, loop: Loop, where: Places) -> "Server":
    """Imported here: sockets take 12 ms to import, and the first agent is not to wait for them."""
    from pa_units.supervisor import requests
    from pa_units.supervisor.server import Server

    path = control.socket_path(where)
    return Server(loop, path, lambda asked, tell: requests.serve(supervisor, asked, tell))


def _on_signals(supervisor: Supervisor, numbers: set[int], *, alone: bool) -> None:
    if signal.SIGCHLD in numbers:
        supervisor.reaper.reap()
    if numbers & _ENDING:
        supervisor.shut_down()
    for number in numbers.intersection(_PASSED_ON):
        if alone:
            supervisor.signal_all(number)
        elif number == signal.SIGHUP:
            rescan(supervisor)


def _end(supervisor: Supervisor, server: "Server", home: str) -> int:
    code = supervisor.exit_code()
    supervisor.end()
    supervisor.fd_holder.hold(())
    server.close()
    supervisor.tools.children.zygote.close()
    supervisor.tools.store.retire()
    supervisor.tools.say("supervisor ends")
    if not supervisor.services:
        _leave_nothing(supervisor.tools.places, home)
    return code


def _leave_nothing(where: Places, home: str) -> None:
    """The last agent was uninstalled."""
    for name in ("units", "log", "log.1", "lock"):
        with suppress(FileNotFoundError):
            os.unlink(f"{home}/{name}")
    for directory in (f"{home}/pipes", home, where.state, where.runtime):
        with suppress(OSError):
            os.rmdir(directory)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
