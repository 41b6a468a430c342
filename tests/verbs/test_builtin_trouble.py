"""The built-in supervisor where something is in its way: one clear error, and nothing half done."""

import os
import shutil
import signal
import socket
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from commands import Commands, commands

from pa_units.contracts.scope import usual
from pa_units.drive import builtin

pytestmark = pytest.mark.slow

SLEEPER = "name: {}\ncmd: sleep 1000\n"


def supervisors(host: Commands) -> set[int]:
    """The processes that are a supervisor of this host."""
    mark = f"PA_HOME={host.home}".encode()
    found = set()
    for entry in Path("/proc").iterdir():
        try:
            lines = (entry / "cmdline").read_bytes(), (entry / "environ").read_bytes()
        except OSError:
            continue
        if b"pa_units.supervisor.__main__" in lines[0] and mark in lines[1]:
            found.add(int(entry.name))
    return found


def test_two_commands_start_one_supervisor(host: Commands) -> None:
    for name in ("one", "two", "three"):
        host.pa("register", name, "--cmd", "sleep 1000")
    with ThreadPoolExecutor() as pool:
        done = list(pool.map(lambda name: host.pa("start", name), ("one", "two", "three")))
    assert sum("supervisor: started" in one.stdout for one in done) == 1
    assert {one["state"] for one in host.status().values()} == {"running"}
    assert len(supervisors(host)) == 1


def test_a_stale_socket_is_replaced(host: Commands) -> None:
    host.pa("register", "job", "--cmd", "sleep 1000")
    path = host.home / "run" / "supervisor.sock"
    path.parent.mkdir(exist_ok=True)
    path.parent.chmod(0o700)
    with socket.socket(socket.AF_UNIX) as left:
        left.bind(str(path))
    assert host.status()["job"]["state"] == "stopped"
    host.pa("start", "job")
    assert host.status()["job"]["state"] == "running"


def test_killed_while_it_is_asked(host: Commands) -> None:
    """A stop that waits is answered although the supervisor dies meanwhile."""
    slow = "name: slow\ncmd: sh -c 'trap \"\" TERM; while :; do sleep 1; done'\nstop_timeout: 3s\n"
    host.pa("install", host.spec(slow))
    found = builtin.hello(usual(os.getuid()), host.env)
    assert found
    with ThreadPoolExecutor() as pool:
        stopping = pool.submit(host.pa, "stop", "slow")
        host.until(lambda: host.status()["slow"]["state"] == "stopping", "it is stopping")
        os.kill(found.pid, signal.SIGKILL)
        assert stopping.result().stdout == "slow: stopped\n"
    assert host.status()["slow"]["state"] == "stopped"


def test_a_path_that_no_socket_address_holds(host: Commands) -> None:
    deep = host.home / "/".join(["a-long-name"] * 12)
    deep.mkdir(parents=True)
    assert len(str(deep)) > 108
    with commands(deep) as far:
        far.pa("install", far.spec(SLEEPER.format("job")))
        assert far.status()["job"]["state"] == "running"
        far.pa("uninstall", "job", "--purge")


def test_a_relative_home_is_refused(host: Commands) -> None:
    for words in (["status"], ["is-active", "x"], ["install", host.spec(SLEEPER.format("job"))]):
        assert (
            "PA_HOME 'here': it is no absolute path"
            in host.pa(*words, code=2, PA_HOME="here").stderr
        )


def test_a_runtime_directory_of_others_is_not_trusted(host: Commands) -> None:
    host.pa("register", "job", "--cmd", "sleep 1000")
    runtime = host.home / "run"
    runtime.mkdir(exist_ok=True)
    runtime.chmod(0o777)
    done = host.pa("start", "job", code=1)
    assert "cannot start the supervisor" in done.stderr
    assert f"cannot use {runtime}/: it is not ours alone" in done.stderr
    assert not supervisors(host)


def test_a_state_directory_that_cannot_be_written(host: Commands) -> None:
    host.pa("register", "job", "--cmd", "sleep 1000")
    (host.home / "state" / "supervisor").write_text("a file where a directory belongs")
    done = host.pa("start", "job", code=1)
    assert "cannot start the supervisor: it does not come up" in done.stderr
    assert f"cannot use {host.home}/state/supervisor" in done.stderr


@pytest.mark.skipif(os.getuid() != 0, reason="needs another user: run as root")
def test_another_user_may_not_ask(host: Commands) -> None:
    host.pa("install", host.spec(SLEEPER.format("job")))
    assert stat.S_IMODE((host.home / "run/supervisor.sock").stat().st_mode) == 0o600
    python = "/usr/bin/python3"
    if not Path(python).exists() or not shutil.which("setpriv"):
        pytest.skip("needs a python that every user may run, and setpriv")
    ask = (
        "import socket, sys; s = socket.socket(socket.AF_UNIX); s.connect(sys.argv[1])",
        str(host.home / "run/supervisor.sock"),
    )
    done = host.run("setpriv", "--reuid=65534", "--clear-groups", python, "-c", *ask)
    assert done.returncode == 1 and "PermissionError" in done.stderr


def test_systemd_without_a_bus_is_an_error_and_no_switch(
    host: Commands, monkeypatch: pytest.MonkeyPatch
) -> None:
    spec = host.spec(SLEEPER.format("job"))
    nowhere = {
        "DBUS_SYSTEM_BUS_ADDRESS": "unix:path=/nowhere",
        "DBUS_SESSION_BUS_ADDRESS": "unix:path=/nowhere",
        "XDG_RUNTIME_DIR": "/nowhere",
    }
    if not any(Path("/usr/lib").glob("**/libsystemd-shared-*")):
        pytest.skip("no systemd is installed here to compile for")
    done = host.pa("install", spec, "--driver", "systemd", code=1, **nowhere)
    assert "bus at /nowhere: no such socket" in done.stderr
    assert "--driver builtin" in done.stderr
    assert not host.left(), "nothing was written"
