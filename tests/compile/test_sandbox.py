"""The walls as lines: levels, single switches, and the holes that an agent needs."""

import pytest
from compiling import compiled

from pa_units.compile.systemd.costs import COSTS, Cost
from pa_units.compile.systemd.profiles import LEVELS
from pa_units.contracts.refs import Scope

AGENT = "name: a\ncmd: sleep 1\n"


@pytest.mark.parametrize("cost", COSTS, ids=lambda cost: cost.directive)
def test_costs_are_of_a_level_that_has_the_directive(cost: Cost) -> None:
    key, _, value = cost.directive.split(",")[0].split(" ")[0].partition("=")
    assert value in ("", *LEVELS[cost.level][key])
    order = list(LEVELS)
    before = LEVELS[order[order.index(cost.level) - 1]].get(key)
    assert before != LEVELS[cost.level][key]


@pytest.mark.parametrize("level", LEVELS)
def test_a_level_is_written_as_it_stands(level: str) -> None:
    found = compiled(f"{AGENT}hardening: {level}")
    for key, lines in LEVELS[level].items():
        assert found.lines("a", key) == list(lines)


def test_a_switch_takes_the_place_of_all_lines() -> None:
    found = compiled(f'{AGENT}hardening: {{SystemCallFilter: "@basic-io", PrivateUsers: no}}')
    assert found.lines("a", "SystemCallFilter") == ["@basic-io"]
    assert found.lines("a", "PrivateUsers") == ["no"]
    assert found.line("a", "ProtectSystem") == "strict"


@pytest.mark.parametrize(
    ("more", "home"),
    [
        ("", "yes"),
        ("cwd: /srv/a", "yes"),
        ("cwd: /home/bob/a", "tmpfs"),
        ("hardening: {BindPaths: -/home/bob/.cache}", "tmpfs"),
        ("hardening: {BindReadOnlyPaths: /srv /root/x}", "tmpfs"),
        ("hardening: {BindPaths: /srv/data}", "yes"),
    ],
)
def test_homes_are_hidden_or_emptied(more: str, home: str) -> None:
    assert compiled(f"{AGENT}{more}").line("a", "ProtectHome") == home


def test_a_user_scope_shows_the_way_to_its_manager() -> None:
    found = compiled(f"{AGENT}type: notify\ncwd: /home/bob/a", scope=Scope.USER)
    assert found.lines("a", "BindPaths") == ["/home/bob/a"]
    assert found.lines("a", "BindReadOnlyPaths") == ["%t/systemd/notify"]
    assert compiled(f"{AGENT}type: notify").lines("a", "BindReadOnlyPaths") == []
    quiet = compiled(f"{AGENT}cwd: /home/bob/a", scope=Scope.USER)
    assert quiet.lines("a", "BindReadOnlyPaths") == []
