"""The figure for health, and what it is made of."""

from pa_units.contracts.health import Health, Result, UnitHealth
from pa_units.observe.score import score, shares

GOOD = Result(0.0, True, 12.0, "200")
BAD = Result(0.0, False, 1.0, "HTTP 500")


def unit(*results: Result, health: Health = Health.HEALTHY, restarts: int = 0) -> UnitHealth:
    times = tuple(map(float, range(restarts)))
    return UnitHealth("x", "http", health, timeout_ms=5000, results=results, restarts=times)


def test_the_shares_add_up_to_a_hundred() -> None:
    assert sum(share.most for share in shares(unit(GOOD))) == 100
    assert score(unit(*[GOOD] * 20)) == 100


def test_each_share_counts() -> None:
    assert score(unit(*[GOOD] * 10, *[BAD] * 10)) == 70
    assert score(unit(*[GOOD] * 20, restarts=2)) == 90
    slow = Result(0.0, True, 2750.0, "200")
    assert score(unit(*[slow] * 20)) == 90


def test_limits_have_no_speed() -> None:
    over = unit(GOOD, BAD)._replace(kind="limits")
    assert [(share.name, share.points, share.most) for share in shares(over)] == [
        ("answers", 40, 80),
        ("calm", 20, 20),
    ]


def test_an_unhealthy_one_has_at_most_half() -> None:
    assert score(unit(*[GOOD] * 17, *[BAD] * 3, health=Health.UNHEALTHY)) == 50


def test_nothing_is_said_of_what_is_not_known() -> None:
    assert score(unit()) is None
    assert score(unit(GOOD, health=Health.NONE)) is None
