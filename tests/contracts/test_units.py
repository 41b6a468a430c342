"""Names of units: which an agent has, and that two agents never share one."""

import itertools
from typing import NamedTuple

import pytest

from pa_units.contracts import units


class Agent(NamedTuple):
    """What the choice of units depends on."""

    name: str = "bot"
    replicas: int = 1
    schedule: object | None = None
    sockets: tuple[object, ...] = ()
    watch: object | None = None


def test_a_plain_agent_is_one_service() -> None:
    found = units.of(Agent())
    assert found == units.Units("bot.service", ("bot.service",), ("bot.service",))
    assert found.every == ("bot.service",)


@pytest.mark.parametrize(
    ("agent", "main", "starts", "runs"),
    [
        (Agent(schedule=1), "bot.service", ["bot.timer"], ["bot.service"]),
        (Agent(sockets=(1,)), "bot.service", ["bot.socket"], ["bot.service"]),
        (Agent(watch=1), "bot.service", ["bot.service"], ["bot.service"]),
        (Agent(replicas=2), "bot.target", ["bot.target"], ["bot@1.service", "bot@2.service"]),
    ],
)
def test_what_is_started_and_what_runs(
    agent: Agent, main: str, starts: list[str], runs: list[str]
) -> None:
    found = units.of(agent)
    assert (found.main, list(found.starts), list(found.runs)) == (main, starts, runs)


def test_every_unit_is_there_once_and_the_main_one_first() -> None:
    every = units.of(Agent(replicas=2, sockets=(1,), watch=1)).every
    assert every == (
        "bot.target",
        "bot.socket",
        "pa-watch-bot.path",
        "pa-watch-bot.service",
        "bot@1.service",
        "bot@2.service",
    )


def test_names_of_agents_that_look_like_units_stay_apart() -> None:
    names = ("bot", "bot-1", "bot.1", "bot-watch", "watch-bot", "bot.timer", "1-bot")
    shapes = [{}, {"schedule": 1}, {"sockets": (1,), "watch": 1}, {"replicas": 3, "watch": 1}]
    seen: dict[str, str] = {}
    for name, shape in itertools.product(names, shapes):
        for unit in units.of(Agent(name, **shape)).every:
            assert seen.setdefault(unit, name) == name


def test_unit_files_that_may_be_taken() -> None:
    assert units.files(Agent(schedule=1)) == ("bot.service", "bot.timer")
    assert units.files(Agent(replicas=2, sockets=(1,), watch=1)) == (
        "bot@.service",
        "bot.target",
        "bot.socket",
    )
