"""Figures against limits, from files such as the kernel's."""

import time
from pathlib import Path

import pytest

from pa_units.contracts.watch_plan import Check
from pa_units.probes.answer import Answer
from pa_units.watchdog.case import Run
from pa_units.watchdog.meters import Meters, spelled

RUN = Run(1, "a" * 32, "/x.service")


@pytest.fixture
def group(tmp_path: Path) -> Path:
    made = tmp_path / "x.service"
    made.mkdir()
    (tmp_path / "cgroup.subtree_control").write_text("memory io\n")
    (made / "cgroup.procs").write_text("1\n")
    (made / "cpu.stat").write_text("usage_usec 1000000\n")
    (made / "memory.current").write_text(f"{500 << 20}\n")
    (made / "io.stat").write_text("8:0 rbytes=0 wbytes=0\n")
    (made / "memory.pressure").write_text("some avg10=12.50 avg60=0 avg300=0 total=1\n")
    return made


def limits(**above: float) -> Check:
    return Check("limits", "", 1000, 1000, 1, above=above)


def test_memory_and_pressure_are_known_at_once(group: Path) -> None:
    meters = Meters(str(group.parent))
    found = meters.measure("x", RUN, limits(memory=400 << 20, pressure=20.0))
    assert found == Answer(False, "memory 500M, above 400M")
    found = meters.measure("x", RUN, limits(memory=600 << 20, pressure=20.0))
    assert found == Answer(True, "memory 500M, pressure 12.5%")
    assert not meters.measure("x", RUN, limits(pressure=12.0)).ok


def test_rates_are_known_from_the_second_measurement_on(group: Path) -> None:
    meters = Meters(str(group.parent))
    check = limits(cpu=50.0, io=1 << 20)
    assert meters.measure("x", RUN, check) == Answer(True, "cpu unknown, io unknown")
    time.sleep(0.05)
    (group / "cpu.stat").write_text("usage_usec 9000000\n")
    (group / "io.stat").write_text(f"8:0 rbytes={50 << 20} wbytes=0\n")
    found = meters.measure("x", RUN, check)
    assert not found.ok and "cpu " in found.words and "io " in found.words
    assert meters.measure("x", RUN._replace(invocation="b"), check).ok


def test_what_the_kernel_does_not_count_is_said(group: Path) -> None:
    (group / "memory.pressure").unlink()
    found = Meters(str(group.parent)).measure("x", RUN, limits(pressure=1.0))
    assert found == Answer(True, "pressure unknown")


def test_the_log_is_all_of_its_files(group: Path, tmp_path: Path) -> None:
    (tmp_path / "a.log").write_bytes(b"x" * 600)
    (tmp_path / "b.log").write_bytes(b"x" * 600)
    logs = tuple(str(tmp_path / name) for name in ("a.log", "b.log", "absent.log"))
    check = limits(log=1000)._replace(logs=logs)
    assert Meters(str(tmp_path)).measure("x", RUN, check) == Answer(False, "log 1.2K, above 1000B")


def test_units() -> None:
    figures = {"cpu": 80.0, "pressure": 5.0, "io": 1 << 20, "memory": 1 << 30}
    found = [spelled(name, value) for name, value in figures.items()]
    assert found == ["80%", "5%", "1.0M/s", "1.0G"]
