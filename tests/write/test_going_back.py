"""Generations: stored, pruned, restored."""

import json
import os

import pytest
from small_host import SmallHost, agent, helper

from pa_units.contracts import ledger
from pa_units.contracts.ledger import Origin
from pa_units.contracts.places import SYSTEM
from pa_units.kit.errors import NotInstalled, PaError
from pa_units.write import generations, restore
from pa_units.write.changes import Refused

UNIT = "/etc/systemd/system/bot.service"


def running(host: SmallHost) -> str:
    return host.path(UNIT).read_text().split()[-1]


def stored(host: SmallHost) -> list[str]:
    return sorted(os.listdir(host.path("/var/lib/pa/generations/bot")))


def generation(host: SmallHost) -> int:
    return ledger.read(SYSTEM, host.root).agents["bot"].generation


def test_back_and_further_back(host: SmallHost) -> None:
    for version in "123":
        host.install(agent("bot", version), origins={"bot": Origin(f"/srv/{version}.yaml", "d")})
    assert (running(host), generation(host)) == ("3", 3)
    restore.restore(SYSTEM, "bot", root=host.root)
    assert (running(host), generation(host)) == ("2", 2)
    assert ledger.read(SYSTEM, host.root).agents["bot"].origin.path == "/srv/2.yaml"
    restore.restore(SYSTEM, "bot", root=host.root)
    assert (running(host), generation(host)) == ("1", 1)
    with pytest.raises(PaError, match="this is its first version"):
        restore.restore(SYSTEM, "bot", root=host.root)
    restore.restore(SYSTEM, "bot", 3, root=host.root)
    assert (running(host), generation(host)) == ("3", 3)


def test_a_version_that_failed_is_not_gone_back_to(host: SmallHost) -> None:
    host.install(agent("bot", "good"))
    host.install(agent("bot", "bad"))
    restore.restore(SYSTEM, "bot", root=host.root)
    host.install(agent("bot", "better"))
    restore.restore(SYSTEM, "bot", root=host.root)
    assert running(host) == "good"


def test_five_are_kept(host: SmallHost) -> None:
    for version in range(1, 9):
        host.install(agent("bot", str(version)))
    assert stored(host) == ["4.json", "5.json", "6.json", "7.json", "8.json"]
    with pytest.raises(PaError, match="generation 2 of bot: it is not stored"):
        restore.restore(SYSTEM, "bot", 2, root=host.root)
    history = generations.history(SYSTEM, "bot", host.root)
    assert [(item.number, item.parent) for item in history] == [(n, n - 1) for n in range(4, 9)]


def test_the_version_to_go_back_to_is_kept_however_old(host: SmallHost) -> None:
    host.install(agent("bot", "good", helpers="old"))
    for version in "2345":
        host.install(agent("bot", version))
    restore.restore(SYSTEM, "bot", 1, root=host.root)
    host.install(agent("bot", "bad"))
    assert stored(host) == [f"{number}.json" for number in range(1, 7)]
    host.install(agent("bot", "bad"), agent("eye"), environment={"KEY": "rotated"})
    restore.restore(SYSTEM, "bot", root=host.root)
    assert running(host) == "good"
    host.install(agent("bot", "6"))
    host.install(agent("bot", "7"))
    assert stored(host) == [f"{number}.json" for number in range(4, 9)]


def test_an_unchanged_agent_is_no_new_version(host: SmallHost) -> None:
    host.install(agent("bot"))
    host.install(agent("bot"), environment={"KEY": "rotated"})
    host.install(agent("bot"), origins={"bot": Origin("/elsewhere.yaml", "d")})
    assert (stored(host), generation(host)) == (["1.json"], 1)
    assert ledger.read(SYSTEM, host.root).agents["bot"].origin.path == "/elsewhere.yaml"


def test_no_value_is_in_the_history_and_the_values_of_today_are_used(host: SmallHost) -> None:
    host.install(agent("bot", "1"))
    host.install(agent("bot", "2", env={"OTHER": "${KEY}"}), environment={"KEY": "rotated"})
    restore.restore(SYSTEM, "bot", root=host.root)
    assert b'TOKEN="rotated"' in host.path("/etc/pa/secrets/bot.env").read_bytes()
    for name in stored(host):
        path = host.path(f"/var/lib/pa/generations/bot/{name}")
        assert "s3cret" not in path.read_text() and "rotated" not in path.read_text()
        assert path.stat().st_mode & 0o777 == 0o600


def test_helper_programs_stay_as_long_as_a_stored_version_needs_them(host: SmallHost) -> None:
    old = host.path(helper("backoff", "1").path)
    host.install(agent("bot", "1", helpers="1"))
    for version in "2345":
        host.install(agent("bot", version, helpers="2"))
        assert old.exists()
    restore.restore(SYSTEM, "bot", 1, root=host.root)
    assert old.exists()
    host.install(agent("bot", "6", helpers="2"))
    assert old.exists()  # of the version to go back to
    host.install(agent("bot", "7", helpers="2"))
    assert not old.exists()
    host.remove("bot")
    assert not host.path("/usr/local/lib/pa").exists()


def test_a_helper_that_is_gone_is_named(host: SmallHost) -> None:
    host.install(agent("bot", "1", helpers="1"))
    host.install(agent("bot", "2", helpers="2"))
    host.path(helper("backoff", "1").path).unlink()
    before = host.tree()
    with pytest.raises(PaError, match=r"its helper program .*/1/backoff is gone"):
        restore.restore(SYSTEM, "bot", root=host.root)
    assert host.tree() == before


def test_an_edited_file_is_not_lost_by_going_back(host: SmallHost) -> None:
    host.install(agent("bot", "1"))
    host.install(agent("bot", "2"))
    host.edit(UNIT, "edited\n")
    with pytest.raises(Refused):
        restore.restore(SYSTEM, "bot", root=host.root)
    restore.restore(SYSTEM, "bot", root=host.root, force=True)
    assert running(host) == "1"


def test_only_installed_agents_go_back(host: SmallHost) -> None:
    host.install(agent("bot"))
    host.remove("bot")
    with pytest.raises(NotInstalled):
        restore.restore(SYSTEM, "bot", 1, root=host.root)
    host.install(agent("bot", "2"))
    assert generation(host) == 2  # numbers are not used twice


def test_a_generation_survives_its_file(host: SmallHost) -> None:
    bot = agent("bot", user="kbot")._replace(
        max_restarts=5, delays_ms=(1000, 2000), labels={"team": "a"}
    )
    host.install(bot)
    back = generations.read(SYSTEM, "bot", 1, host.root).bundle
    texts = {artifact.path: artifact.text for artifact in bot.artifacts}
    assert back._replace(artifacts=()) == bot._replace(artifacts=())
    assert [artifact.path for artifact in back.artifacts] == list(texts)
    data = json.loads(host.path("/var/lib/pa/generations/bot/1.json").read_text())
    assert data["schema"] == "pa.generation/1"
