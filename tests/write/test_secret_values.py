"""Templates filled with values, and the store of values."""

import stat

import pytest
from small_host import SmallHost, agent, bundle

from pa_units.contracts.bundle import Artifact, Kind
from pa_units.contracts.places import SYSTEM
from pa_units.kit.errors import PaError
from pa_units.write import apply, envfile, restore, secrets, text, values


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


def whole(template: str) -> Artifact:
    return Artifact(Kind.SECRET, "/etc/pa/secrets/bot@KEY", mode=0o600, value=template)


def from_file(path: str) -> Artifact:
    files = {"KEY": path}
    return Artifact(Kind.SECRET, "/etc/pa/secrets/bot.more.env", mode=0o600, env={}, files=files)


def test_a_secret_that_is_a_file(host: SmallHost) -> None:
    bot = agent("bot", env={}, more=(whole("${KEY}"),))
    host.install(bot, environment={"KEY": "a\n$b"})
    path = host.path("/etc/pa/secrets/bot@KEY")
    assert path.read_bytes() == b"a\n$b"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    secrets.set_values(SYSTEM, "bot", {"KEY": "other"}, host.root)
    restore.refresh(SYSTEM, "bot", root=host.root)
    assert path.read_bytes() == b"other"
    changed = agent("bot", env={}, more=(whole("x${KEY}"),))
    planned = apply.preview(SYSTEM, bundle(changed), root=host.root)
    shown = text.unified(planned)
    assert "+another value not shown" in shown and "other\n" not in shown


def test_a_value_that_stands_in_a_file(host: SmallHost) -> None:
    host.path("/etc/key").write_bytes(b"first\n")
    bot = agent("bot", env={}, more=(from_file("/etc/key"),))
    host.install(bot)
    path = host.path("/etc/pa/secrets/bot.more.env")
    assert envfile.parse(path.read_bytes()) == {"KEY": "first"}
    host.path("/etc/key").write_bytes(b"second\n\n")
    restore.refresh(SYSTEM, "bot", root=host.root)
    assert envfile.parse(path.read_bytes()) == {"KEY": "second\n"}


def test_a_file_without_a_value(host: SmallHost) -> None:
    bot = agent("bot", env={}, more=(from_file("/etc/key"),))
    with pytest.raises(PaError, match="cannot read the secret /etc/key: no such file"):
        host.install(bot)
    host.path("/etc/key").write_bytes(b"\xff")
    with pytest.raises(PaError, match="cannot pass the secret /etc/key in a variable"):
        host.install(bot)
