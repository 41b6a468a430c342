"""The bench itself: machines are real, apart from each other, and leave nothing behind."""

import os
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import machines
from machines import BenchError, Machine
from machines.cache import bench_dir
from machines.disk import names

MachineFactory = Callable[..., Machine]
SUITES = pytest.mark.parametrize("suite", ["bookworm", "trixie"])
CGROUPS = Path("/sys/fs/cgroup")
CONTRIB = Path(machines.__file__).parents[1]


def test_versions(machine252: Machine, machine257: Machine) -> None:
    assert machine252.shell("systemctl --version").startswith("systemd 252 ")
    assert machine257.shell("systemctl --version").startswith("systemd 257 ")


def test_machines_see_only_their_own_processes(machine252: Machine, machine257: Machine) -> None:
    machine252.shell("systemd-run --unit=only-here sleep 4711")
    try:
        assert "sleep 4711" in machine252.shell("systemctl status")
        assert "sleep 4711" in machine252.shell("ps ax -o args")
        assert "sleep 4711" not in machine257.shell("systemctl status")
        assert "sleep 4711" not in machine257.shell("ps ax -o args")
        assert machine257.run(["systemctl", "stop", "only-here"], check=False).returncode == 5
        assert machine252.shell("systemctl is-active only-here") == "active\n"
    finally:
        machine252.shell("systemctl stop only-here")


def test_user_manager_answers(machine: Machine) -> None:
    env = machine.user_env("bob")
    shown = machine.run(
        ["systemctl", "--user", "show", "--property=ControlGroup"], user="bob", env=env
    )
    assert "user@1000.service" in shown.stdout


def test_no_failed_units(machine: Machine) -> None:
    assert machine.shell("systemctl --failed --no-legend") == ""


def test_bus_answers_on_the_host(machine: Machine) -> None:
    with socket.socket(socket.AF_UNIX) as bus:
        bus.connect(machine.bus_address.removeprefix("unix:path="))
        bus.sendall(b"\0AUTH EXTERNAL 30\r\n")
        assert bus.recv(100).startswith(b"OK ")


def test_checkout_is_installed_where_only_root_writes(machine: Machine) -> None:
    ask = "import pa_units; print(pa_units.__file__, pa_units.__version__)"
    file, version = machine.run(["/opt/pa/bin/python", "-c", ask]).stdout.split()
    assert file.startswith("/opt/pa/lib/python3.")
    checkout = (CONTRIB.parent / "pa_units/__init__.py").read_text()
    assert f'"{version}"' in checkout
    assert machine.shell("realpath /usr/local/bin/pa") == "/opt/pa/bin/pa\n"
    assert (
        machine.shell("find /opt/pa /usr/local/bin -not -user root -o -perm -o=w -not -type l")
        == ""
    )
    assert machine.path("/opt/pa/bin/pa").stat().st_uid == 0


def test_ordinary_directories_are_no_overlay(machine: Machine) -> None:
    kind = ["stat", "--file-system", "--format=%T"]
    host = subprocess.run([*kind, str(bench_dir())], capture_output=True, text=True, check=True)
    inside = machine.run([*kind, "/etc", "/var/log", "/var/lib", "/home", "/srv"])
    assert set(inside.stdout.splitlines()) == {host.stdout.strip()}


def test_run_gives_exactly_what_was_asked(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LEAK", "from the host")
    seen = machine.run(
        ["sh", "-c", "id -un; pwd; echo $HOME $X ${LEAK-clean}; cat"],
        user="bob",
        env={"X": "1"},
        cwd="/var",
        input="typed",
    )
    assert seen.stdout.splitlines() == ["bob", "/var", "/home/bob 1 clean", "typed"]


def test_failed_command_says_what_it_printed(machine252: Machine) -> None:
    with pytest.raises(BenchError, match=r"exited with 3 in bookworm(.|\n)*that was wrong"):
        machine252.shell("echo that was wrong >&2; exit 3")
    assert machine252.run(["false"], check=False).returncode == 1


def test_timeout_ends_everything_the_command_started(machine: Machine) -> None:
    with pytest.raises(BenchError, match=r"took more than 0\.3 s"):
        machine.run(["sh", "-c", "sleep 4712 & setsid sleep 4712"], timeout=0.3)
    assert "sleep 4712" not in machine.shell("ps ax -o args")


@SUITES
def test_halt_leaves_nothing(fresh_machine: MachineFactory, suite: str) -> None:
    machine = fresh_machine(suite, with_pa=False)
    pid, name = machine.pid, machine.name
    machine.user_env("bob")
    assert name in _traces(name)
    machine.halt()
    assert _traces(name) == ""
    assert not Path(f"/proc/{pid}").exists()
    assert machine.disk.root.exists()
    machine.remove()
    assert name not in names()
    assert not machine.disk.home.exists()


@SUITES
def test_power_cut_keeps_the_disk(fresh_machine: MachineFactory, suite: str) -> None:
    machine = fresh_machine(suite, with_pa=False)
    machine.shell("echo kept >/var/lib/a; echo kept >/usr/local/b; echo gone >/run/c")
    machine.kill()
    assert _traces(machine.name) == ""
    with pytest.raises(BenchError, match="is not running"):
        machine.run(["true"])
    machine.boot()
    assert machine.shell("cat /var/lib/a /usr/local/b") == "kept\nkept\n"
    assert not machine.path("/run/c").exists()


def test_machine_of_a_killed_process_is_removed(fresh_machine: MachineFactory) -> None:
    owner = (
        "import machines, os, signal; machine = machines.make('bookworm', with_pa=False); "
        "machine.boot(); print(machine.name, flush=True); os.kill(os.getpid(), signal.SIGKILL)"
    )
    done = subprocess.run(
        [sys.executable, "-c", owner],
        env={**os.environ, "PYTHONPATH": str(CONTRIB)},
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    orphan = done.stdout.strip()
    assert orphan in names()
    fresh_machine("bookworm", with_pa=False)
    assert orphan not in names()
    assert _traces(orphan) == ""


def _traces(name: str) -> str:
    """Control groups, processes, mounts and nspawn's files on the host that name the machine."""
    groups = [path for tree in ("", "*/") for path in CGROUPS.glob(f"{tree}pa-bench-{name}")]
    nspawn = list(Path("/run/systemd/nspawn").glob(f"*/{name}"))
    mounts = Path("/proc/self/mountinfo").read_text().splitlines()
    commands = subprocess.run(
        ["ps", "ax", "-o", "args"], capture_output=True, text=True, check=True
    )
    lines = [*map(str, groups), *map(str, nspawn), *mounts, *commands.stdout.splitlines()]
    return "\n".join(line for line in lines if name in line)
