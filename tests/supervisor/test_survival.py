"""kill -9 of the supervisor: nothing is lost, nothing runs twice, everything goes on."""

import os
import random
import re
import subprocess
import time
from itertools import pairwise
from pathlib import Path

import pytest
from supervised import PYTHON, Host, alive, until

from pa_units.contracts import run_state
from pa_units.contracts.refs import Scope
from pa_units.contracts.run_plan import Command, LogFile
from pa_units.contracts.run_state import EXITED, Unit
from pa_units.contracts.status import State
from pa_units.drive import builtin
from pa_units.supervisor import proc
from pa_units.supervisor.store import Store

pytestmark = pytest.mark.slow

COUNTING = """
import fcntl, os, sys, time
home, name = sys.argv[1:]
lock = os.open(f'{home}/{name}.lock', os.O_RDWR | os.O_CREAT)
try:
    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
except BlockingIOError:
    os.write(1, b'DOUBLE\\n')
    sys.exit(9)
count = os.open(f'{home}/{name}.count', os.O_RDWR | os.O_CREAT)
number = int(os.pread(count, 20, 0) or b'0')
while True:
    # Counted after it is printed: a kill in between prints it again, never loses it.
    os.write(1, b'#%08d\\n' % number)
    number += 1
    os.pwrite(count, b'%08d' % number, 0)
    time.sleep(0.001)
"""
"""Prints numbers that go on where the last run ended, and never runs twice at once."""


def test_agents_survive_and_are_adopted(host: Host) -> None:
    host.add("bot", "echo started; while :; do echo tick; sleep 0.02; done")
    host.add("idle", "exec sleep 1000", boot=False)
    host.up()
    before = host.runs("bot")
    host.kill()
    assert alive(before.pid)
    held = host.log("bot")
    host.up()
    after = host.unit("bot")
    assert (after.pid, after.run, after.restarts) == (before.pid, before.run, 0)
    assert host.state("idle") is State.STOPPED
    until(lambda: len(host.log("bot")) > len(held))
    assert host.log("bot").count("started") == 1


def test_the_end_of_an_adopted_agent_is_a_failure_that_nobody_saw(host: Host) -> None:
    host.add("bot", "exec sleep 1000", policy="on-failure")
    host.up()
    before = host.runs("bot")
    host.kill()
    host.up()
    os.kill(before.pid, 9)
    host.reaches("bot", State.RUNNING, restarts=1)
    until(lambda: "bot: restarting (1): exit unknown" in host.event_log())


def test_what_ended_while_nobody_watched(host: Host) -> None:
    host.add("bot", "exec sleep 1000", max_restarts=0)
    host.up()
    before = host.runs("bot")
    host.kill()
    os.kill(before.pid, 9)
    until(lambda: not alive(before.pid))
    (shown,) = builtin.read(Scope.SYSTEM, host.env, ["bot"]).values()
    assert (shown.active, shown.result, shown.main_pid) == ("inactive", "exit unknown", 0)
    host.up()
    assert host.reaches("bot", State.FAILED).result == "exit unknown"


def test_status_without_a_supervisor(host: Host) -> None:
    host.add("bot", "exec sleep 1000")
    host.up()
    before = host.runs("bot")
    host.kill()
    (shown,) = builtin.read(Scope.SYSTEM, host.env, ["bot"]).values()
    assert (shown.active, shown.main_pid) == ("active", before.pid)
    assert shown.status_text.startswith("the supervisor is not running")


def test_budget_and_backoff_go_on(host: Host) -> None:
    host.add("bot", "exit 1", max_restarts=4, first_delay=300, longest_delay=300)
    host.up()
    host.reaches("bot", State.RESTARTING, restarts=2)
    due = host.unit("bot").due_mono
    host.kill()
    host.up()
    unit = host.unit("bot")
    assert unit.restarts >= 2
    assert unit.state is not State.RESTARTING or unit.due_mono >= due
    assert host.reaches("bot", State.FAILED).restarts == 4


def test_a_stop_under_way_is_finished(host: Host) -> None:
    host.add("bot", "trap '' TERM; echo up; while :; do sleep 1; done", stop_timeout=1000)
    host.up()
    pid = host.runs("bot").pid
    host.says("bot", "up")
    host.ask("stop", "bot", wait=False)
    host.reaches("bot", State.STOPPING)
    host.kill()
    host.up()
    host.reaches("bot", State.STOPPED)
    assert not alive(pid)


def test_hooks_that_nobody_would_hear_of_are_run_again(host: Host) -> None:
    hook = Command("/bin/sh", ("sh", "-c", "echo hook >&2; sleep 0.7"))
    host.add("bot", "echo main; exec sleep 1000", pre_start=(hook,))
    host.up()
    host.says("bot", "hook")
    host.kill()
    host.up()
    host.runs("bot")
    host.says("bot", "main")
    assert host.log("bot") == "hook\nhook\nmain\n"


def records(host: Host, name: str, unit: Unit) -> None:
    """Leave what a supervisor would have left that was killed at a certain moment."""
    directory = Path(run_state.directory(host.places))
    directory.mkdir(parents=True)
    Store(run_state.path_of(host.places), proc.boot()).save(name, unit)


@pytest.mark.parametrize(
    ("unit", "restarts"),
    [
        (Unit(state=State.RUNNING, wanted=True, run="a" * 32, pid=2**22 - 1, start_time=1), 1),
        (Unit(state=State.RESTARTING, wanted=True, run="a" * 32, restarts=3), 4),
        (Unit(state=State.STARTING, phase="main", wanted=True, run="a" * 32), 0),
        (Unit(state=State.STOPPED), 0),
    ],
)
def test_killed_between_a_start_and_its_record(host: Host, unit: Unit, restarts: int) -> None:
    """The id of the next run is on disk before: so the process is found, and not started again."""
    host.add("bot", "exec sleep 1000", boot=False)
    records(host, "bot", unit.but(next_run="b" * 32))
    env = {"INVOCATION_ID": "b" * 32, "PA_HOME": str(host.home)}
    orphan = subprocess.Popen(["/bin/sleep", "1000"], env=env, start_new_session=True)
    host.up()
    found = host.runs("bot")
    assert (found.pid, found.restarts, found.wanted) == (orphan.pid, restarts, True)
    assert found.next_run not in ("", "b" * 32)
    orphan.kill()
    orphan.wait()
    host.reaches("bot", State.RUNNING, restarts=restarts + 1)


def test_a_hook_that_was_not_recorded_is_no_main_process(host: Host) -> None:
    host.add("bot", "exec sleep 1000", boot=False)
    records(host, "bot", Unit(next_run="b" * 32))
    env = {"INVOCATION_ID": "b" * 32, "PA_HOOK": "pre-start", "PA_HOME": str(host.home)}
    orphan = subprocess.Popen(["/bin/sleep", "1000"], env=env, start_new_session=True)
    host.up()
    assert orphan.wait(10) == -9
    assert host.state("bot") is State.STOPPED


def test_a_recycled_pid_is_not_adopted(host: Host) -> None:
    stranger = subprocess.Popen(["/bin/sleep", "1000"])
    host.add("bot", "exec sleep 1000", boot=False, max_restarts=0)
    gone = Unit(state=State.RUNNING, wanted=True, run="a" * 32, pid=stranger.pid, start_time=1)
    records(host, "bot", gone)
    host.up()
    assert host.reaches("bot", State.FAILED).result == "exit unknown"
    assert stranger.poll() is None
    stranger.kill()
    stranger.wait()


def test_another_boot_starts_anew(host: Host) -> None:
    host.add("bot", "exec sleep 1000", boot=False)
    host.add("wanted", "exec sleep 1000")
    directory = Path(run_state.directory(host.places))
    directory.mkdir(parents=True)
    old = Store(run_state.path_of(host.places), "another boot")
    old.save("bot", Unit(state=State.FAILED, code=EXITED, status=1))
    old.save("wanted", Unit(state=State.STOPPED))
    host.up()
    assert host.state("bot") is State.STOPPED
    host.runs("wanted")


def test_damaged_records_are_no_obstacle(host: Host) -> None:
    host.add("bot", "exec sleep 1000")
    directory = Path(run_state.directory(host.places))
    directory.mkdir(parents=True)
    whole = run_state.head(proc.boot()) + run_state.record("bot", Unit())
    (directory / "units").write_bytes(whole[:700])
    host.up()
    host.runs("bot")


def test_plans_that_went_while_nobody_watched(host: Host) -> None:
    host.add("gone", "exec sleep 1000")
    host.add("bot", "exec sleep 1000")
    host.up()
    pid = host.runs("gone").pid
    host.kill()
    host.remove("gone")
    host.up()
    until(lambda: not alive(pid))
    until(lambda: set(host.ask("status").units) == {"bot"})


ROUNDS = int(os.environ.get("PA_KILL_ROUNDS", "50"))
NAMES = ("one", "two", "three")


@pytest.mark.skipif(os.getuid() != 0, reason="one of the agents has a user of its own")
def test_rounds_of_random_kills(host: Host) -> None:
    """Supervisor and agents die at random moments: what runs is what the plans say, never twice,
    and every line is there, once, in order."""
    dice = random.Random(7)
    work = host.home / "work"
    work.mkdir(mode=0o777)
    work.chmod(0o777)
    for name in NAMES:
        log = LogFile(
            str(host.logs / f"{name}.log"), max_size=20_000, max_files=900, compress=False
        )
        words = (PYTHON, "-I", "-S", "-c", COUNTING, str(work), name)
        own = {"user": "nobody"} if name == "two" else {}
        host.add(name, *words, policy="always", first_delay=5, longest_delay=5, stdout=log, **own)
    host.add("idle", "exec sleep 1000", boot=False)
    host.up()
    for _ in range(ROUNDS):
        time.sleep(dice.uniform(0.0, 0.12))
        _kill_some(host, dice)
        host.kill()
        _kill_some(host, dice)
        host.up()
    for name in NAMES:
        host.runs(name)
    assert host.state("idle") is State.STOPPED
    host.ask("stop", *NAMES)
    for name in NAMES:
        _check(host, work, name)


def _kill_some(host: Host, dice: random.Random) -> None:
    pids = [unit.main_pid for unit in builtin.read(Scope.SYSTEM, host.env, NAMES).values()]
    for pid in pids:
        if pid and dice.random() < 0.4:
            try:
                os.kill(pid, 9)
            except ProcessLookupError:
                continue


def _check(host: Host, work: Path, name: str) -> None:
    """A number may be there twice if its printer was killed before it counted; its neighbours then
    tell that nothing is missing and nothing out of order."""
    files = sorted(host.logs.glob(f"{name}.log*"), key=_age, reverse=True)
    assert len(files) > 1, "it was rolled"
    for file in files[:-1]:
        assert file.read_bytes().endswith(b"\n"), "a line was torn"
    text = b"".join(file.read_bytes() for file in files)
    assert b"DOUBLE" not in text
    lines = text.split(b"\n")[:-1]
    numbers = [int(line[1:]) for line in lines if re.fullmatch(rb"#\d{8}", line)]
    assert len(numbers) == len(lines), "a line was torn"
    steps = {after - before for before, after in pairwise(numbers)}
    assert steps <= {0, 1}, steps
    assert numbers[0] == 0
    assert int((work / f"{name}.count").read_text()) in (numbers[-1], numbers[-1] + 1)


def _age(file: Path) -> int:
    number = file.name.rpartition(".")[2]
    return int(number) if number.isdigit() else 0
