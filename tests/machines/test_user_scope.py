"""An ordinary user: the whole life of an agent without root, logins and logouts included."""

import json
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from subprocess import CompletedProcess

import pytest

from machines import Machine

HOME = "/home/bob"
SPEC = f"{HOME}/own.yaml"
RUNTIME = {"XDG_RUNTIME_DIR": "/run/user/1000"}
LOGOUT_S = 25
"""logind waits 10 s before it stops a user's manager (UserStopDelaySec=, logind.conf(5))"""


def write(machine: Machine, cmd: str = "sleep 3000") -> None:
    machine.path(SPEC).write_text(f"name: own\ncmd: {cmd}\nmax_restarts: 1\n")


def pa(
    machine: Machine, *words: str, env: dict[str, str] | None = None, check: bool = True
) -> CompletedProcess[str]:
    """Run pa as bob, with the way to his manager unless `env` says otherwise."""
    env = RUNTIME if env is None else env
    return machine.run(["pa", *words], user="bob", env=env, check=check, cwd=HOME)


def state(machine: Machine) -> str:
    (item,) = json.loads(pa(machine, "status", "own", "--json", check=False).stdout)
    return str(item["state"])


def left(machine: Machine) -> str:
    """What is in bob's home but for the spec."""
    return machine.shell(f"find {HOME} -mindepth 1 -not -name '.bash*' -not -name .profile")


def on_both(pair: tuple[Machine, Machine], act: Callable[[Machine], object]) -> None:
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(act, pair))


def test_life_of_an_agent(machine: Machine) -> None:
    machine.user_env("bob")
    write(machine)
    before = left(machine)
    try:
        done = pa(machine, "install", SPEC)
        assert "own: started" in done.stdout and "linger" not in done.stderr
        assert state(machine) == "running"
        owner = machine.shell("ps -C sleep -o user=,args= | grep 'sleep 3000'").split()[0]
        assert owner == "bob"
        assert pa(machine, "plan", HOME).stdout.endswith("nothing to do\n")

        write(machine, "sleep 3001")
        assert pa(machine, "plan", HOME, check=False).returncode == 8
        assert "own: restarted" in pa(machine, "apply", HOME).stdout
        pa(machine, "rollback", "own")
        assert machine.shell("pgrep -u bob -c -f '^/usr/bin/sleep 3000'") == "1\n"

        pa(machine, "disable", "own")
        wants = machine.path(f"{HOME}/.config/systemd/user/default.target.wants/own.service")
        assert not wants.is_symlink()
        pa(machine, "enable", "own")
        assert wants.is_symlink()

        pa(machine, "stop", "own")
        assert state(machine) == "stopped"
        pa(machine, "start", "own")
        assert "own.service" in pa(machine, "logs", "own").stdout
        assert pa(machine, "wait", "own", "--for", "running").returncode == 0
    finally:
        pa(machine, "uninstall", "own", "--purge", check=False)
    assert left(machine) == before
    units = machine.run(
        ["systemctl", "--user", "list-units", "--all", "--plain", "--no-legend", "own*", "pa-*"],
        user="bob",
        env=RUNTIME,
    )
    assert units.stdout == ""


def test_a_bad_version_is_rolled_back(machine: Machine) -> None:
    machine.user_env("bob")
    write(machine)
    try:
        pa(machine, "install", SPEC)
        write(machine, "'false'")
        done = pa(machine, "install", SPEC, "--confirm-within", "15s", check=False)
        assert done.returncode == 1
        assert "own: rolled back to the version before" in done.stderr
        assert state(machine) == "running"
    finally:
        pa(machine, "uninstall", "own", "--purge", check=False)


def test_the_system_scope_is_not_theirs(machine: Machine) -> None:
    write(machine)
    done = pa(machine, "install", "--system", SPEC, check=False)
    assert done.returncode == 4
    assert "only root may" in done.stderr and "--user" in done.stderr


@contextmanager
def session(machine: Machine) -> Iterator[None]:
    """Bob is logged in: a session of his in logind, as login(1) and sshd(8) open it by PAM."""
    machine.shell("systemd-run -q --unit=login-of-bob -p PAMName=login -p User=bob sleep 5000")
    up = "systemctl is-active -q user@1000 && test -S /run/user/1000/bus"
    try:
        machine.shell(f"for _ in $(seq 100); do {up} && exit; sleep .1; done; exit 1")
        yield
    finally:
        machine.shell(
            "loginctl --no-legend list-sessions | awk '/ bob / && !/manager/ {print $1}' | "
            "xargs -r loginctl terminate-session"
        )


def logged_out(machine: Machine) -> None:
    """Wait until bob's manager has ended."""
    end = time.monotonic() + LOGOUT_S
    ask = ["systemctl", "show", "-P", "ActiveState", "user@1000"]
    while machine.run(ask).stdout.strip() not in ("inactive", "failed"):
        assert time.monotonic() < end, "the user manager outlives its user"
        time.sleep(0.2)


def sleeping(machine: Machine) -> bool:
    return machine.run(["pgrep", "-u", "bob", "-f", "sleep 3000"], check=False).returncode == 0


@pytest.fixture
def lingerless(machine252: Machine, machine257: Machine) -> Iterator[tuple[Machine, Machine]]:
    """Both machines, bob neither logged in nor lingering."""
    pair = (machine252, machine257)
    for machine in pair:
        machine.shell("loginctl disable-linger bob; loginctl terminate-user bob || :")
        write(machine)
    on_both(pair, logged_out)
    try:
        yield pair
    finally:
        for machine in pair:
            machine.user_env("bob")
            pa(machine, "uninstall", "own", "--purge", check=False)


def test_logout(lingerless: tuple[Machine, Machine]) -> None:
    on_both(lingerless, _log_out_twice)


def _log_out_twice(machine: Machine) -> None:
    with session(machine):
        done = pa(machine, "install", SPEC)
        assert "your agents end when you log out" in done.stderr
        assert "loginctl enable-linger bob" in done.stderr, "the line that helps"
        assert "loginctl enable-linger bob" in pa(machine, "status", "own").stdout
        assert sleeping(machine)
    logged_out(machine)
    assert not sleeping(machine), "as was said"

    with session(machine):
        pa(machine, "wait", "own", "--for", "running", "--timeout", "10s")
        machine.run(["loginctl", "enable-linger", "bob"])
        assert "linger" not in pa(machine, "status", "own").stdout
    time.sleep(12)
    assert sleeping(machine)
    assert state(machine) == "running"


def test_no_session(lingerless: tuple[Machine, Machine]) -> None:
    """As after `su bob`: nothing is written that could not be started, and one line helps."""
    for machine in lingerless:
        before = left(machine)
        for words in (["install", SPEC], ["apply", HOME], ["plan", HOME], ["uninstall", "own"]):
            done = pa(machine, *words, env={}, check=False)
            assert done.returncode in (1, 5)
        done = pa(machine, "install", SPEC, env={}, check=False)
        assert done.stderr.splitlines() == [
            "pa: cannot reach the user's service manager: no login session",
            "    hint: loginctl enable-linger bob && export XDG_RUNTIME_DIR=/run/user/1000",
        ]
        assert left(machine) == before
        machine.user_env("bob")
        done = pa(machine, "install", SPEC, env={}, check=False)
        assert done.stderr.endswith("hint: export XDG_RUNTIME_DIR=/run/user/1000\n")
        done = pa(machine, "install", SPEC)
        assert "own: started" in done.stdout


def test_no_bus(machine: Machine) -> None:
    """A runtime directory without a manager."""
    write(machine)
    machine.shell("install -d -o bob /tmp/empty")
    done = pa(machine, "install", SPEC, env={"XDG_RUNTIME_DIR": "/tmp/empty"}, check=False)
    assert done.returncode == 1
    assert "cannot reach the user bus at /tmp/empty/bus: no such socket" in done.stderr
    assert "hint: " in done.stderr
