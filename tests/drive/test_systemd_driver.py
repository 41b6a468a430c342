"""The driver against a service manager that races, refuses, hangs and disappears."""

import asyncio
import time
from typing import TYPE_CHECKING

import pytest
from fake_systemd import FakeSystemd
from peers import Peer, serving

from pa_units.contracts.refs import Scope
from pa_units.drive import bus, choose, systemd
from pa_units.drive.base import JobResult
from pa_units.drive.errors import BusDenied, BusLost, BusTimeout, CallError, NoBus
from pa_units.drive.session import Session
from pa_units.kit.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import PrivateBus

SYSTEM = Scope.SYSTEM
SYSTEMD = "org.freedesktop.systemd1"
NO_SUCH_UNIT = f"{SYSTEMD}.NoSuchUnit"
UNITS = [f"agent-{number}.service" for number in range(250)]


def done(unit: str) -> JobResult:
    return JobResult(unit, True, "done")


@pytest.mark.parametrize("signal_first", [False, True])
def test_start_waits_for_every_job(
    private_bus: "PrivateBus", fake_systemd: FakeSystemd, signal_first: bool
) -> None:
    fake_systemd.signal_first = signal_first
    assert systemd.start(SYSTEM, private_bus.env, UNITS) == [done(unit) for unit in UNITS]
    assert len(fake_systemd.made("StartUnit")) == len(UNITS)


def test_results_belong_to_their_units(
    private_bus: "PrivateBus", fake_systemd: FakeSystemd
) -> None:
    fake_systemd.outcomes = {"b": "dependency", "c": "canceled", "e": "something-new"}
    fake_systemd.errors = {("StartUnit", "d"): (f"{SYSTEMD}.UnitMasked", "Unit d is masked.")}
    a, b, c, d, e = systemd.start(SYSTEM, private_bus.env, ["a", "b", "c", "d", "e"])
    assert a == done("a")
    assert (b.ok, b.result) == (False, "dependency")
    assert "requires" in b.message
    assert (c.ok, c.result) == (False, "canceled")
    assert (d.ok, d.result, d.error_name) == (False, "refused", f"{SYSTEMD}.UnitMasked")
    assert "masked" in d.message
    assert (e.ok, e.message) == (False, "its job ended as something-new")


def test_failed_job_names_its_cause(private_bus: "PrivateBus", fake_systemd: FakeSystemd) -> None:
    fake_systemd.outcomes = {"a": "failed"}
    (result,) = systemd.start(SYSTEM, private_bus.env, ["a"])
    assert result == JobResult("a", False, "failed", message="its program ended with an error")


def test_start_clears_the_budget_before(
    private_bus: "PrivateBus", fake_systemd: FakeSystemd
) -> None:
    fake_systemd.errors = {("ResetFailedUnit", "a"): (NO_SUCH_UNIT, "Unit a not loaded.")}
    assert systemd.start(SYSTEM, private_bus.env, ["a"]) == [done("a")]
    methods = [method for method, _ in fake_systemd.calls]
    assert methods.index("ResetFailedUnit") < methods.index("StartUnit")


def test_not_waiting_returns_when_queued(
    private_bus: "PrivateBus", fake_systemd: FakeSystemd
) -> None:
    fake_systemd.outcomes = {"a": ""}
    result = systemd.start(SYSTEM, private_bus.env, ["a"], wait=False)
    assert result == [JobResult("a", True, "queued")]


def test_job_that_does_not_end_in_time(
    private_bus: "PrivateBus", fake_systemd: FakeSystemd
) -> None:
    fake_systemd.outcomes = {"b": ""}
    a, b = systemd.start(SYSTEM, private_bus.env, ["a", "b"], timeout=0.3)
    assert a == done("a")
    assert (b.ok, b.result) == (False, "pending")
    assert "0.3 s" in b.message


def test_job_results_of_strangers_do_not_count(
    private_bus: "PrivateBus", fake_systemd: FakeSystemd
) -> None:
    """Anyone on the bus may send us a JobRemoved; only the manager's counts."""
    fake_systemd.outcomes = {"a": ""}

    async def forged(connection: bus.Bus) -> list[JobResult]:
        stranger = FakeSystemd(private_bus.address)
        try:
            started = asyncio.ensure_future(Session(connection).start(["a"], timeout=0.5))
            await asyncio.sleep(0.2)
            stranger.emit("JobRemoved", "uoss", 1, "/org/freedesktop/systemd1/job/1", "a", "done")
            return await started
        finally:
            stranger.close()

    (result,) = bus.run(SYSTEM, private_bus.env, forged)
    assert result.result == "pending"


def test_reply_that_never_comes(private_bus: "PrivateBus", fake_systemd: FakeSystemd) -> None:
    fake_systemd.silent = {"StartUnit"}

    async def start(connection: bus.Bus) -> list[JobResult]:
        return await Session(connection).start(["a"])

    (result,) = bus.run(SYSTEM, private_bus.env, start, timeout=0.3)
    assert (result.ok, result.result) == (False, "unknown")
    assert "no answer" in result.message


def test_reload_that_is_never_answered(
    private_bus: "PrivateBus", fake_systemd: FakeSystemd, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake_systemd.silent = {"Reload"}
    monkeypatch.setattr("pa_units.drive.calls.RELOAD_TIMEOUT", 0.3)
    with pytest.raises(BusTimeout):
        systemd.reload(SYSTEM, private_bus.env)


@pytest.mark.parametrize("method", ["StartUnit", "ResetFailedUnit"])
def test_bus_dies_while_jobs_are_queued(
    private_bus: "PrivateBus", fake_systemd: FakeSystemd, method: str
) -> None:
    def kill(called: str) -> None:
        if called == method:
            private_bus.kill()

    fake_systemd.before = kill
    started = time.monotonic()
    results = systemd.start(SYSTEM, private_bus.env, UNITS)
    assert time.monotonic() - started < 20  # it waits 25 s for a reply and 120 s for a job
    assert {result.result for result in results} == {"unknown"}
    assert not any(result.ok for result in results)


def test_bus_dies_while_a_job_is_awaited(
    private_bus: "PrivateBus", fake_systemd: FakeSystemd
) -> None:
    fake_systemd.outcomes = {"b": ""}

    async def start(connection: bus.Bus) -> list[JobResult]:
        running = asyncio.ensure_future(Session(connection).start(["a", "b"]))
        await asyncio.sleep(0.3)
        private_bus.kill()
        return await running

    a, b = bus.run(SYSTEM, private_bus.env, start)
    assert a == done("a")
    assert (b.ok, b.result) == (False, "unknown")
    assert "lost" in b.message


def test_call_after_the_bus_died(private_bus: "PrivateBus") -> None:
    """dbus-next by itself waits here for ever."""

    async def act(connection: bus.Bus) -> None:
        private_bus.kill()
        await asyncio.sleep(0.1)
        await connection.call("/x", "a.b", "C")

    with pytest.raises(BusLost):
        bus.run(SYSTEM, private_bus.env, act)


def test_denied_reload(private_bus: "PrivateBus", fake_systemd: FakeSystemd) -> None:
    denied = "org.freedesktop.DBus.Error.InteractiveAuthorizationRequired"
    fake_systemd.errors = {
        ("Reload", ""): (denied, "Interactive authentication required."),
        ("StopUnit", "a"): (denied, "Interactive authentication required."),
    }
    with pytest.raises(BusDenied):
        systemd.reload(SYSTEM, private_bus.env)
    (result,) = systemd.stop(SYSTEM, private_bus.env, ["a"])
    assert (result.ok, result.denied) == (False, True)


def test_nobody_is_the_manager(private_bus: "PrivateBus") -> None:
    with pytest.raises(CallError, match="no service manager"):
        systemd.reload(SYSTEM, private_bus.env)
    with pytest.raises(CallError, match="no service manager"):
        systemd.start(SYSTEM, private_bus.env, ["a"])
    with pytest.raises(CallError, match="no service manager"):
        systemd.read(SYSTEM, private_bus.env, ["a"])


def test_stopped_is_stopped(private_bus: "PrivateBus", fake_systemd: FakeSystemd) -> None:
    not_loaded = (NO_SUCH_UNIT, "Unit a not loaded.")
    fake_systemd.errors = {("StopUnit", "a"): not_loaded, ("ResetFailedUnit", "a"): not_loaded}
    assert systemd.stop(SYSTEM, private_bus.env, ["a"]) == [done("a")]
    assert systemd.reset(SYSTEM, private_bus.env, ["a"]) == [done("a")]


def test_verbs_name_their_methods(private_bus: "PrivateBus", fake_systemd: FakeSystemd) -> None:
    env = private_bus.env
    systemd.stop(SYSTEM, env, ["a"])
    systemd.restart(SYSTEM, env, ["a"])
    systemd.try_restart(SYSTEM, env, ["a"])
    systemd.reload_units(SYSTEM, env, ["a"])
    systemd.pause(SYSTEM, env, ["a"])
    systemd.resume(SYSTEM, env, ["a"])
    systemd.kill(SYSTEM, env, ["a"], 15)
    systemd.reload(SYSTEM, env)
    called = [method for method, _ in fake_systemd.calls if method != "Subscribe"]
    assert called == [
        "StopUnit",
        "ResetFailedUnit",
        "RestartUnit",
        "TryRestartUnit",
        "ReloadUnit",
        "FreezeUnit",
        "ThawUnit",
        "KillUnit",
        "Reload",
    ]
    assert fake_systemd.made("KillUnit") == [["a", "main", 15]]


def test_no_bus() -> None:
    with pytest.raises(NoBus):
        systemd.start(SYSTEM, {"DBUS_SYSTEM_BUS_ADDRESS": "unix:path=/nonexistent"}, ["a"])


def test_peer_that_hangs_up_after_the_handshake(tmp_path: "Path") -> None:
    def script(peer: Peer) -> None:
        peer.authenticate()
        peer.call()

    with serving(tmp_path / "bus", script) as env, pytest.raises(BusLost):
        systemd.reload(SYSTEM, env)


def test_peer_that_sends_noise(tmp_path: "Path") -> None:
    def script(peer: Peer) -> None:
        peer.hello()
        peer.call()
        peer.send(b"\xff" * 64)

    with serving(tmp_path / "bus", script) as env, pytest.raises(BusLost):
        systemd.reload(SYSTEM, env)


def test_drivers_by_name() -> None:
    assert choose.driver("systemd") is systemd
    with pytest.raises(UsageError, match="the drivers are systemd"):
        choose.driver("upstart")
