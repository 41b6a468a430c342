"""Which units each verb drives, for every shape of an agent."""

from typing import NamedTuple

import pytest

from pa_units.contracts import units
from pa_units.contracts.ledger import Installed
from pa_units.contracts.refs import Scope, refs
from pa_units.observe.aged import Aged
from pa_units.verbs import moves
from pa_units.verbs.moves import Moves


class Shape(NamedTuple):
    name: str = "bot"
    replicas: int = 1
    schedule: object | None = None
    sockets: tuple[object, ...] = ()
    watch: object | None = None


def agent(shape: Shape) -> Installed:
    found = units.of(shape)

    def beside_main(names: tuple[str, ...]) -> tuple[str, ...]:
        return () if names == (found.main,) else names

    return Installed(
        shape.name,
        "d",
        refs(found.every, Scope.SYSTEM),
        auto_start=True,
        user="",
        starts=refs(beside_main(found.starts), Scope.SYSTEM),
        runs=refs(beside_main(found.runs), Scope.SYSTEM),
        ends=shape.schedule is not None,
    )


PLAIN = agent(Shape())
MANY = agent(Shape(replicas=2))
TIMED = agent(Shape(schedule=1))
OPENED = agent(Shape(sockets=(1,)))
WATCHED = agent(Shape(watch=1))


def done(steps: Moves) -> list[str]:
    """What the driver is asked, in order."""
    return [
        f"{step.verb} {unit}" for step in steps for names in step.units.values() for unit in names
    ]


@pytest.mark.parametrize(
    ("one", "start", "restart"),
    [
        (PLAIN, ["start bot.service"], ["restart bot.service"]),
        (WATCHED, ["start bot.service"], ["restart bot.service"]),
        (
            MANY,
            ["start bot.target", "start bot@1.service", "start bot@2.service"],
            ["start bot.target", "restart bot@1.service", "restart bot@2.service"],
        ),
        (
            TIMED,
            ["reset bot.service", "start bot.timer"],
            ["start bot.timer", "restart bot.service"],
        ),
        (
            OPENED,
            ["reset bot.service", "start bot.socket"],
            ["start bot.socket", "restart bot.service"],
        ),
    ],
)
def test_start_and_restart(one: Installed, start: list[str], restart: list[str]) -> None:
    assert done(moves.start([one])) == start
    assert done(moves.restart([one])) == restart


@pytest.mark.parametrize("one", [PLAIN, MANY, TIMED, OPENED, WATCHED])
def test_a_stop_leaves_nothing_that_could_start_it(one: Installed) -> None:
    stopped = {step.split()[1] for step in done(moves.stop([one])) if step.startswith("stop")}
    assert stopped == {unit.name for unit in one.units}


NOTHING = Aged()


class TestRefresh:
    def steps(self, one: Installed, *, outdated: bool = True, aged: Aged = NOTHING) -> list[str]:
        return done(moves.refresh([one], {one.name} if outdated else set(), aged))

    def test_a_service_is_restarted(self) -> None:
        assert self.steps(PLAIN) == ["restart bot.service"]
        assert self.steps(MANY)[-2:] == ["restart bot@1.service", "restart bot@2.service"]

    def test_a_run_at_its_times_goes_on(self) -> None:
        assert self.steps(TIMED) == ["start bot.timer"]

    def test_a_daemon_that_got_a_schedule_is_stopped(self) -> None:
        aged = Aged(daemons=frozenset({"bot.service"}))
        assert self.steps(TIMED, aged=aged) == [
            "stop bot.service",
            "reset bot.service",
            "start bot.timer",
        ]

    def test_sockets_stay_open(self) -> None:
        assert self.steps(OPENED) == ["start bot.socket", "try_restart bot.service"]

    def test_sockets_that_have_changed_are_opened_anew_while_nothing_runs(self) -> None:
        aged = Aged(sockets=frozenset({"bot.socket"}))
        assert self.steps(OPENED, outdated=False, aged=aged) == [
            "stop bot.service",
            "stop bot.socket",
            "reset bot.service",
            "start bot.socket",
        ]
