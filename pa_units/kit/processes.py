"""The one door to other programs: an argument list, a time limit, a clean environment."""

import os
import select
import shlex
import signal
import subprocess
import threading
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import IO, NamedTuple, NoReturn

from pa_units.kit.errors import PaError

TIMEOUT = 30.0
"""Seconds for a program that should answer at once."""

PASSED = ("HOME", "LOGNAME", "PATH", "USER", "XDG_RUNTIME_DIR", "DBUS_SESSION_BUS_ADDRESS")
"""Variables that programs get from us. Not LD_PRELOAD, PYTHONPATH or SYSTEMD_PAGER: what they
print must not depend on who asks."""
_FALLBACK_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
_SHOWN_LINES = 5
_CHUNK = 1 << 16


class Done(NamedTuple):
    """A program that has ended."""

    argv: tuple[str, ...]
    code: int
    """exit code; -N: killed by signal N"""
    out: bytes
    err: bytes


class ProcessFailed(PaError):
    """A program could not be run, failed or took too long; the message names the command."""

    said = b""
    """its last words on standard error"""


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
def lines(argv: Sequence[str], env: Mapping[str, str] | None = None) -> Iterator["Lines"]:
    """Read what a program prints, line by line, as it comes, without a time limit.

    Leaving the block ends the program. Raises ProcessFailed when it cannot be run, or when it ends
    by itself with an error.
    """
    with _started(argv, env) as child:
        try:
            yield Lines(child, argv)
        finally:
            _end(child)


class Lines:
    """The lines that a running program prints, each with its end. An iterator."""

    def __init__(self, child: "subprocess.Popen[bytes]", argv: Sequence[str]) -> None:
        assert child.stdin and child.stdout and child.stderr
        child.stdin.close()
        self._child, self._argv, self._out = child, argv, child.stdout.fileno()
        self._come: deque[bytes] = deque()
        self._rest = b""
        self._ended = False
        self._said: list[bytes] = []
        # Drained beside, or a talkative program would stop at a full pipe.
        self._reader = threading.Thread(target=_drain, args=(child.stderr, self._said), daemon=True)
        self._reader.start()

    def __iter__(self) -> "Lines":
        return self

    def __next__(self) -> bytes:
        while not self._come:
            if self._ended:
                self._finish()
            self._take()
        return self._come.popleft()

    def arrived(self, wait: float) -> Iterator[bytes]:
        """Give the lines that have come, after waiting up to `wait` seconds for the first.

        Raises ProcessFailed when there are no more and the program has ended, however.
        """
        if not self._come and select.select([self._out], (), (), wait)[0]:
            self._take()
        while self._come:
            yield self._come.popleft()
        if self._ended:
            raise failure(self._done())

    def _take(self) -> None:
        data = os.read(self._out, _CHUNK)
        self._ended = not data
        *whole, self._rest = (self._rest + data).split(b"\n")
        self._come.extend(line + b"\n" for line in whole)
        if self._ended and self._rest:
            self._come.append(self._rest)

    def _finish(self) -> NoReturn:
        done = self._done()
        raise failure(done) if done.code else StopIteration

    def _done(self) -> Done:
        code = self._child.wait()
        self._reader.join()
        return Done(tuple(self._argv), code, b"", b"".join(self._said))


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
    kept = {name: os.environ[name] for name in PASSED if name in os.environ}
    return {"PATH": _FALLBACK_PATH, **kept, "LC_ALL": "C.UTF-8", **more}


def command(argv: Sequence[str]) -> str:
    """Return a command line as one could paste it into a shell."""
    return f"`{shlex.join(argv)}`"


def failure(done: Done) -> ProcessFailed:
    """Return the error for a program that failed, with the last line it said."""
    how = f"exit code {done.code}" if done.code >= 0 else f"killed by signal {-done.code}"
    said = done.err.decode(errors="replace").strip().splitlines()[-1:]
    failed = ProcessFailed(": ".join([f"cannot run {command(done.argv)}", how, *said]))
    failed.said = done.err
    return failed
