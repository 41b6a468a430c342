"""Fixtures that need more than one room: machines of the test bench, and the golden switch."""

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

import machines
from machines.roots import DEFAULT_SUITES, SUITES

MACHINE_FIXTURES = {"machine", "machine252", "machine257", "fresh_machine"}
MachineFactory = Callable[..., machines.Machine]


def pytest_addoption(parser: pytest.Parser) -> None:
    words = "write what is compiled now over the expected files in tests/golden"
    parser.addoption("--update-golden", action="store_true", help=words)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whoever asks for a machine carries the marker, so `-m "not machine"` cannot miss a test."""
    for item in items:
        if MACHINE_FIXTURES & set(getattr(item, "fixturenames", ())):
            item.add_marker("machine")


@pytest.fixture(scope="session")
def bench() -> None:
    """Skip where machines cannot run; fail in CI, where nothing the bench can do is skipped."""
    reason = machines.missing()
    if reason and os.environ.get("CI") == "true":
        pytest.fail(reason)
    reason = reason or machines.stuck()
    if reason:
        pytest.skip(reason)


@pytest.fixture(scope="session")
def machine252(bench: None) -> Iterator[machines.Machine]:
    """Debian 12, booted once for all tests: leave it as you found it."""
    with machines.make("bookworm") as machine:
        yield machine


@pytest.fixture(scope="session")
def machine257(bench: None) -> Iterator[machines.Machine]:
    """Debian 13, booted once for all tests: leave it as you found it."""
    with machines.make("trixie") as machine:
        yield machine


@pytest.fixture(params=[SUITES[suite].systemd for suite in DEFAULT_SUITES])
def machine(request: pytest.FixtureRequest) -> machines.Machine:
    """The test runs on each systemd version."""
    shared: machines.Machine = request.getfixturevalue(f"machine{request.param}")
    return shared


@pytest.fixture
def fresh_machine(bench: None) -> Iterator[MachineFactory]:
    """`fresh_machine(suite, with_pa=True)` boots a machine that only this test has."""
    with ExitStack() as stack:

        def boot(suite: str, *, with_pa: bool = True) -> machines.Machine:
            return stack.enter_context(machines.make(suite, with_pa=with_pa))

        yield boot
