"""Killed, out of space or interrupted at every step in turn: wholly the old or wholly the new."""

import errno
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import faults
import pytest
from small_host import SmallHost, agent, unit

from pa_units.kit.errors import PaError
from pa_units.write import apply as writer
from pa_units.write import restore, transaction
from pa_units.write.request import After
from pa_units.write.session import session

pytestmark = pytest.mark.slow

Act = Callable[[SmallHost], object]
Tree = dict[str, tuple[object, ...]]

MANY = 2000  # far more steps than any of these take: a test that loops is a test that fails


class Story(NamedTuple):
    """What stands before, and what is done."""

    before: Act
    act: Act


def nothing(host: SmallHost) -> None:
    """A host without agents."""


def installed(host: SmallHost) -> None:
    timer = unit("eye.timer", "[Timer]\n")
    host.install(agent("bot"), agent("eye", more=(timer,)))
    host.edit("/var/log/pa/bot.log", "a line\n")
    host.edit("/var/lib/bot/data", "x")


def updated(host: SmallHost) -> None:
    installed(host)
    host.install(agent("bot", "2"), agent("eye", "2"))


def update(host: SmallHost) -> None:
    bot = agent("bot", "2", helpers="2", enabled=False)
    host.install(bot, agent("eye", "2"), after=After.START)


STORIES = {
    "install": Story(nothing, lambda host: host.install(agent("bot"), agent("eye"))),
    "update": Story(installed, update),
    "apply with prune": Story(
        installed, lambda host: host.install(agent("bot", "2"), prune=["eye"])
    ),
    "remove": Story(installed, lambda host: host.remove("bot", "eye", after=After.RELOAD)),
    "purge": Story(installed, lambda host: host.remove("bot", "eye", purge=True)),
    "restore": Story(updated, lambda host: restore.restore(host.places, "bot", root=host.root)),
}


@pytest.fixture(autouse=True)
def stopped_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two runs of one story write the same bytes."""
    monkeypatch.setattr(writer.time, "time", lambda: 1_800_000_000.0)
    monkeypatch.setattr(writer.alive, "me", lambda: "1:1")


@pytest.fixture(params=STORIES, ids=str)
def story(request: pytest.FixtureRequest) -> Story:
    return STORIES[request.param]


class Stage:
    """Fresh copies of the host as it is before the story."""

    def __init__(self, story: Story, directory: Path) -> None:
        self.story = story
        self.directory = directory
        template = SmallHost(directory / "template")
        story.before(template)
        self.template = Path(template.root)
        self.old = template.tree()
        host = self.host()
        story.act(host)
        self.new = host.tree()
        assert self.old != self.new

    def host(self) -> SmallHost:
        place = self.directory / "host"
        shutil.rmtree(place, ignore_errors=True)
        shutil.copytree(self.template, place, symlinks=True)
        return SmallHost(place)


@pytest.fixture
def stage(story: Story, tmp_path: Path) -> Iterator[Stage]:
    """In memory where that is possible: some thousand copies of a host are made and thrown away."""
    memory = Path("/dev/shm")
    with TemporaryDirectory(dir=memory if os.access(memory, os.W_OK) else tmp_path) as place:
        yield Stage(story, Path(place))


def recover(host: SmallHost) -> str:
    """What every command that writes does first."""
    with session(host.places, host.root) as entered:
        return entered.recovered


def test_killed_at_every_step(stage: Stage) -> None:
    outcomes = {"old": 0, "new": 0}
    for number in range(1, MANY):
        host = stage.host()
        # B023, here and below: the child that is forked calls it before the loop goes on.
        code = faults.in_child(lambda: stage.story.act(host), faults.kill_at(number))  # noqa: B023
        if code == faults.DONE:
            assert host.tree() == stage.new
            break
        assert code == faults.KILLED
        recover(host)
        tree = host.tree()
        assert tree in (stage.old, stage.new), f"step {number}: {differences(stage, tree)}"
        outcomes["old" if tree == stage.old else "new"] += 1
        if tree == stage.old and number % 10 == 0:
            stage.story.act(host)
            assert host.tree() == stage.new
    else:
        pytest.fail("does not end")
    assert outcomes["old"] > 5 and outcomes["new"] > 5


def test_killed_again_while_it_recovers(stage: Stage) -> None:
    """Each of some crashes, followed by a crash at every step of its recovery."""
    for number in range(3, MANY, 17):
        host = stage.host()
        if faults.in_child(lambda: stage.story.act(host), faults.kill_at(number)) == faults.DONE:  # noqa: B023
            break
        for again in range(1, MANY):
            if faults.in_child(lambda: recover(host), faults.kill_at(again)) == faults.DONE:  # noqa: B023
                break
        assert host.tree() in (stage.old, stage.new)


def test_no_space_from_every_step_on(stage: Stage) -> None:
    """Creating and writing fail, renaming and removing work: a full disk. No recovery needed."""
    names = faults.ALLOCATING | {"create", "write", "fsync", "syncfs"}
    for number in range(1, MANY):
        host = stage.host()
        code = faults.in_child(
            lambda: stage.story.act(host),  # noqa: B023
            faults.fail_from(number, errno.ENOSPC, names),
        )
        if code == faults.DONE:
            break
        assert code == faults.FAILED
        if host.path("/var/lib/pa/commit.json").exists():
            recover(host)
            assert host.tree() == stage.new
        else:
            assert host.tree() == stage.old, f"step {number}: {differences(stage, host.tree())}"
    else:
        pytest.fail("does not end")


def test_every_single_step_fails_once(stage: Stage) -> None:
    """A passing error (EIO) in any call, clean-up included: right after the next command."""
    names = faults.CHANGING | {"create", "write", "fsync", "syncfs"}
    for number in range(1, MANY):
        host = stage.host()
        code = faults.in_child(
            lambda: stage.story.act(host),  # noqa: B023
            faults.fail_from(number, errno.EIO, names, times=1),
        )
        if code == faults.DONE:
            assert host.tree() == stage.new
            break
        assert code == faults.FAILED, f"step {number}"
        recover(host)
        tree = host.tree()
        assert tree in (stage.old, stage.new), f"step {number}: {differences(stage, tree)}"
    else:
        pytest.fail("does not end")


def test_a_decided_change_says_that_it_will_be_completed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    host = SmallHost(tmp_path)
    with monkeypatch.context() as patched:
        patched.setattr(transaction.files, "settle", _no_space)
        with pytest.raises(PaError, match="the change is decided, and the next pa"):
            host.install(agent("bot"))
    assert host.install(agent("bot")).recovered == "finished an interrupted change"
    assert host.path("/var/log/pa/bot.log").exists()


def _no_space(*args: object) -> None:
    with transaction.files.telling("write", "x"):
        raise OSError(errno.ENOSPC, "full")


def test_a_journal_cut_off_while_it_was_written_is_dropped(tmp_path: Path) -> None:
    host = SmallHost(tmp_path)
    host.edit("/var/lib/pa/staging.json", '{"schema":"pa.transa')
    assert recover(host) == "undid an interrupted change"
    assert not host.path("/var/lib/pa").exists()


def test_readers_do_not_mind_an_interrupted_change(tmp_path: Path) -> None:
    host = SmallHost(tmp_path)
    installed(host)
    ledgers = set()
    for number in range(1, MANY):
        code = faults.in_child(lambda: update(host), faults.kill_at(number))
        ledgers.add(host.path("/var/lib/pa/ledger.json").read_bytes())
        if code == faults.DONE:
            break
    assert len(ledgers) == 2


@contextmanager
def small_disk(place: Path, pages: int) -> Iterator[None]:
    size = pages * os.sysconf("SC_PAGE_SIZE")
    mount = ["mount", "-t", "tmpfs", "-o", f"size={size}", "small", str(place)]
    if subprocess.run(mount, capture_output=True).returncode != 0:
        pytest.skip("cannot mount a tmpfs here")
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", str(place)], check=True)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root mounts")
def test_a_real_disk_of_every_size_until_it_fits(stage: Stage) -> None:
    place = stage.directory / "host"
    fitting = 0
    for pages in range(1, 200):
        place.mkdir(exist_ok=True)
        with small_disk(place, pages):
            try:
                shutil.copytree(stage.template, place, symlinks=True, dirs_exist_ok=True)
            except shutil.Error:
                continue  # not even what stands before fits
            host = SmallHost(place)
            code = faults.in_child(lambda: stage.story.act(host), lambda name: None)  # noqa: B023
            assert host.tree() == (stage.new if code == faults.DONE else stage.old)
            fitting += code == faults.DONE
        if fitting == 2:
            break
    assert fitting == 2


def differences(stage: Stage, tree: Tree) -> str:
    lines = []
    for path in sorted({*stage.old, *stage.new, *tree}):
        found = [side.get(path) for side in (stage.old, stage.new, tree)]
        if found[2] not in found[:2] or found[0] != found[1]:
            lines.append(f"{path}: " + ", ".join(str(entry)[:60] for entry in found))
    return "\n".join(lines)


def test_an_interrupt_right_after_the_commit_undoes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    host = SmallHost(tmp_path)
    real = transaction.files.rename

    def interrupted(temp: str, path: str, root: str = "") -> bool:
        done = real(temp, path, root)
        if path.endswith("commit.json"):
            raise KeyboardInterrupt
        return done

    with monkeypatch.context() as patched:
        patched.setattr(transaction.files, "rename", interrupted)
        with pytest.raises(KeyboardInterrupt):
            host.install(agent("bot"))
    assert recover(host) == "finished an interrupted change"
    assert host.path("/etc/systemd/system/bot.service").exists()


def test_a_log_begun_in_the_meantime_keeps_its_lines(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    host = SmallHost(tmp_path)
    real = transaction.execute

    def late(*args: Any) -> None:
        host.edit("/var/log/pa/bot.log", "the first line\n")
        real(*args)

    monkeypatch.setattr(transaction, "execute", late)
    host.install(agent("bot"))
    assert host.path("/var/log/pa/bot.log").read_text() == "the first line\n"
