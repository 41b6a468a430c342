"""Every verb on agents of the built-in supervisor: as on systemd, and read back."""

import json
import os
import signal
from pathlib import Path

import pytest
from commands import Commands
from supervised import alive

from pa_units.contracts.drivers import BUILTIN, SYSTEMD
from pa_units.contracts.ledger import Installed
from pa_units.contracts.scope import usual
from pa_units.drive import builtin, choose
from pa_units.kit.errors import UsageError

pytestmark = pytest.mark.slow

SLEEPER = "name: {}\ncmd: sleep 1000\nlabels: {{tier: {}}}\n"
TWO = "agents:\n- " + "\n- ".join(
    SLEEPER.format(name, tier).strip().replace("\n", "\n  ")
    for name, tier in (("web", "front"), ("job", "back"))
)
FLAKY = """
name: flaky
cmd: sh -c 'echo up; sleep 1.5; echo down >&2; exit 3'
max_restarts: 1
backoff: {initial_delay: 100ms}
"""


@pytest.fixture
def two(host: Commands) -> Commands:
    """Two agents that run."""
    done = host.pa("install", host.spec(TWO))
    scope = usual(os.getuid())
    assert f"web: installed ({scope}, builtin)" in done.stdout
    assert "supervisor: started, pid " in done.stdout and "supervisor boot" in done.stderr
    return host


def test_from_install_to_nothing_left(two: Commands) -> None:
    found = two.status()
    assert {name: one["state"] for name, one in found.items()} == {
        "web": "running",
        "job": "running",
    }
    pid = found["web"]["pid"]
    assert alive(pid)
    assert found["web"]["memory"] > 0 and found["web"]["tasks"] == 1
    again = two.pa("install", two.spec(TWO)).stdout
    assert "web: is up to date" in again and "supervisor: started" not in again
    assert two.status()["web"]["pid"] == pid, "nothing was restarted"
    two.pa("uninstall", "--all", "--purge")
    two.until(lambda: not two.left(), f"left: {two.left()}")
    assert not alive(pid)


def test_start_stop_restart(two: Commands) -> None:
    assert two.pa("stop", "web").stdout == "web: stopped\n"
    assert two.pa("stop", "web").stdout == "web: stopped\n"
    assert two.pa("is-active", "web", code=3).stdout == "stopped\n"
    assert two.pa("status", code=0).returncode == 0
    two.pa("status", "web", code=3)
    two.pa("reload", "web", code=7)
    two.pa("kill", "web", code=7)
    assert "web: started, pid" in two.pa("start", "web").stdout
    before = two.status()["job"]["pid"]
    two.pa("restart", "-l", "tier=back")
    assert two.status()["job"]["pid"] != before
    assert two.pa("is-active", "w*", "job").stdout == "running\nrunning\n"
    two.pa("is-failed", "web", code=1)
    assert "web: is up" in two.pa("start", "web", "--dry-run").stdout


def test_pause_resume_kill(two: Commands) -> None:
    two.pa("pause", "web")
    assert two.status()["web"]["state"] == "paused"
    two.pa("resume", "web")
    assert two.status()["web"]["state"] == "running"
    before = two.status()["web"]["pid"]
    two.pa("kill", "-s", "KILL", "web")
    found = two.until(
        lambda: (one := two.status()["web"])["restarts"] == 1 and one["pid"] and one, "comes back"
    )
    assert found["pid"] != before


def test_changes_are_brought_to_what_runs(two: Commands) -> None:
    pid = two.status()["web"]["pid"]
    two.pa("set", "web", "env.LEVEL=debug")
    now = two.status()["web"]["pid"]
    assert now != pid
    assert b"LEVEL=debug" in Path(f"/proc/{now}/environ").read_bytes()
    assert two.pa("plan", two.spec(TWO), code=8).stdout.count("update, restart") == 1
    two.pa("rollback", "web")
    assert b"LEVEL" not in Path(f"/proc/{two.status()['web']['pid']}/environ").read_bytes()
    assert len(json.loads(two.pa("history", "web", "--json").stdout)) == 2
    two.pa("disable", "web")
    assert two.status()["web"]["enabled"] is False and two.status()["web"]["state"] == "running"
    two.pa("enable", "web")
    assert two.status()["web"]["enabled"] is True


def test_what_is_gone_from_a_directory_goes(host: Commands) -> None:
    directory = host.home / "specs"
    directory.mkdir()
    for name in ("web", "job"):
        (directory / f"{name}.yaml").write_text(SLEEPER.format(name, "x"))
    host.pa("apply", "--prune", str(directory))
    pid = host.status()["job"]["pid"]
    (directory / "job.yaml").unlink()
    assert "job: uninstalled" in host.pa("apply", "--prune", str(directory)).stdout
    host.until(lambda: not Path(f"/proc/{pid}").exists(), "the pruned agent ends")
    assert list(host.status()) == ["web"]


def test_failure_is_told(host: Commands) -> None:
    done = host.pa("install", host.spec("name: bad\ncmd: sh -c 'echo no key; exit 4'\n"), code=1)
    assert "bad: not up: exit code 4" in done.stderr and "    no key" in done.stderr
    host.pa("install", host.spec(FLAKY, "flaky.yaml"))
    assert host.reaches("flaky", "failed")["reason"] == "gave up after 1 restart: exit code 3"
    assert host.pa("is-failed", "flaky").stdout == "failed\n"
    assert host.pa("logs", "flaky", "-o", "cat").stdout.split() == ["up", "down"] * 2
    assert host.pa("logs", "flaky", "-g", "DOWN", "-o", "cat").stdout == ""
    lines = host.pa("logs", "flaky", "--type", "restart", "-o", "json").stdout.splitlines()
    episodes = [json.loads(line) for line in lines]
    assert [(one["exit_code"], one["then"]) for one in episodes] == [
        (3, "restart 1"),
        (3, "gave up"),
    ]
    assert "flaky: started" in host.pa("start", "flaky").stdout


def test_trial_is_rolled_back_and_leaves_no_plan(host: Commands) -> None:
    host.pa("install", host.spec(SLEEPER.format("web", "x")))
    worse = "name: web\ncmd: sh -c 'sleep 0.3; exit 1'\nlabels: {tier: x}\n"
    done = host.pa("install", host.spec(worse), "--confirm-within", "3s", code=1)
    assert "rolled back to the version before" in done.stderr
    assert host.reaches("web", "running")
    plans = [path for path in host.left() if path.startswith("state/plans/pa-confirm")]
    host.until(lambda: not [one for one in host.left() if "plans/pa-confirm" in one], str(plans))
    better = "name: web\ncmd: sleep 2000\nlabels: {tier: x}\n"
    done = host.pa("install", host.spec(better), "--confirm-within", "3s")
    assert "web: is up" in done.stdout


def test_replicas(host: Commands) -> None:
    host.pa("install", host.spec("name: many\ncmd: sleep 1000\nreplicas: 3\n"))
    found = host.status("many")["many"]
    assert [one["state"] for one in found["replicas"]] == ["running"] * 3
    host.pa("stop", "many@2")
    assert "2 of 3 running" in host.status("many")["many"]["reason"]
    assert len(host.pa("stats", "many").stdout.splitlines()) == 4


def test_register_cat_show_stats(host: Commands) -> None:
    host.pa("register", "job", "--cmd", "sleep 1000")
    assert "supervisor" not in host.pa("list").stdout
    assert host.pa("supervisor", "status", code=3).stdout.startswith("supervisor: not running")
    assert "supervisor: started" in host.pa("start", "job").stdout
    assert '"schema":"pa.run-plan/1"' in host.pa("cat", "job").stdout
    assert "state=running" in host.pa("show", "job", "-p", "state").stdout
    assert json.loads(host.pa("stats", "--json").stdout)[0]["tasks"] == 1
    assert "no drop-ins" in host.pa("edit", "job", "--override", code=2).stderr
    assert (
        "on the built-in supervisor"
        in host.pa("explain", str(host.home / "config/agents/job.yaml")).stdout
    )
    host.pa("wait", "job")
    host.pa("unregister", "job")


def test_secrets(host: Commands) -> None:
    spec = host.spec("name: bot\ncmd: sleep 1000\nenv: {KEY: '${BOT_KEY}'}\n")
    assert "has no value" in host.pa("install", spec, code=2).stderr
    host.pa("secret", "set", "bot", "BOT_KEY", stdin="s3cret\n")
    host.pa("install", spec)
    pid = host.status()["bot"]["pid"]
    assert b"KEY=s3cret" in Path(f"/proc/{pid}/environ").read_bytes()
    assert "s3cret" not in host.pa("cat", "bot").stdout + host.pa("show", "bot").stdout


def test_killed_supervisor_is_replaced(two: Commands) -> None:
    scope = usual(os.getuid())
    hello = builtin.hello(scope, two.env)
    assert hello
    os.kill(hello.pid, signal.SIGKILL)
    two.until(lambda: builtin.hello(scope, two.env) is None, "the supervisor dies")
    before = {name: one["pid"] for name, one in two.status().items()}
    assert "the supervisor is not running" in two.pa("status", "web").stdout
    assert "supervisor: started, pid" in two.pa("stop", "web").stdout
    assert two.status()["web"]["state"] == "stopped"
    assert not alive(before["web"])
    assert two.status()["job"]["pid"] == before["job"], "it was adopted"


def test_supervisor_stops_and_comes_back_with_all(two: Commands) -> None:
    two.pa("stop", "job")
    stopped = two.pa("supervisor", "stop").stdout
    assert "supervisor: stopped" in stopped and "with 1 running unit" in stopped
    assert {one["state"] for one in two.status().values()} == {"stopped"}
    assert "not running" in two.pa("supervisor", "stop").stdout
    assert "supervisor: started" in two.pa("supervisor", "run").stdout
    two.reaches("web", "running")
    two.reaches("job", "running")
    assert "runs already" in two.pa("supervisor", "run").stdout
    assert json.loads(two.pa("supervisor", "status", "--json").stdout)[0]["running"] == 2
    assert "one runs already" in two.pa("supervisor", "run", "--foreground", code=1).stderr


@pytest.mark.parametrize("way", ["container", "systemd", "openrc", "runit", "cron"])
def test_boot_entries_name_the_command_and_the_home(host: Commands, way: str) -> None:
    done = host.pa("supervisor", "boot", "--for", way)
    assert str(host.home) in done.stdout and "run" in done.stdout
    assert done.stderr.startswith(f"# for {way}; put it into ")


def test_drivers_are_not_switched(two: Commands) -> None:
    spec = two.spec(TWO)
    wrong = two.pa("install", spec, "--driver", "systemd", code=2).stderr
    assert "it is installed with builtin" in wrong and "pa uninstall" in wrong
    assert (
        "cannot drive launchd yet" in two.pa("install", spec, "--driver", "launchd", code=2).stderr
    )
    assert "the drivers are systemd, builtin" in two.pa("plan", spec, code=2, PA_DRIVER="s6").stderr


def test_a_schedule_that_nobody_keeps_starts_nothing(host: Commands) -> None:
    spec = host.spec("name: late\ncmd: sh -c 'echo ran'\nschedule: '0 4 * * *'\n")
    done = host.pa("install", spec)
    assert "started by hand only" in done.stderr and "late: started" not in done.stdout
    assert host.status()["late"]["state"] == "stopped" and not host.status()["late"]["enabled"]
    host.pa("start", "late")
    assert host.pa("logs", "late", "-o", "cat").stdout == "ran\n"


def test_drivers_by_what_the_host_is(monkeypatch: pytest.MonkeyPatch) -> None:
    installed = {
        "a": Installed("a", "", (), auto_start=True, user="", driver=SYSTEMD),
        "b": Installed("b", "", (), auto_start=True, user="", driver=BUILTIN),
    }
    for booted, usual_one in ((True, SYSTEMD), (False, BUILTIN)):
        monkeypatch.setattr(os.path, "isdir", lambda path, booted=booted: booted)
        assert choose.of_agents(["new"], installed) == usual_one
        assert choose.of_agents(["new", "a"], installed) == SYSTEMD
        assert choose.of_agents(["b"], installed) == BUILTIN
        assert choose.of_agents(["new"], installed, BUILTIN) == BUILTIN
    with pytest.raises(UsageError, match=r"a with systemd|b with builtin"):
        choose.of_agents(["a", "b"], installed)
    with pytest.raises(UsageError, match="it is installed with builtin"):
        choose.of_agents(["b"], installed, SYSTEMD)
