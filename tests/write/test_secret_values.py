"""Templates filled with values, and the store of values."""

import stat

import pytest
from small_host import SmallHost, agent

from pa_units.contracts.places import SYSTEM
from pa_units.kit.errors import PaError
from pa_units.write import envfile, restore, secrets, values


def filled(template: str, environment: dict[str, str], stored: dict[str, str]) -> str | None:
    bot = agent("bot", env={"X": template})
    files = values.fill(bot, environment, stored).files
    return envfile.parse(files["/etc/pa/secrets/bot.env"])["X"] if files else None


@pytest.mark.parametrize(
    ("template", "environment", "stored", "value"),
    [
        ("${A}", {"A": "1"}, {}, "1"),
        ("${A}", {}, {"A": "2"}, "2"),
        ("${A}", {"A": "1"}, {"A": "2"}, "1"),
        ("${A}", {"A": ""}, {}, ""),
        ("${A}", {}, {}, None),
        ("${A:-d}", {}, {}, "d"),
        ("${A:-d}", {"A": ""}, {}, "d"),
        ("${A:-}", {}, {}, ""),
        ("${A:-d}", {}, {"A": "2"}, "2"),
        ("https://${A}:${B}@host/$C$${D}", {"A": "u", "B": "p$w"}, {}, "https://u:p$w@host/$C${D}"),
    ],
)
def test_templates(
    template: str, environment: dict[str, str], stored: dict[str, str], value: str | None
) -> None:
    assert filled(template, environment, stored) == value


def test_only_variables_that_are_used_are_kept() -> None:
    bot = agent("bot", env={"X": "${A} ${B:-b}"})
    result = values.fill(bot, {"A": "1", "HOME": "/root"}, {"OLD": "3"})
    assert (result.stored, result.news) == ({"OLD": "3", "A": "1"}, True)
    assert not values.fill(bot, {}, {"A": "1"}).news


def test_missing_variables_are_all_named() -> None:
    bot = agent("bot", env={"X": "${B}${A}", "Y": "${A}${C:-c}"})
    assert values.fill(bot, {}, {}).missing == ("A", "B")


def test_the_store(host: SmallHost) -> None:
    secrets.set_values(SYSTEM, "bot", {"A": "1", "B": "2"}, host.root)
    secrets.set_values(SYSTEM, "bot", {"B": "3"}, host.root)
    assert secrets.names(SYSTEM, "bot", host.root) == ("A", "B")
    assert secrets.names(SYSTEM, "eye", host.root) == ()
    store = host.path("/etc/pa/secrets/bot.json")
    assert stat.S_IMODE(store.stat().st_mode) == 0o600
    assert stat.S_IMODE(store.parent.stat().st_mode) == 0o700
    secrets.remove_value(SYSTEM, "bot", "A", host.root)
    with pytest.raises(PaError, match="cannot remove A: no value is stored for bot"):
        secrets.remove_value(SYSTEM, "bot", "A", host.root)
    secrets.remove_value(SYSTEM, "bot", "B", host.root)
    assert not store.exists()


def test_a_value_that_cannot_be_passed_is_not_stored(host: SmallHost) -> None:
    before = host.tree()
    with pytest.raises(PaError, match="zero byte"):
        secrets.set_values(SYSTEM, "bot", {"A": "\0"}, host.root)
    assert host.tree() == before


def test_a_stored_value_reaches_the_running_version(host: SmallHost) -> None:
    host.install(agent("bot"))
    secrets.set_values(SYSTEM, "bot", {"KEY": "new"}, host.root)
    applied = restore.refresh(SYSTEM, "bot", root=host.root)
    assert b'TOKEN="new"' in host.path("/etc/pa/secrets/bot.env").read_bytes()
    assert applied.state.ledger.agents["bot"].generation == 1
    assert not restore.refresh(SYSTEM, "bot", root=host.root).changes.any


def test_values_stored_before_the_first_install_go_with_a_purge(host: SmallHost) -> None:
    before = host.tree()
    secrets.set_values(SYSTEM, "bot", {"A": "1"}, host.root)
    host.remove("bot", purge=True)
    assert host.tree() == before
