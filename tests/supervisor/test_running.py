"""A supervisor with real processes: what it starts, how it ends, what it restarts."""

import os
import resource
import subprocess
import time
from itertools import pairwise
from pathlib import Path

import pytest
from supervised import Host, alive, until

from pa_units.contracts.refs import Scope
from pa_units.contracts.run_plan import Command, Credential, EnvFile, LogFile, Need
from pa_units.contracts.status import State
from pa_units.drive import autostart

pytestmark = pytest.mark.slow

as_root = pytest.mark.skipif(os.getuid() != 0, reason="only root can change the user")


def test_runs_what_starts_at_boot_and_nothing_else(host: Host) -> None:
    host.add("wanted", "echo ran; exec sleep 1000")
    host.add("idle", "exec sleep 1000", boot=False)
    host.up()
    assert host.runs("wanted").pid
    assert host.state("idle") is State.STOPPED
    assert host.says("wanted", "ran") == "ran\n"


def test_an_agent_gets_a_small_clean_world(host: Host) -> None:
    host.env["PA_TEST_LEAK"] = "leaked"
    host.add("bot", "env | sort; ulimit -n; umask; pwd; ls -l /proc/self/fd; exec sleep 1000")
    host.up()
    printed = host.says("bot", "total")
    names = {line.partition("=")[0] for line in printed.splitlines() if "=" in line}
    assert names >= {
        "HOME",
        "INVOCATION_ID",
        "LANG",
        "LOGNAME",
        "PATH",
        "PA_AGENT",
        "SHELL",
        "USER",
    }
    assert "LEAK" not in printed
    assert "0022\n/\n" in printed
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    assert f"\n{soft}\n" in printed, "the limit is that of whoever started the supervisor"


def test_crash_and_restart(host: Host) -> None:
    host.add("bot", "exec sleep 1000")
    host.up()
    before = host.runs("bot")
    os.kill(before.pid, 9)
    after = host.reaches("bot", State.RUNNING, restarts=1)
    assert after.pid != before.pid
    assert after.run != before.run
    assert "bot: restarting (1): killed by SIGKILL" in host.event_log()


def test_gives_up_and_says_why(host: Host) -> None:
    host.add("bot", "echo going; exit 3", max_restarts=2)
    host.up()
    unit = host.reaches("bot", State.FAILED)
    assert (unit.restarts, unit.status, unit.result) == (2, 3, "exit-code")
    assert host.log("bot") == "going\n" * 3


def test_restarts_come_when_they_are_due(host: Host) -> None:
    host.add("bot", "date +%s%N; exit 1", first_delay=100, max_restarts=3)
    host.up()
    host.reaches("bot", State.FAILED)
    times = [int(line) / 1e9 for line in host.log("bot").split()]
    gaps = [after - before for before, after in pairwise(times)]
    for gap, delay in zip(gaps, (0.1, 0.2, 0.4), strict=True):
        assert delay <= gap < delay + 0.3


def test_a_program_that_is_not_there(host: Host) -> None:
    host.add("bot", "/nowhere/bot", "x", max_restarts=0)
    host.up()
    unit = host.reaches("bot", State.FAILED)
    assert unit.words == "cannot execute /nowhere/bot: no such file or directory"
    results = host.ask("start", "bot").results
    assert (results[0].ok, results[0].message) == (False, unit.words)


def test_a_directory_that_is_not_there(host: Host) -> None:
    host.add("bot", "exec sleep 1000", cwd="/nowhere", max_restarts=0)
    host.up()
    assert host.reaches("bot", State.FAILED).words.startswith("cannot enter /nowhere")
    host.add("other", "pwd; exec sleep 1000")
    host.ask("rescan")
    host.ask("start", "other")
    assert host.says("other", "\n") == "/\n", "the supervisor is back in its own directory"


@as_root
def test_an_agent_of_another_user(host: Host) -> None:
    script = "id -un; id -gn; id -Gn; umask; pwd; nice; ulimit -n; ulimit -p; exec sleep 1000"
    host.add("bot", script, user="nobody", cwd="/tmp", umask=0o027, nice=4, open_files=77, tasks=99)
    host.up()
    host.runs("bot")
    printed = host.says("bot", "99").split()
    group = printed[1]
    assert printed == ["nobody", group, group, "0027", "/tmp", "4", "77", "99"]


@as_root
def test_an_agent_of_another_user_restarts_and_reopens_its_stdout(host: Host) -> None:
    host.add("bot", "echo one > /dev/stdout; exec sleep 1000", user="nobody")
    host.up()
    for count in (1, 2, 3):
        unit = host.reaches("bot", State.RUNNING, restarts=count - 1)
        until(lambda want=count: host.log("bot") == "one\n" * want)
        os.kill(unit.pid, 9)


@as_root
def test_why_an_agent_of_another_user_cannot_start(host: Host) -> None:
    private = host.home / "private"
    private.mkdir(mode=0o700)
    host.add("exec", "/nowhere/bot", "x", user="nobody", max_restarts=0)
    host.add("cwd", "pwd; exec sleep 1000", user="nobody", cwd=str(private), max_restarts=0)
    host.add("who", "pwd", user="pa-no-such-user", max_restarts=0)
    host.up()
    words = {name: host.reaches(name, State.FAILED).words for name in ("exec", "cwd", "who")}
    assert words["exec"] == "cannot execute /nowhere/bot: no such file or directory"
    assert words["cwd"] == f"cannot enter {private}: permission denied"
    assert words["who"] == "there is no user 'pa-no-such-user'"


@as_root
def test_agents_without_a_user_have_a_number_each(host: Host) -> None:
    for name in ("one", "two"):
        data = f"{host.places.state}/data/{name}"
        host.add(
            name, "id -u; touch kept; exec sleep 1000", dynamic=True, cwd=data, state_directory=data
        )
    host.up()
    numbers = {name: int(host.says(name, "\n").split()[0]) for name in ("one", "two")}
    assert len(set(numbers.values())) == 2
    assert all(61184 <= number <= 65519 for number in numbers.values())
    kept = Path(host.places.state) / "data" / "one" / "kept"
    until(kept.exists)
    assert kept.stat().st_uid == numbers["one"]


def test_secrets_and_files_of_variables(host: Host) -> None:
    env = host.home / "bot.env"
    env.write_text('TOKEN="a b"\nNAME=from file\n# comment\n')
    token = host.home / "token"
    token.write_text("s3cret")
    script = 'echo "$TOKEN/$NAME/$1"; cat "$CREDENTIALS_DIRECTORY/key"; exec sleep 1000'
    host.add(
        "bot",
        "/bin/sh",
        "-c",
        script,
        "sh",
        boot=True,
        env={"NAME": "own"},
        env_files=(EnvFile(str(env)), EnvFile("/nowhere", required=False)),
        credentials=(Credential("key", str(token)),),
        main=Command("/bin/sh", ("sh", "-c", script, "sh", (("TOKEN",), "+", ("GONE", "usual")))),
    )
    host.up()
    assert host.says("bot", "s3cret") == "a b/own/a b+usual\ns3cret"
    handed = Path(host.places.runtime) / "credentials" / "bot" / "key"
    assert handed.stat().st_mode & 0o777 == 0o400
    host.ask("stop", "bot")
    assert not handed.exists()


def test_a_missing_file_of_variables(host: Host) -> None:
    host.add("bot", "exec sleep 1000", env_files=(EnvFile("/nowhere.env"),), max_restarts=0)
    host.up()
    assert host.reaches("bot", State.FAILED).words == "cannot read /nowhere.env: it is not there"


def test_hooks_know_the_main_process(host: Host) -> None:
    def hook(name: str) -> tuple[Command, ...]:
        script = f"echo {name} $MAINPID $SERVICE_RESULT $EXIT_STATUS"
        return (Command("sh", ("sh", "-c", script)),)

    host.add(
        "bot",
        "trap 'exit 0' TERM; echo main; while :; do sleep 0.05; done",
        pre_start=hook("pre"),
        post_start=hook("post"),
        pre_stop=hook("before"),
        post_stop=hook("after"),
    )
    host.up()
    pid = host.runs("bot").pid
    host.says("bot", "main")
    host.ask("stop", "bot")
    lines = set(host.log("bot").splitlines())
    assert lines == {
        "pre success",
        "main",
        f"post {pid} success",
        f"before {pid} success",
        "after success 0",
    }


def test_reload_pause_and_signals(host: Host) -> None:
    script = """
import signal, time
for number in (signal.SIGHUP, signal.SIGUSR1):
    signal.signal(number, lambda n, f: print('got', n))
print('ready')
while True:
    print('tick')
    time.sleep(0.02)
"""
    host.python("bot", script, reload_signal=1)
    host.up()
    host.says("bot", "ready")
    assert host.ask("reload", "bot").results[0].ok
    host.says("bot", "got 1\n")
    assert host.ask("kill", "bot", signal=10).results[0].ok
    host.says("bot", "got 10\n")
    assert host.ask("pause", "bot").results[0].ok
    assert host.state("bot") is State.PAUSED
    time.sleep(0.1)
    still = host.log("bot")
    time.sleep(0.2)
    assert host.log("bot") == still
    assert host.ask("resume", "bot").results[0].ok
    until(lambda: host.log("bot") != still)


def test_dependencies_wait_and_go_down_in_order(host: Host) -> None:
    host.add("job", "sleep 0.3; echo done", type="oneshot", boot=False, start_timeout=0)
    host.add("db", "sleep 0.1; exec sleep 1000", boot=False)
    needs = (Need("db"), Need("job", "completed_successfully"))
    host.add("web", "exec sleep 1000", boot=False, needs=needs)
    host.up()
    assert host.ask("start", "web").results[0].ok
    assert host.state("job") is State.STOPPED
    assert host.log("job") == "done\n"
    host.ask("stop", "db", "web")
    until(lambda: "db: stopped" in host.event_log())
    order = [line for line in host.event_log().splitlines() if ": stopped" in line]
    assert [line.split()[1] for line in order] == ["job:", "web:", "db:"]


def test_a_dependant_waits_while_what_it_needs_fails(host: Host) -> None:
    program = host.home / "db"
    host.add("db", str(program), "1000", boot=False, max_restarts=0)
    host.add("web", "exec sleep 1000", boot=False, needs=(Need("db"),), max_restarts=0)
    host.up()
    assert host.ask("start", "web", timeout=1.0).results[0].result == "pending"
    unit = host.unit("web")
    assert (unit.state, unit.words, unit.restarts) == (State.STARTING, "waits for db", 0)
    program.symlink_to("/bin/sleep")
    host.ask("start", "db")
    host.runs("web")


def test_what_shares_a_restart(host: Host) -> None:
    host.add("db", "exec sleep 1000")
    host.add("web", "exec sleep 1000", needs=(Need("db", restart=True),))
    host.add("other", "exec sleep 1000", needs=(Need("db"),))
    host.up()
    pids = {name: host.runs(name).pid for name in ("web", "other")}
    host.ask("restart", "db")
    until(lambda: host.runs("web").pid != pids["web"])
    assert host.unit("other").pid == pids["other"]


def test_a_forking_agent(host: Host) -> None:
    pid_file = host.home / "pid"
    script = f"""
import os, time
if os.fork(): os._exit(0)
os.setsid()
if os.fork(): os._exit(0)
open({str(pid_file)!r}, 'w').write(str(os.getpid()))
print('daemon')
time.sleep(1000)
"""
    host.python("bot", script, type="forking", pid_file=str(pid_file))
    host.up()
    unit = host.runs("bot")
    assert unit.pid == int(pid_file.read_text())
    os.kill(unit.pid, 9)
    again = host.reaches("bot", State.RUNNING, restarts=1)
    assert again.result == "success"
    host.ask("stop", "bot")
    assert not alive(again.pid)


def test_a_pid_file_that_names_somebody_else(host: Host) -> None:
    """Else an agent could have us kill any process."""
    pid_file = host.home / "pid"
    script = f"echo 1 > {pid_file}; sleep 1000 & exit 0"
    host.add(
        "bot", script, type="forking", pid_file=str(pid_file), start_timeout=500, max_restarts=0
    )
    host.up()
    unit = host.reaches("bot", State.FAILED)
    assert unit.result == "timeout"


def test_plans_come_and_go(host: Host) -> None:
    host.add("one", "exec sleep 1000")
    host.up()
    pid = host.runs("one").pid
    host.add("two", "exec sleep 1000", boot=False)
    host.ask("rescan")
    assert host.ask("start", "two").results[0].ok
    host.remove("one")
    host.ask("rescan")
    until(lambda: not alive(pid))
    assert set(host.ask("status").units) == {"two"}


def test_with_the_last_plan_everything_of_it_goes(host: Host) -> None:
    host.add("one", "exec sleep 1000")
    host.up()
    host.runs("one")
    host.remove("one")
    host.ask("rescan")
    assert host.process
    assert host.process.wait(10) == 0
    assert not (Path(host.places.state) / "supervisor").exists()
    assert not Path(host.places.runtime).exists()


def test_its_end_is_the_end_of_all(host: Host) -> None:
    host.add("one", "exec sleep 1000")
    host.add("two", "trap '' TERM; while :; do sleep 1; done", stop_timeout=300)
    host.up()
    pids = [host.runs(name).pid for name in ("one", "two")]
    assert host.down() == 0
    assert not any(map(alive, pids))
    host.up()
    for name in ("one", "two"):  # what starts at boot starts with the next supervisor
        host.runs(name)


def test_a_second_supervisor_is_refused(host: Host) -> None:
    host.add("one", "exec sleep 1000")
    first = host.up()
    second = subprocess.run(autostart.command(Scope.SYSTEM), env=host.env, timeout=30)
    assert second.returncode == 1
    hello = host.ask("hello").hello
    assert hello and hello.pid == first


def test_plans_that_cannot_be_read_harm_nobody_else(host: Host) -> None:
    host.add("good", "exec sleep 1000")
    (Path(host.places.state) / "plans" / "bad.json").write_text("{")
    host.up()
    assert host.runs("good")
    assert "cannot read" in host.event_log()


def test_output_of_two_streams(host: Host) -> None:
    host.add(
        "bot",
        "echo out; echo err >&2; exec sleep 1000",
        stderr=LogFile(str(host.logs / "bot.error.log")),
    )
    host.up()
    host.says("bot", "out")
    until(lambda: (host.logs / "bot.error.log").exists())
    until(lambda: (host.logs / "bot.error.log").read_text() == "err\n")
    assert host.log("bot") == "out\n"
