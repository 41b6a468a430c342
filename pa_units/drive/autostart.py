"""Start the built-in supervisor, as a process of its own."""

import os
import signal
import sys
import time
from collections.abc import Mapping

from pa_units.contracts import run_state
from pa_units.contracts.refs import Scope
from pa_units.drive import builtin
from pa_units.kit.errors import PaError

_PATIENCE = 20.0
"""Seconds until it must answer: it may have hundreds of agents to adopt."""
_LOOK_AGAIN = 0.01
_MOST_WORDS = 1 << 16

_ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
_PROGRAM = (
    "import sys; sys.path.insert(0, sys.argv.pop(1)); "
    "from pa_units.supervisor.__main__ import main; sys.exit(main(sys.argv[1:]))"
)
"""Without `site` and its search path: it needs neither, and saves their memory and time."""

_PASSED = """
HOME LANG TZ PA_HOME XDG_CONFIG_HOME XDG_DATA_HOME XDG_RUNTIME_DIR XDG_STATE_HOME
"""
"""What says where its files are, and how agents print. Nothing else of who happens to start it:
agents live longer than that."""


def command(scope: Scope, *, foreground: bool = False) -> tuple[str, ...]:
    """Return the command line of the supervisor."""
    words = (sys.executable, "-I", "-S", "-c", _PROGRAM, _ROOT, "--scope", scope.value)
    return (*words, "--foreground") if foreground else words


def environment(env: Mapping[str, str]) -> dict[str, str]:
    """Return the variables that it gets."""
    kept = {name: env[name] for name in _PASSED.split() if name in env}
    return {"PATH": os.defpath, **kept}


def autostart(scope: Scope, env: Mapping[str, str]) -> int:
    """Have a supervisor: return the pid of one that was started now, 0 if there was one.

    Raises PaError when it does not come up, with the last thing that it said.
    """
    if builtin.hello(scope, env):
        return 0
    said, told = os.pipe()
    try:
        return _come_up(scope, env, _start(scope, env, told), said)
    finally:
        os.close(said)
        os.close(told)


def _come_up(scope: Scope, env: Mapping[str, str], pid: int, said: int) -> int:
    deadline = time.monotonic() + _PATIENCE
    while time.monotonic() < deadline:
        if found := builtin.hello(scope, env):
            return pid if found.pid == pid else _give_way(pid)
        if _ended(pid):
            break
        time.sleep(_LOOK_AGAIN)
    words = _heard(said) or _last_words(scope, env)
    raise PaError("cannot start the supervisor: it does not come up", words)


def _give_way(pid: int) -> int:
    """Another command was faster; ours waits for the lock, and has done nothing yet."""
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    return 0


def _start(scope: Scope, env: Mapping[str, str], stderr: int) -> int:
    """What it says before it has a log of its own goes to `stderr`."""
    streams = [
        (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
        (os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0),
        (os.POSIX_SPAWN_DUP2, stderr, 2),
    ]
    argv = command(scope)
    return os.posix_spawn(argv[0], argv, environment(env), file_actions=streams, setsid=True)


def _ended(pid: int) -> bool:
    return os.waitpid(pid, os.WNOHANG)[0] == pid


def _heard(said: int) -> str:
    os.set_blocking(said, False)
    try:
        lines = os.read(said, _MOST_WORDS).decode(errors="replace").split("\n")
    except BlockingIOError:
        return ""
    return next(filter(None, reversed(lines)), "")


def _last_words(scope: Scope, env: Mapping[str, str]) -> str:
    path = f"{run_state.directory(builtin.places_of(scope, env))}/log"
    try:
        with open(path, "rb") as file:
            lines = file.read().decode(errors="replace").splitlines()
    except OSError:
        return ""
    return lines[-1] if lines else ""
