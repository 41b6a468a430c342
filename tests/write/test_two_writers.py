"""Several commands at once, on one host."""

import os
import time
from pathlib import Path

import faults
import pytest
from small_host import SmallHost, agent

from pa_units.contracts import ledger
from pa_units.contracts.places import SYSTEM
from pa_units.kit.errors import PaError
from pa_units.write import drift, secrets
from pa_units.write.session import session


def started(action) -> int:  # type: ignore[no-untyped-def]
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            action()
            code = 0
        finally:
            os._exit(code)
    return pid


def ended(*pids: int) -> None:
    for pid in pids:
        assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0


def test_installs_at_once_all_happen(host: SmallHost) -> None:
    ended(*(started(lambda n=n: host.install(agent(f"bot-{n}"), agent("eye"))) for n in range(6)))
    assert sorted(ledger.read(SYSTEM, host.root).agents) == [*(f"bot-{n}" for n in range(6)), "eye"]
    assert drift.drift(SYSTEM, root=host.root) == ()


def test_two_versions_at_once_end_as_one_of_them(host: SmallHost) -> None:
    for _ in range(5):
        ended(*(started(lambda v=v: host.install(agent("bot", v), agent("eye", v))) for v in "12"))
        units = [
            host.path(f"/etc/systemd/system/{name}.service").read_text() for name in ("bot", "eye")
        ]
        assert units[0].split()[-1] == units[1].split()[-1]
        assert drift.drift(SYSTEM, root=host.root) == ()


def test_installs_and_purges_at_once(host: SmallHost) -> None:
    """The state directory and its lock come and go: nobody may hold a lock that has no name."""
    before = host.tree()

    def come_and_go(name: str) -> None:
        for _ in range(8):
            host.install(agent(name))
            host.remove(name, purge=True)

    ended(*(started(lambda n=n: come_and_go(f"bot-{n}")) for n in range(3)))
    assert host.tree() == before


def test_who_waits_too_long_is_told_for_whom(host: SmallHost) -> None:
    host.install(agent("bot"))
    read_end, write_end = os.pipe()

    def hold() -> None:
        with session(SYSTEM, host.root):
            os.write(write_end, b"x")
            time.sleep(60)

    pid = started(hold)
    os.read(read_end, 1)
    begin = time.monotonic()
    with pytest.raises(PaError, match=rf"cannot lock .*\(pid {pid}\) is at work"):
        host.install(agent("bot", "2"), wait=0.2)
    assert 0.2 <= time.monotonic() - begin < 5
    os.kill(pid, 9)  # whoever ends, however, holds nothing any more
    os.waitpid(pid, 0)
    host.install(agent("bot", "2"), wait=5)


def test_the_next_writer_completes_what_the_last_one_left(host: SmallHost) -> None:
    host.install(agent("bot"))
    for number in range(1, 400):
        code = faults.in_child(lambda: host.install(agent("bot", "2")), faults.kill_at(number))
        if host.path("/var/lib/pa/commit.json").exists() or code == faults.DONE:
            break
    assert code == faults.KILLED
    secrets.set_values(SYSTEM, "eye", {"A": "1"}, host.root)
    assert "bot 2" in Path(host.root + "/etc/systemd/system/bot.service").read_text()
    assert ledger.read(SYSTEM, host.root).agents["bot"].generation == 2
