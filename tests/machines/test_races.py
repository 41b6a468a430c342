"""Commands side by side, reloads, a bus that goes away, a full disk: the right result or a clear
error, never a wrong claim."""

import subprocess
import time
from collections.abc import Callable, Iterator

import many_agents as many
import pytest

from machines import Machine

COUNT = 5

MachineFactory = Callable[..., Machine]


@pytest.fixture
def clean(machine: Machine) -> Iterator[Machine]:
    try:
        yield machine
    finally:
        machine.run(["pa", "uninstall", "--all", "--purge"], check=False)
        machine.shell(f"rm -rf {many.SPECS}* {many.OTHER}")


def finish(process: subprocess.Popen[str]) -> tuple[int, str, str]:
    out, err = process.communicate(timeout=120)
    return process.returncode, out, err


def test_two_installs_of_different_agents(clean: Machine) -> None:
    many.write_specs(clean, COUNT, 1)
    many.write_other(clean)
    both = [clean.start(["pa", "install", path]) for path in (many.SPECS, many.OTHER)]
    for process in both:
        code, _, err = finish(process)
        assert code == 0, err
    assert many.settled(clean, COUNT) == dict.fromkeys(many.names(COUNT), 1)
    assert clean.run(["pa", "is-active", "other"]).stdout == "running\n"


def test_two_installs_of_the_same_agents(clean: Machine) -> None:
    """Both say the truth: whoever was overtaken does not claim success."""
    many.write_specs(clean, COUNT, 1)
    clean.run(["pa", "install", many.SPECS])
    for version in (2, 3):
        many.write_specs(clean, COUNT, version)
        clean.shell(f"cp -r {many.SPECS} {many.SPECS}{version}")
    for _turn in range(2):
        both = {v: clean.start(["pa", "install", f"{many.SPECS}{v}"]) for v in (2, 3)}
        done = {version: finish(process) for version, process in both.items()}
        now = many.settled(clean, COUNT)
        assert now in [dict.fromkeys(many.names(COUNT), version) for version in (2, 3)]
        winner = now["many00"]
        code, out, err = done[winner]
        assert code == 0, f"{out}\n{err}"
        assert {code for code, _, _ in done.values()} <= {0, 1}
        for code, out, err in done.values():
            assert code == 0 or "another command has replaced it" in err, f"{out}\n{err}"


def test_the_same_install_twice(clean: Machine) -> None:
    many.write_specs(clean, COUNT, 1)
    clean.run(["pa", "install", many.SPECS])
    many.write_specs(clean, COUNT, 2)
    both = [clean.start(["pa", "install", many.SPECS]) for _ in range(2)]
    for process in both:
        code, out, err = finish(process)
        assert code == 0, f"{out}\n{err}"
    assert many.settled(clean, COUNT) == dict.fromkeys(many.names(COUNT), 2)


def test_install_while_systemd_reloads(clean: Machine) -> None:
    reloads = (
        "while [ ! -e /run/enough ]; do systemctl daemon-reload; sleep .05; done; rm /run/enough"
    )
    loop = clean.start(["bash", "-c", reloads])
    try:
        for version in (1, 2):
            many.write_specs(clean, COUNT, version)
            clean.run(["pa", "install", many.SPECS])
            assert many.settled(clean, COUNT) == dict.fromkeys(many.names(COUNT), version)
    finally:
        clean.shell("touch /run/enough")
        finish(loop)


def test_uninstall_while_systemd_reloads(clean: Machine) -> None:
    many.write_specs(clean, COUNT, 1)
    clean.run(["pa", "install", many.SPECS])
    loop = clean.start(["bash", "-c", "for _ in $(seq 8); do systemctl daemon-reload; done"])
    clean.run(["pa", "uninstall", "--all"])
    finish(loop)
    assert many.settled(clean, COUNT) == dict.fromkeys(many.names(COUNT), many.ABSENT)
    units = clean.run(["systemctl", "list-units", "--all", "--no-legend", "many*"]).stdout
    assert units == ""


@pytest.mark.parametrize("suite", ["bookworm", "trixie"])
def test_bus_restarted_in_the_middle(fresh_machine: MachineFactory, suite: str) -> None:
    """Of a machine of its own: logind of 257 does not get over it."""
    machine = fresh_machine(suite)
    restarts = "systemctl kill -s KILL dbus.service; systemctl start dbus.socket dbus.service"
    before = dict.fromkeys(many.names(COUNT), many.ABSENT)
    codes = set()
    for version, after in enumerate((0.3, 0.5, 0.7, 0.9), start=1):
        many.write_specs(machine, COUNT, version)
        process = machine.start(["pa", "install", many.SPECS])
        time.sleep(after)
        machine.shell(restarts)
        code, out, err = finish(process)
        codes.add(code)
        new = dict.fromkeys(many.names(COUNT), version)
        if code == 0:
            assert many.versions(machine, COUNT) == new, f"a wrong claim:\n{out}"
        else:
            assert code == 1
            assert "cannot" in err or "outcome unknown" in err, f"no clear error:\n{out}\n{err}"
        machine.run(["pa", "install", many.SPECS])
        assert many.settled(machine, COUNT) == new
        many.no_leftovers(machine)
        before = new
    assert before == dict.fromkeys(many.names(COUNT), 4)


def test_full_disk(clean: Machine) -> None:
    """A disk that is full at every page in turn: refused and nothing changed, until it fits."""
    many.write_specs(clean, COUNT, 1)
    clean.run(["pa", "install", many.SPECS])
    many.write_specs(clean, COUNT, 2)
    old, new = (dict.fromkeys(many.names(COUNT), version) for version in (1, 2))
    refused = 0
    for spare in range(1, 60, 3):
        with small_state(clean, spare):
            done = clean.run(["pa", "install", many.SPECS], check=False)
            found = many.settled(clean, COUNT)
        if done.returncode == 0:
            assert found == new
            break
        assert "no space left" in done.stderr, done.stderr
        assert found == old
        refused += 1
    assert refused > 1 and found == new


class small_state:  # noqa: N801 (used as a statement)
    """The state directory on a disk with so many free pages; what is on it then stays."""

    def __init__(self, machine: Machine, spare: int) -> None:
        self.machine, self.spare = machine, spare

    def __enter__(self) -> None:
        self.machine.shell(
            "mv /var/lib/pa /var/lib/pa.big; mkdir /var/lib/pa; "
            "mount -t tmpfs small /var/lib/pa; cp -a /var/lib/pa.big/. /var/lib/pa/; "
            "read -r all free <<<$(stat --file-system --format='%b %f' /var/lib/pa); "
            f"mount -o remount,size=$(( (all - free + {self.spare}) * 4096 )) /var/lib/pa"
        )

    def __exit__(self, *_: object) -> None:
        self.machine.shell(
            "rm -rf /var/lib/pa.big; cp -a /var/lib/pa /var/lib/pa.big; umount /var/lib/pa; "
            "rmdir /var/lib/pa; mv /var/lib/pa.big /var/lib/pa"
        )
