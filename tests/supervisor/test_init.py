"""As PID 1 of a container: it reaps orphans, passes signals on, and ends with the right code."""

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from supervised import Host, alive, until

from pa_units.contracts.refs import Scope
from pa_units.contracts.status import State
from pa_units.drive import autostart

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(os.getuid() != 0, reason="a pid namespace takes root"),
]


@contextmanager
def contained(host: Host) -> Iterator[subprocess.Popen[bytes]]:
    """The supervisor as the first process of a pid namespace. unshare(1) ends with its code."""
    words = ["unshare", "--pid", "--fork", "--kill-child", "--mount-proc"]
    argv = [*words, *autostart.command(Scope.SYSTEM, foreground=True)]
    process = subprocess.Popen(argv, env=host.env, stderr=subprocess.PIPE, start_new_session=True)
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def first(process: subprocess.Popen[bytes]) -> int:
    """The pid of the supervisor, as it is outside."""

    def child() -> int:
        words = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
        return int(words[0]) if words else 0

    found: int = until(child)
    return found


@pytest.mark.parametrize(
    ("script", "code"), [("exit 0", 0), ("exit 7", 7), ("kill -9 $$", 128 + 9), ("kill $$", 0)]
)
def test_ends_with_its_agents_and_their_code(host: Host, script: str, code: int) -> None:
    host.add("bot", script, max_restarts=0)
    host.add("other", "exit 0")
    with contained(host) as process:
        assert process.wait(20) == code


def test_goes_on_while_something_runs_or_will_run(host: Host) -> None:
    host.add("bot", "exit 1", max_restarts=2, first_delay=200)
    began = time.monotonic()
    with contained(host) as process:
        assert process.wait(20) == 1
    assert time.monotonic() - began > 0.6


def test_an_orderly_end_on_the_signal_of_a_container_stop(host: Host) -> None:
    host.add("bot", "trap 'echo bye; exit 0' TERM; echo up; while :; do sleep 0.05; done")
    with contained(host) as process:
        host.says("bot", "up")
        os.kill(first(process), signal.SIGTERM)
        assert process.wait(20) == 0
    assert host.log("bot") == "up\nbye\n"


def test_signals_are_passed_on(host: Host) -> None:
    script = (
        "trap 'echo got hup' HUP; trap 'echo got usr1' USR1; echo up; while :; do sleep 0.05; done"
    )
    host.add("bot", script)
    with contained(host) as process:
        host.says("bot", "up")
        os.kill(first(process), signal.SIGHUP)
        host.says("bot", "got hup")
        os.kill(first(process), signal.SIGUSR1)
        host.says("bot", "got usr1")


def test_orphans_are_reaped(host: Host) -> None:
    host.add("bot", "for n in 1 2 3; do (sleep 0.1 &) ; done; echo up; exec sleep 1000")
    with contained(host) as process:
        host.says("bot", "up")
        time.sleep(0.5)
        supervisor = first(process)
        words = Path(f"/proc/{supervisor}/task/{supervisor}/children").read_text().split()
        assert all(alive(int(pid)) for pid in words), "a zombie is left"


def test_a_container_that_is_started_again(host: Host) -> None:
    """Its files are kept, its processes are not: whatever has their pids now is somebody else."""
    host.add("bot", "echo up; exec sleep 1000")
    with contained(host) as process:
        host.says("bot", "up")
        os.kill(first(process), signal.SIGKILL)
        process.wait(20)
    with contained(host):
        host.says("bot", "up\nup\n")
        assert host.state("bot") is State.RUNNING
