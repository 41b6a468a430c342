"""What the init system has yet to be told: kept until it was, and nothing of it lost."""

from pathlib import Path

import pytest
from small_host import SmallHost, agent, unit

from pa_units.contracts import due as dues
from pa_units.contracts.due import Due, Run, Told
from pa_units.contracts.places import SYSTEM
from pa_units.write import due as settling
from pa_units.write import rerun
from pa_units.write.apply import Applied
from pa_units.write.changes import Action
from pa_units.write.request import After

START = {"after": After.START}


def settle(host: SmallHost, seen: Due, told: Told, at: float = 2e9) -> Due:
    settling.settle(SYSTEM, seen, told, at, host.root)
    return dues.read(SYSTEM, host.root)


def on_disk(host: SmallHost) -> Due:
    return dues.read(SYSTEM, host.root)


def test_new_agents_are_to_be_run_and_need_no_reload(host: SmallHost) -> None:
    done = host.install(agent("bot"), agent("eye"), **START)
    assert done.state.due == on_disk(host)
    assert (done.state.due.reload, done.state.due.stop) == (0.0, ())
    assert {name: run.wanted for name, run in done.state.due.runs.items()} == {
        "bot": True,
        "eye": True,
    }


def test_nothing_is_due_where_nothing_runs(host: SmallHost) -> None:
    assert not host.install(agent("bot")).state.due.any
    assert not host.path("/var/lib/pa/due.json").exists()


def test_a_change_is_to_be_read_and_run(host: SmallHost) -> None:
    host.install(agent("bot"), agent("eye"))
    found = host.install(agent("bot", "2"), **START).state.due
    assert found.reload > 0 and set(found.runs) == {"bot"}


def test_a_new_agent_that_nobody_starts_is_not_due(host: SmallHost) -> None:
    assert not host.install(agent("bot"), after=After.RELOAD).state.due.any


def test_what_a_living_command_does_is_not_left(host: SmallHost) -> None:
    host.install(agent("bot"))
    due = host.install(agent("bot", "2"), **START).state.due
    assert due.reload and not due.abandoned() and not due.is_left, "this process is at it"
    gone = due._replace(runs={"bot": due.runs["bot"]._replace(by="1:1")})
    assert gone.abandoned() == ("bot",) and gone.is_left
    assert Due(reload=1.0).is_left


def test_what_is_gone_is_to_be_stopped(host: SmallHost) -> None:
    host.install(agent("bot", more=(unit("bot.timer", "[Timer]\n"),)), agent("eye"))
    found = host.remove("eye", after=After.RELOAD).state.due
    assert found.stop == ("eye.service",) and found.reload > 0


def test_a_unit_that_came_back_is_not_stopped(host: SmallHost) -> None:
    host.install(agent("bot"))
    host.remove("bot", after=After.RELOAD)
    found = host.install(agent("bot"), **START).state.due
    assert found.stop == () and set(found.runs) == {"bot"}


def test_not_wanted_now_is_not_forgotten(host: SmallHost) -> None:
    host.install(agent("bot"))
    done = host.install(agent("bot", "2"), after=After.RELOAD)
    assert done.state.due.runs["bot"].wanted is False
    left = settle(host, done.state.due, Told(reloaded=True), at=123.0)
    assert not left.reload
    assert left.runs["bot"][:2] == (123.0, False), "what begins after the reload is new"
    again = host.install(agent("bot", "2"), **START)
    assert again.changes.agents["bot"].action is Action.SAME
    assert again.state.due == left


def test_what_was_told_is_struck_off(host: SmallHost) -> None:
    host.install(agent("bot"))
    due = host.install(agent("bot", "2"), **START).state.due
    left = settle(host, due, Told(reloaded=True, stopped=due.stop, ran={"bot"}))
    assert not left.any and not host.path("/var/lib/pa/due.json").exists()


def test_what_came_meanwhile_stays() -> None:
    seen = Due(5.0, ("a.service",), {"bot": Run(5.0), "eye": Run(5.0)})
    now = Due(6.0, ("a.service", "b.service"), {"bot": Run(6.0), "eye": Run(5.0)})
    told = Told(reloaded=True, stopped=("a.service",), ran={"bot", "eye"})
    assert dues.left(now, seen, told, 7.0) == Due(6.0, ("b.service",), {"bot": Run(6.0)})


def test_nothing_is_left_of_the_last_agent(host: SmallHost, tmp_path: Path) -> None:
    before = host.tree()
    host.install(agent("bot"), **START)
    due = host.remove("bot", purge=True, after=After.RELOAD).state.due
    assert host.path("/var/lib/pa/due.json").exists()
    settle(host, due, Told(reloaded=True, stopped=due.stop))
    assert host.tree() == before


def test_survives_a_newer_and_an_older_reader() -> None:
    due = Due(1.5, ("a.service",), {"bot": Run(2.5, False)})
    assert dues.decode(dues.encode(due), "due.json") == due
    assert dues.decode(b'{"schema":"pa.due/1","later":1,"runs":{"b":{}}}', "x") == Due(
        runs={"b": Run(0.0, True)}
    )


SERVICE = "[Service]\nExecStart=/bin/bot {}\n"


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("# by pa (1)\n[Unit]\nDescription=a\n", "# by pa (2)\n[Unit]\nDescription=b\n", False),
        ("[Install]\nWantedBy=a\n", "[Install]\nWantedBy=b\n", False),
        ("[Service]\nNice=1\n", "[Service]\nNice=2\n", True),
        ("[Service]\nNice=1\n", "[Service]\n", True),
    ],
)
def test_a_run_is_outdated_by_what_it_reads(
    host: SmallHost, before: str, after: str, expected: bool
) -> None:
    changes = _change(host, unit("bot.timer", before), unit("bot.timer", after))
    assert changes.changes.agents["bot"].rerun is False, "of no unit that is its own"
    (change,) = [one for one in changes.changes.files if one.path.endswith("bot.timer")]
    entry = changes.state.ledger.agents["bot"]
    timer = entry.units[0]._replace(name="bot.timer")
    own = entry._replace(units=(timer,))
    assert rerun.needed(own, own, [change]) is expected


def _change(host: SmallHost, *units: object) -> Applied:
    for item in units:
        # Of any of the kinds that `more` takes.
        done = host.install(agent("bot", more=(item,)))  # type: ignore[arg-type]
    return done


def test_a_new_secret_outdates_a_run(host: SmallHost) -> None:
    host.install(agent("bot"))
    done = host.install(agent("bot"), environment={"KEY": "another"}, **START)
    assert done.changes.agents["bot"].rerun and set(done.state.due.runs) == {"bot"}
