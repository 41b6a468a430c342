"""Figures of control groups: written down, and from the kernel."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from machines import Machine
from pa_units.contracts.refs import Scope
from pa_units.drive import read
from pa_units.drive.wire import open_bus
from pa_units.measure.cgroup import Usage, hierarchy, usage, usages

GROUP = "/system.slice/bot.service"


@pytest.fixture
def mounted(tmp_path: Path) -> Path:
    """A tree as the kernel shows it with all controllers on."""
    group = tmp_path / GROUP.strip("/")
    group.mkdir(parents=True)
    (group.parent / "cgroup.subtree_control").write_text("cpu io memory pids\n")
    files = {
        "cgroup.procs": "11\n12\n",
        "cpu.stat": "usage_usec 1500\nuser_usec 1000\nsystem_usec 500\n",
        "memory.current": "4096\n",
        "pids.current": "7\n",
        "io.stat": "8:0 rbytes=10 wbytes=20 rios=1 wios=1\n8:16 rbytes=1 wbytes=2 rios=1 wios=1\n",
    }
    for name, text in files.items():
        (group / name).write_text(text)
    return tmp_path


def test_all_figures(mounted: Path) -> None:
    assert usage(GROUP, str(mounted)) == Usage(
        pids=(11, 12),
        tasks=7,
        memory=4096,
        memory_source="cgroup",
        cpu_usec=1500,
        io_read=11,
        io_written=22,
    )


def test_table_reads_less(mounted: Path) -> None:
    (found,) = usages([GROUP], str(mounted)).values()
    assert (found.tasks, found.io_read) == (None, None)
    assert (found.pids, found.memory, found.cpu_usec) == ((11, 12), 4096, 1500)


def test_stopped_unit_has_no_group(mounted: Path) -> None:
    gone = "/system.slice/gone.service"
    assert usages([gone, GROUP], str(mounted))[gone] == Usage()


def test_idle_device_lines(mounted: Path) -> None:
    (mounted / GROUP.strip("/") / "io.stat").write_text("8:0 \n254:0 rbytes=3 wbytes=0\n")
    found = usage(GROUP, str(mounted))
    assert (found.io_read, found.io_written) == (3, 0)


def test_empty_group(mounted: Path) -> None:
    (mounted / GROUP.strip("/") / "cgroup.procs").write_text("")
    assert usage(GROUP, str(mounted)).pids == ()


def test_where_the_hierarchy_is(tmp_path: Path) -> None:
    base = tmp_path / "sys/fs/cgroup"
    base.mkdir(parents=True)
    assert hierarchy(str(tmp_path)) == f"{base}/unified"
    (base / "cgroup.procs").touch()
    assert hierarchy(str(tmp_path)) == str(base)


@pytest.fixture
def kernel_group() -> Iterator[tuple[str, int]]:
    """A control group of the kernel with one sleeping process."""
    tree = Path(hierarchy())
    if os.geteuid() or not (tree / "cgroup.procs").exists():
        pytest.skip("needs root and a cgroup2 tree")
    group = tree / f"pa-test-{os.getpid()}"
    group.mkdir()
    child = subprocess.Popen(["sleep", "60"])
    try:
        (group / "cgroup.procs").write_text(str(child.pid))
        yield f"/{group.name}", child.pid
    finally:
        child.kill()
        child.wait()
        group.rmdir()


def test_kernel(kernel_group: tuple[str, int]) -> None:
    group, pid = kernel_group
    found = usage(group, hierarchy())
    assert found.pids == (pid,)
    assert found.tasks == 1
    assert found.cpu_usec is not None
    controllers = Path(hierarchy(), "cgroup.subtree_control").read_text().split()
    if "memory" not in controllers:
        resident = next(
            line for line in Path(f"/proc/{pid}/status").read_text().splitlines() if "VmRSS" in line
        )
        assert found.memory_source == "rss"
        # the kernel batches its per-process counters
        assert found.memory == pytest.approx(int(resident.split()[1]) * 1024, abs=1 << 19)


def test_process_that_is_gone_meanwhile(mounted: Path) -> None:
    (mounted / "system.slice/cgroup.subtree_control").write_text("")
    (mounted / GROUP.strip("/") / "cgroup.procs").write_text("999999999\n")
    found = usage(GROUP, str(mounted))
    assert (found.memory, found.memory_source) == (0, "rss")


def test_agrees_with_systemd(machine: Machine) -> None:
    env = {"DBUS_SYSTEM_BUS_ADDRESS": machine.bus_address}
    with open_bus(Scope.SYSTEM, env) as wire:
        before = read.details(wire, "systemd-journald.service")
        found = usage(before.control_group, hierarchy(f"/proc/{machine.pid}/root"))
        after = read.details(wire, "systemd-journald.service")
    assert before.cpu_ns is not None and after.cpu_ns is not None and found.cpu_usec is not None
    assert before.cpu_ns // 1000 <= found.cpu_usec <= after.cpu_ns // 1000
    (pid,) = found.pids
    inside = Path(f"/proc/{pid}/status").read_text().partition("NSpid:")[2].split("\n")[0]
    assert int(inside.split()[-1]) == before.main_pid
