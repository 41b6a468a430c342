"""The one door to other programs: an argument list, a time limit, a clean environment."""

import os
import shlex
import signal
import subprocess
import threading
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from typing import IO, NamedTuple

from pa_units.kit.errors import PaError

TIMEOUT = 30.0
"""Seconds for a program that should answer at once."""

_PASSED = ("HOME", "LOGNAME", "PATH", "USER", "XDG_RUNTIME_DIR", "DBUS_SESSION_BUS_ADDRESS")
"""Variables that programs get from us. Not LD_PRELOAD, PYTHONPATH or SYSTEMD_PAGER: what they
print must not depend on who asks."""
_FALLBACK_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
_SHOWN_LINES = 5


class Done(NamedTuple):
    """A program that has ended."""

    argv: tuple[str, ...]
    code: int
    """exit code; -N: killed by signal N"""
    out: bytes
    err: bytes


class ProcessFailed(PaError):
    """A program could not be run, failed or took too long; the message names the command."""


def run(
    argv: Sequence[str],
    *,
    timeout: float = TIMEOUT,
    given: bytes = b"",
    env: Mapping[str, str] | None = None,
    check: bool = True,
) -> Done:
    """Run a program and return what it printed.

    `given` is its standard input, `env` is added to a clean environment, `timeout` in seconds.
    Raises ProcessFailed when it cannot be run or is late, and with `check` when it fails.
    """
    with _started(argv, env) as child:
        try:
            out, err = child.communicate(given, timeout)
        except subprocess.TimeoutExpired:
            _end(child)
            raise ProcessFailed(
                f"cannot run {command(argv)}: not done after {timeout:g} s"
            ) from None
    done = Done(tuple(argv), child.returncode, out, err)
    if check and done.code:
        raise failure(done)
    return done


@contextmanager
def lines(argv: Sequence[str], env: Mapping[str, str] | None = None) -> Iterator[Iterator[bytes]]:
    """Read what a program prints, line by line, as it comes, without a time limit.

    Leaving the block ends the program. Raises ProcessFailed when it cannot be run, or when it ends
    by itself with an error.
    """
    with _started(argv, env) as child:
        try:
            with closing(_lines_of(child, argv)) as stream:
                yield stream
        finally:
            _end(child)


def _lines_of(
    child: "subprocess.Popen[bytes]", argv: Sequence[str]
) -> Generator[bytes, None, None]:
    assert child.stdin and child.stdout and child.stderr
    child.stdin.close()
    said: list[bytes] = []
    # Drained beside, or a talkative program would stop at a full pipe.
    reader = threading.Thread(target=_drain, args=(child.stderr, said), daemon=True)
    reader.start()
    yield from child.stdout
    code = child.wait()
    reader.join()
    if code:
        raise failure(Done(tuple(argv), code, b"", b"".join(said)))


def _drain(source: IO[bytes], into: list[bytes]) -> None:
    for line in source:
        into.append(line)
        del into[:-_SHOWN_LINES]


def _started(argv: Sequence[str], env: Mapping[str, str] | None) -> "subprocess.Popen[bytes]":
    try:
        return subprocess.Popen(
            argv,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=environment(env or {}),
            # Ctrl-C is for us: we end the child, and it has no half-written output then.
            start_new_session=True,
        )
    except OSError as problem:
        reason = os.strerror(problem.errno) if problem.errno else str(problem)
        raise ProcessFailed(f"cannot run {command(argv)}: {reason.lower()}") from None


def _end(child: "subprocess.Popen[bytes]") -> None:
    """Kill the program and what it started; it has a process group of its own."""
    if child.poll() is None:
        try:
            os.killpg(child.pid, signal.SIGKILL)
        except ProcessLookupError:
            return


def environment(more: Mapping[str, str]) -> dict[str, str]:
    """Return the environment that programs get: a few variables of ours, plain messages."""
    kept = {name: os.environ[name] for name in _PASSED if name in os.environ}
    return {"PATH": _FALLBACK_PATH, **kept, "LC_ALL": "C.UTF-8", **more}


def command(argv: Sequence[str]) -> str:
    """Return a command line as one could paste it into a shell."""
    return f"`{shlex.join(argv)}`"


def failure(done: Done) -> ProcessFailed:
    """Return the error for a program that failed, with the last line it said."""
    how = f"exit code {done.code}" if done.code > 0 else f"killed by signal {-done.code}"
    said = done.err.decode(errors="replace").strip().splitlines()[-1:]
    return ProcessFailed(": ".join([f"cannot run {command(done.argv)}", how, *said]))
