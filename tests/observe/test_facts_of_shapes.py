"""What the host says of watched paths, times and names of units."""

import os
from pathlib import Path

import pytest

from pa_units.contracts.facts import Account, Host
from pa_units.contracts.places import SYSTEM
from pa_units.contracts.refs import Scope
from pa_units.observe import facts, schedules, watched
from pa_units.spec.load import load
from pa_units.spec.parts import Schedule


@pytest.fixture
def tree(tmp_path: Path) -> str:
    """A directory as Kubernetes swaps it, and one as deployments do."""
    etc = tmp_path / "etc"
    (etc / "app" / "v1").mkdir(parents=True)
    (etc / "app" / "v1" / "a.yaml").touch()
    os.symlink("v1", etc / "app" / "..data")
    os.symlink("..data/a.yaml", etc / "app" / "a.yaml")
    os.symlink("/etc/app", tmp_path / "etc" / "current")
    os.symlink("loop", tmp_path / "etc" / "loop")
    os.symlink("/etc", tmp_path / "conf")
    return str(tmp_path)


@pytest.mark.parametrize(
    ("path", "directories"),
    [
        ("/etc/app/v1/a.yaml", None),
        ("/etc/app/missing", None),
        ("/etc/app/a.yaml", ("/etc/app",)),
        ("/etc/app/..data/a.yaml", ("/etc/app",)),
        ("/etc/current/a.yaml", ("/etc", "/etc/app")),
        ("/etc/loop/x", ("/etc",)),
        # What stands in the root is the distribution's.
        ("/conf/app/v1/a.yaml", None),
    ],
)
def test_links_on_the_way(tree: str, path: str, directories: tuple[str, ...] | None) -> None:
    assert watched.links([path], tree).get(path) == directories


def test_time_zones_that_the_tree_has(tmp_path: Path) -> None:
    zone = tmp_path / "usr/share/zoneinfo/Europe/Berlin"
    zone.parent.mkdir(parents=True)
    zone.touch()

    def problem(name: str) -> str:
        schedule = Schedule.model_validate({"cron": "@daily", "timezone": name})
        return schedules.problem(schedule, str(tmp_path))

    assert problem("Europe/Berlin") == problem("UTC") == ""
    assert "no time zone 'Europe/Bonn'" in problem("Europe/Bonn")


@pytest.mark.parametrize(
    ("more", "unit", "is_taken"),
    [
        ("replicas: 2", "bot.target", True),
        ("replicas: 2", "bot@.service", True),
        ("replicas: 2", "bot.service", False),
        ("schedule: '@daily'", "bot.timer", True),
        ("sockets: [{listen: 80}]", "bot.socket", True),
        ("nice: 1", "bot.timer", False),
    ],
)
def test_every_file_that_an_agent_needs_may_be_taken(
    tmp_path: Path, more: str, unit: str, is_taken: bool
) -> None:
    directory = tmp_path / "usr/lib/systemd/system"
    directory.mkdir(parents=True)
    (directory / unit).touch()
    agents = load(f"name: bot\ncmd: /bin/bot\n{more}\n".encode(), "x", base="/").agents
    host = Host(
        257, Scope.SYSTEM, SYSTEM, Account("root", 0, "root", "/root"), "/usr/local/lib/pa/0"
    )
    found = facts.gather(agents, host, [], str(tmp_path))
    assert found.placements["bot"].taken == (f"/usr/lib/systemd/system/{unit}" if is_taken else "")
