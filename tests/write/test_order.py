"""What a power cut can meet: the order of flushes and renames, and of the files themselves."""

import os

import pytest
from small_host import SmallHost, agent

from pa_units.kit import files, sync

Log = list[tuple[str, str]]


@pytest.fixture
def log(monkeypatch: pytest.MonkeyPatch, host: SmallHost) -> Log:
    """Every step as (what, path below the root), in the order it was done."""
    done: Log = []

    def short(path: str) -> str:
        return path.removeprefix(host.root)

    for name in ("stage", "flush", "remove", "remove_directory"):
        real = getattr(files, name)

        def spy(path: str, *args: object, _name: str = name, _real=real, **more: object) -> object:  # type: ignore[no-untyped-def]
            done.append((_name, short(path)))
            return _real(path, *args, **more)

        monkeypatch.setattr(files, name, spy)
    for name in ("rename", "settle"):
        real = getattr(files, name)

        def move(temp: str, path: str, *args: object, _real=real, **more: object) -> object:  # type: ignore[no-untyped-def]
            done.append(("rename", short(path)))
            return _real(temp, path, *args, **more)

        monkeypatch.setattr(files, name, move)
    monkeypatch.setattr(sync, "_syncfs", lambda fd: done.append(("syncfs", "")))
    return done


def test_nothing_is_renamed_before_it_is_on_disk(host: SmallHost, log: Log) -> None:
    host.install(agent("bot"))
    staged = [number for number, (what, _) in enumerate(log) if what == "stage"]
    first, second = (number for number, (what, _) in enumerate(log) if what == "syncfs")
    commit = log.index(("rename", "/var/lib/pa/commit.json"))
    renames = [number for number, (what, _) in enumerate(log) if what == "rename"]
    assert log[:2] == [("stage", "/var/lib/pa/staging.json"), ("flush", "/var/lib/pa/staging.json")]
    assert max(staged) < first < commit == min(renames)
    assert log[commit + 1] == ("flush", "/var/lib/pa")
    assert max(renames) < second < log.index(("remove", "/var/lib/pa/commit.json"))


def test_a_unit_comes_after_what_it_needs_and_its_link_last(host: SmallHost, log: Log) -> None:
    host.install(agent("bot"))
    renamed = [path for what, path in log if what == "rename"]
    ours = [path for path in renamed if not path.startswith("/var/lib/pa/")]
    assert ours == [
        "/etc/pa/secrets/bot.json",
        "/usr/local/lib/pa/1/backoff",
        "/etc/pa/secrets/bot.env",
        "/var/log/pa/bot.log",
        "/etc/pa/agents/bot.yaml",
        "/etc/logrotate.d/pa-bot",
        "/etc/systemd/system/bot.service",
        "/etc/systemd/system/multi-user.target.wants/bot.service",
    ]
    assert renamed[-1] == "/var/lib/pa/ledger.json"


def test_a_removal_begins_with_the_link(host: SmallHost, log: Log) -> None:
    host.install(agent("bot"))
    log.clear()
    host.remove("bot")
    ours = [path for what, path in log if what == "remove" and not path.startswith("/var/lib/pa/")]
    assert ours == [
        "/etc/systemd/system/multi-user.target.wants/bot.service",
        "/etc/systemd/system/bot.service",
        "/etc/logrotate.d/pa-bot",
        "/etc/pa/agents/bot.yaml",
        "/etc/pa/secrets/bot.env",
        "/usr/local/lib/pa/1/backoff",
    ]


def test_flushes_do_not_grow_with_the_agents(host: SmallHost, log: Log) -> None:
    host.install(*(agent(f"bot-{number}") for number in range(20)))
    assert sum(what in ("flush", "syncfs") for what, _ in log) == 4


def test_every_file_system_is_flushed_once(tmp_path: os.PathLike[str], monkeypatch) -> None:  # type: ignore[no-untyped-def]
    seen: list[int] = []
    monkeypatch.setattr(sync, "_syncfs", lambda fd: seen.append(os.fstat(fd).st_dev))
    sync.file_systems_of(["/proc", "/proc/self", os.fspath(tmp_path), "/not/there"])
    assert len(seen) == 2 == len(set(seen))
