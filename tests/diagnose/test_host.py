"""The points of `doctor`, by what a host can be."""

import pytest

from pa_units.contracts.scope import Scope
from pa_units.diagnose.host import HostEvidence
from pa_units.diagnose.host_checks import CHECKS, points
from pa_units.diagnose.point import Verdict
from pa_units.drive.read import ManagerState
from pa_units.measure.room import Room

GIB = 1 << 30
FIT = HostEvidence(
    scope=Scope.SYSTEM,
    user="root",
    python="3.11.2",
    installed_systemd=257,
    manager=ManagerState(257, "257.9", "running"),
    controllers=frozenset({"cpu", "memory", "pids", "io"}),
    logrotate="/usr/sbin/logrotate",
    rotates=True,
    rooms=(Room("/etc", 5 * GIB, 9 * GIB, 1000, False),),
    agents=3,
    synchronized=True,
)
USER = FIT._replace(scope=Scope.USER, user="bob", rotates=None)


@pytest.mark.parametrize(
    ("seen", "check", "verdict"),
    [
        (FIT._replace(manager=None, installed_systemd=0), "systemd", Verdict.PROBLEM),
        (FIT._replace(manager=ManagerState(249, "249", "running")), "systemd", Verdict.PROBLEM),
        (FIT._replace(manager=None, silent="cannot reach the bus"), "bus", Verdict.PROBLEM),
        (FIT._replace(manager=ManagerState(257, "257", "degraded")), "manager", Verdict.WARNING),
        (FIT._replace(manager=ManagerState(257, "257", "stopping")), "manager", Verdict.PROBLEM),
        (USER._replace(lingers=False), "linger", Verdict.WARNING),
        (USER._replace(user_namespaces=False), "user namespaces", Verdict.PROBLEM),
        (FIT._replace(user_namespaces=False), "user namespaces", Verdict.OK),
        (FIT._replace(controllers=frozenset()), "limits", Verdict.WARNING),
        (USER._replace(controllers=frozenset({"cpu", "memory", "pids"})), "limits", Verdict.OK),
        (FIT._replace(system_python=False), "python", Verdict.PROBLEM),
        (FIT._replace(logrotate=""), "logrotate", Verdict.WARNING),
        (FIT._replace(rotates=False), "logrotate", Verdict.WARNING),
        (FIT._replace(persistent_journal=False), "journal", Verdict.WARNING),
        (FIT._replace(rooms=(Room("/etc", 0, GIB, 1, False),)), "file systems", Verdict.PROBLEM),
        (FIT._replace(rooms=(Room("/etc", GIB, GIB, 1, True),)), "file systems", Verdict.PROBLEM),
        (FIT._replace(agents=None, trouble="cannot read it"), "state", Verdict.PROBLEM),
        (FIT._replace(interrupted=True), "state", Verdict.WARNING),
        (FIT._replace(synchronized=False), "clock", Verdict.WARNING),
    ],
)
def test_what_is_wrong(seen: HostEvidence, check: str, verdict: Verdict) -> None:
    found = {point.check: point for point in points(seen)}
    assert found[check].verdict is verdict
    assert found[check].words
    assert bool(found[check].next) is (verdict is not Verdict.OK)


def test_a_fit_host_has_only_good_points() -> None:
    for seen in (FIT, USER):
        found = points(seen)
        assert [point.check for point in found] == list(CHECKS)
        assert {point.verdict for point in found} == {Verdict.OK}


def test_the_user_scope_loses_walls() -> None:
    (system,) = [point.words for point in points(FIT) if point.check == "support"]
    (user,) = [point.words for point in points(USER) if point.check == "support"]
    assert "cannot be built" in user and "cannot be built" not in system
