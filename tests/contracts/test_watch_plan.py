"""Plans and answers survive their files."""

import pytest

from pa_units.contracts import health, watch_plan
from pa_units.contracts.health import Health, Result, UnitHealth
from pa_units.contracts.places import SYSTEM
from pa_units.contracts.watch_plan import Check, WatchPlan
from pa_units.kit.errors import PaError

PLAN = WatchPlan(
    "bot",
    ("bot@1.service", "bot@2.service"),
    (
        Check("http", "http://x/", 1, 2, 3, retry=2),
        Check("limits", "cpu above 80%", 1, 1, 7, above={"cpu": 80.0}, logs=("/var/log/x",)),
    ),
)


def test_a_plan_comes_back() -> None:
    assert watch_plan.decode(watch_plan.encode(PLAN), "x") == PLAN


@pytest.mark.parametrize(
    "check", ['{"kind": "http"}', '{"kind": 1}', '{"interval": "x"}', '{"interval": -1}', "[]"]
)
def test_a_damaged_plan_is_refused(check: str) -> None:
    data = f'{{"schema": "pa.watch-plan/1", "agent": "a", "units": [], "checks": [{check}]}}'
    with pytest.raises(PaError, match="cannot read x"):
        watch_plan.decode(data.encode(), "x")


def test_packages_put_plans_where_the_companion_looks() -> None:
    packaged = SYSTEM._replace(specs="/usr/share/pa/agents")
    assert watch_plan.directory(packaged) == watch_plan.SHIPPED
    assert watch_plan.path_of(SYSTEM, "bot") == "/var/lib/pa/plans/watch/bot.json"


def test_an_answer_comes_back() -> None:
    whole = UnitHealth(
        "bot.service",
        "http",
        Health.UNHEALTHY,
        "HTTP 500",
        1.5,
        "http http://x/",
        1,
        2,
        3,
        4,
        (5.0,),
        (Result(6.0, False, 7.5, "HTTP 500"),),
    )
    found = health.decode(health.encode([whole, UnitHealth("a.service")]))
    assert found == {"bot.service": (whole,), "a.service": (UnitHealth("a.service"),)}
