"""What survives a restart of the companion."""

import os
from collections.abc import Iterator

import pytest

from pa_units.contracts.health import Health
from pa_units.contracts.watch_plan import Check
from pa_units.watchdog.case import Case, Run, Told
from pa_units.watchdog.judge import Standing
from pa_units.watchdog.memory import Memory, recall

CHECK = Check("tcp", "localhost:1", 1000, 1000, 3)


@pytest.fixture
def fd() -> Iterator[int]:
    made = os.memfd_create("test")
    yield made
    os.close(made)


def sick(fails: int = 4) -> Case:
    case = Case("bot", "bot.service", CHECK)
    case.begin(Run(1, "a" * 32, "/x"), 100.0)
    case.standing, case.told = Standing(Health.UNHEALTHY, fails), Told(acted=True)
    case.checks, case.failures, case.reason = 9, 5, "HTTP 500"
    case.restarts.append(50.0)
    return case


def remembered(fd: int) -> Case:
    case = Case("bot", "bot.service", CHECK)
    recall(case, Memory(fd).found)
    return case


def test_a_case_stands_as_it_stood(fd: int) -> None:
    Memory(fd).write([sick()])
    case = remembered(fd)
    case.begin(Run(1, "a" * 32, "/x"), 200.0)
    assert case.standing == Standing(Health.UNHEALTHY, 4)
    assert (case.since, case.checks, case.failures, case.reason) == (100.0, 9, 5, "HTTP 500")
    assert case.told.acted and list(case.restarts) == [50.0]


def test_another_run_begins_anew(fd: int) -> None:
    Memory(fd).write([sick()])
    case = remembered(fd)
    case.begin(Run(2, "b" * 32, "/x"), 200.0)
    assert case.standing == Standing() and not case.told.acted
    assert list(case.restarts) == [50.0, 200.0]


def test_a_write_that_was_cut_off_leaves_the_one_before(fd: int) -> None:
    memory = Memory(fd)
    memory.write([sick(4)])
    memory.write([sick(5)])
    newer = memory._number % 2 * (8 << 20)
    os.pwrite(fd, b"x", newer + 40)
    assert remembered(fd).standing.fails == 4


def test_garbage_is_nothing(fd: int) -> None:
    os.pwrite(fd, os.urandom(1000), 0)
    assert Memory(fd).found == {}
