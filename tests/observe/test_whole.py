"""Services and doors of one agent → one status."""

import pytest

from pa_units.contracts.ledger import Installed
from pa_units.contracts.refs import Scope, refs
from pa_units.contracts.status import UP, AgentStatus, State
from pa_units.observe.doors import Door
from pa_units.observe.whole import whole


def agent(*units: str, starts: str = "", runs: tuple[str, ...] = ()) -> Installed:
    return Installed(
        "bot",
        "d",
        refs(units, Scope.SYSTEM),
        auto_start=True,
        user="",
        starts=refs([starts] if starts else [], Scope.SYSTEM),
        runs=refs(runs, Scope.SYSTEM),
    )


def service(state: State, name: str = "bot", reason: str = "", **more: int) -> AgentStatus:
    return AgentStatus(name, f"{name}.service", state, reason, **more)


TIMED = agent("bot.service", "bot.timer", starts="bot.timer")
OPENED = agent("bot.service", "bot.socket", starts="bot.socket")
MANY = agent("bot.target", "bot@1.service", runs=("bot@1.service", "bot@2.service"))


def timer(active: str = "active", next_us: int | None = 7) -> dict[str, Door]:
    return {"bot.timer": Door("bot.timer", active, "waiting", next_us)}


def socket(active: str = "active") -> dict[str, Door]:
    return {"bot.socket": Door("bot.socket", active, "listening")}


def test_a_plain_agent_is_its_service() -> None:
    one = service(State.RUNNING)
    assert whole(agent("bot.service"), [one], {}) is one


@pytest.mark.parametrize(
    ("state", "active", "shown", "next_us"),
    [
        (State.STOPPED, "active", State.SCHEDULED, 7),
        (State.RUNNING, "active", State.RUNNING, 7),
        (State.FAILED, "active", State.FAILED, 7),
        (State.RESTARTING, "active", State.RESTARTING, 7),
        (State.STOPPED, "inactive", State.STOPPED, None),
        (State.RUNNING, "inactive", State.RUNNING, None),
        (State.STOPPED, "failed", State.FAILED, None),
    ],
)
def test_a_scheduled_one(state: State, active: str, shown: State, next_us: int | None) -> None:
    found = whole(TIMED, [service(state)], timer(active))
    assert (found.state, found.next_run_us) == (shown, next_us)


def test_no_further_time_is_told() -> None:
    found = whole(TIMED, [service(State.STOPPED)], timer(next_us=None))
    assert found.reason == "no further run is due"


@pytest.mark.parametrize(
    ("state", "active", "shown"),
    [
        (State.STOPPED, "active", State.LISTENING),
        (State.RUNNING, "active", State.RUNNING),
        (State.FAILED, "failed", State.FAILED),
        (State.STOPPED, "failed", State.FAILED),
        (State.STOPPED, "inactive", State.STOPPED),
    ],
)
def test_one_with_sockets(state: State, active: str, shown: State) -> None:
    found = whole(OPENED, [service(state)], socket(active))
    assert found.state is shown
    assert (found.state in UP) is (shown in (State.LISTENING, State.RUNNING))


def test_replicas_that_all_run() -> None:
    parts = [
        service(State.RUNNING, "bot@1", pid=10, since_us=5, memory=100, tasks=1, restarts=2),
        service(State.RUNNING, "bot@2", pid=11, since_us=9, memory=50, tasks=2),
    ]
    found = whole(MANY, parts, {})
    assert (found.name, found.unit, found.pid) == ("bot", "bot.target", 0)
    assert (found.state, found.reason) == (State.RUNNING, "2 of 2 running")
    assert (found.memory, found.tasks, found.restarts, found.since_us) == (150, 3, 2, 9)
    assert found.cpu_ns is None and found.replicas == tuple(parts)


@pytest.mark.parametrize("worst", [State.FAILED, State.RESTARTING, State.STARTING, State.STOPPED])
def test_the_worst_replica_decides_and_is_named(worst: State) -> None:
    parts = [service(State.RUNNING, "bot@1"), service(worst, "bot@2", "exit code 3")]
    found = whole(MANY, parts, {})
    assert (found.state, found.reason) == (worst, "1 of 2 running; bot@2: exit code 3")
