"""Nothing of an agent outlives it: whatever it forked, wherever that went."""

import os
import signal
import time
from pathlib import Path

import pytest
from supervised import PYTHON, Host, alive, until, with_word

from pa_units.contracts.status import State
from pa_units.supervisor import proc, tree
from pa_units.supervisor.proc import Process

pytestmark = pytest.mark.slow

as_root = pytest.mark.skipif(os.getuid() != 0, reason="a user of its own takes root")


def word(host: Host, name: str) -> str:
    """Marks processes in their command line, for a look that does not depend on our own code."""
    return f"{host.home.name}-{name}"


DAEMON = """
import os, sys, time
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        for fd in (0, 1, 2): os.close(fd)
        os.execv(sys.executable, ['daemon', '-c', 'import time; time.sleep(1000)', sys.argv[1]])
    os._exit(0)
os.wait()
print('daemon is away')
time.sleep(1000)
"""


def test_a_double_forked_daemon_goes_with_its_agent(host: Host) -> None:
    mark = word(host, "daemon")
    host.add("bot", PYTHON, "-u", "-c", DAEMON, mark)
    host.up()
    host.says("bot", "away")
    assert len(with_word(mark)) == 2
    host.ask("stop", "bot")
    assert not with_word(mark)


def test_a_double_forked_daemon_goes_before_a_restart(host: Host) -> None:
    mark = word(host, "daemon")
    host.add("bot", PYTHON, "-u", "-c", DAEMON, mark)
    host.up()
    host.says("bot", "away")
    first = set(with_word(mark))
    os.kill(host.runs("bot").pid, 9)
    host.reaches("bot", State.RUNNING, restarts=1)
    assert not first & set(with_word(mark))


def test_a_double_forked_daemon_of_an_adopted_agent(host: Host) -> None:
    """Its parent is PID 1 now, and its session its own: its environment says whose it is."""
    mark = word(host, "daemon")
    host.add("bot", PYTHON, "-u", "-c", DAEMON, mark)
    host.up()
    host.says("bot", "away")
    host.kill()
    host.up()
    host.ask("stop", "bot")
    assert not with_word(mark)


@as_root
def test_a_daemon_that_hides_is_known_by_its_own_user(host: Host) -> None:
    """Its parent is gone, its session its own, its environment empty."""
    mark = word(host, "hidden")
    script = f"env -i setsid sh -c ': {mark}; while :; do sleep 1; done' & echo up; exec sleep 1000"
    host.add("bot", script, dynamic=True)
    host.up()
    host.says("bot", "up")
    until(lambda: with_word(mark))
    os.kill(host.runs("bot").pid, 9)
    host.reaches("bot", State.RUNNING, restarts=1)
    until(lambda: host.log("bot").count("up") == 2)
    until(lambda: len(with_word(mark)) == 1)
    host.ask("stop", "bot")
    assert not with_word(mark)


def test_an_agent_that_ends_leaves_nothing(host: Host) -> None:
    mark = word(host, "left")
    host.add("bot", "/bin/sh", "-c", f"sleep 1000 & sh -c 'sleep 1000; : {mark}' & exit 0", mark)
    host.up()
    host.reaches("bot", State.STOPPED)
    assert not with_word(mark)


def test_children_that_ignore_the_signal_are_gone_after_the_grace(host: Host) -> None:
    mark = word(host, "deaf")
    inner = f"trap '' TERM INT HUP; : {mark}; while :; do sleep 1; done"
    outer = f'trap "" TERM INT HUP; sh -c "{inner}" & sh -c "{inner}" & echo up; {inner}'
    host.add("bot", outer, stop_timeout=700)
    host.up()
    host.says("bot", "up")
    until(lambda: len(with_word(mark)) >= 3)
    began = time.monotonic()
    host.ask("stop", "bot")
    assert 0.7 <= time.monotonic() - began < 5
    assert not with_word(mark)
    assert host.unit("bot").result == "timeout"


BOMB = """
import os, signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
while True:
    try:
        os.fork()
    except OSError:
        time.sleep(0.01)
"""


@as_root
def test_a_fork_bomb_with_a_bound(host: Host) -> None:
    """It forks as fast as it may, and every process of it forks again when one is gone."""
    host.python("bot", BOMB, dynamic=True, tasks=60, stop_timeout=500, max_restarts=0)
    host.add("good", "exec sleep 1000")
    host.up()
    uid = host.runs("bot").uid
    until(lambda: len(_of_user(uid)) > 50)
    began = time.monotonic()
    assert host.ask("stop", "bot", timeout=60.0).results[0].ok
    assert time.monotonic() - began < 20
    assert not _of_user(uid)
    assert host.state("good") is State.RUNNING


def _of_user(uid: int) -> list[int]:
    found = []
    for name in os.listdir("/proc"):
        if name.isdigit():
            try:
                if os.stat(f"/proc/{name}").st_uid == uid and alive(int(name)):
                    found.append(int(name))
            except FileNotFoundError:
                continue
    return found


def test_pause_reaches_every_process(host: Host) -> None:
    mark = word(host, "paused")
    script = f"sh -c ': {mark}; while :; do echo tick; sleep 0.02; done' & wait"
    host.add("bot", script)
    host.up()
    host.says("bot", "tick")
    host.ask("pause", "bot")
    states = {_state(pid) for pid in with_word(mark)}
    assert states == {"T"}
    host.ask("stop", "bot")
    assert not with_word(mark)


def _state(pid: int) -> str:
    found = proc.look(pid)
    return found.state if found else ""


def process(pid: int, parent: int, session: int, state: str = "S") -> Process:
    return Process(pid, state, parent, pid, session, 1)


def test_members_of_a_run() -> None:
    everyone = {
        one.pid: one
        for one in (
            process(10, 1, 10),  # the main process
            process(11, 10, 10),
            process(12, 1, 10),  # lost its parent, same session
            process(13, 11, 13),  # own session, below it
            process(14, 1, 14),  # away, known by its environment
            process(15, 14, 15),  # below that one
            process(16, 10, 10, "Z"),
            process(20, 1, 20),
            process(21, 20, 20),
        )
    }
    found = tree.members(everyone, {14: "run", 20: "other"}, tree.Run("run", 10))
    assert {one.pid for one in found} == {10, 11, 12, 13, 14, 15}


def test_no_members_without_a_run() -> None:
    everyone = {20: process(20, 1, 20)}
    assert tree.members(everyone, {20: ""}, tree.Run("")) == []


def test_only_this_very_process_is_signalled() -> None:
    me = proc.look(os.getpid())
    assert me
    assert tree.send(me, 0)
    assert not tree.send(me._replace(start_time=me.start_time + 1), signal.SIGKILL)


def test_looking_at_a_process_with_a_strange_name() -> None:
    script = "open('/proc/self/comm', 'w').write(') Z (x'); import time; time.sleep(1000)"
    pid = os.posix_spawn(PYTHON, [PYTHON, "-I", "-c", script], {})
    until(lambda: Path(f"/proc/{pid}/comm").read_text() == ") Z (x\n")
    found = proc.look(pid)
    os.kill(pid, 9)
    os.waitpid(pid, 0)
    assert found
    assert (found.pid, found.parent, found.dead) == (pid, os.getpid(), False)
    assert proc.look(pid) is None
