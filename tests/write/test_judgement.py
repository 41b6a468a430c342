"""The tables of `judge` and `gone`, on disks that are written down."""

from collections.abc import Mapping

import pytest

from pa_units.contracts.bundle import Artifact, Kind
from pa_units.contracts.inventory import Inventory, Owned, digest
from pa_units.kit.files import Ids
from pa_units.write.changes import Action, Conflict
from pa_units.write.disk import NOTHING, Seen, Shape
from pa_units.write.gone import removals
from pa_units.write.judge import judge
from pa_units.write.wanted import Wanted

PATH = "/etc/systemd/system/bot.service"
NEW, OLD, HAND = b"new\n", b"old\n", b"by hand\n"


class Table:
    """A disk of a few files."""

    def __init__(self, files: Mapping[str, bytes | Seen], mode: int = 0o644) -> None:
        self.files = files
        self.mode = mode

    def look(self, path: str) -> Seen:
        entry = self.files.get(path, NOTHING)
        return Seen(Shape.FILE, self.mode, (0, 0)) if isinstance(entry, bytes) else entry

    def read(self, path: str) -> bytes:
        entry = self.files[path]
        assert isinstance(entry, bytes), "only regular files are read"
        return entry

    def entries(self, path: str) -> tuple[str, ...]:
        return tuple(name[len(path) + 1 :] for name in self.files if name.startswith(f"{path}/"))

    def ids(self, owner: str, group: str) -> Ids | None:
        return (0, 0)


def link(target: str) -> Seen:
    return Seen(Shape.LINK, 0o777, (0, 0), target)


DIRECTORY, DEVICE = Seen(Shape.DIRECTORY, 0o755), Seen(Shape.OTHER)
CREATE, UPDATE, SAME, KEEP, ADJUST = (
    Action.CREATE, Action.UPDATE, Action.SAME, Action.KEEP, Action.ADJUST,
)  # fmt: skip
NONE, FOREIGN, EDITED, SHAPE = Conflict.NONE, Conflict.FOREIGN, Conflict.EDITED, Conflict.SHAPE


@pytest.mark.parametrize(
    ("there", "written", "action", "conflict", "refused", "forced"),
    [
        # on disk, what we last wrote there (None: not ours) → without and with force
        (None, None, CREATE, NONE, False, CREATE),
        (None, OLD, CREATE, NONE, False, CREATE),
        (NEW, None, SAME, NONE, False, SAME),
        (NEW, NEW, SAME, NONE, False, SAME),
        (NEW, OLD, SAME, NONE, False, SAME),
        (OLD, OLD, UPDATE, NONE, False, UPDATE),
        (HAND, OLD, UPDATE, EDITED, True, UPDATE),
        (HAND, NEW, KEEP, EDITED, False, UPDATE),
        (HAND, None, UPDATE, FOREIGN, True, UPDATE),
        (link("/dev/null"), None, UPDATE, FOREIGN, True, UPDATE),
        (link("/dev/null"), OLD, UPDATE, EDITED, True, UPDATE),
        (link("/dev/null"), NEW, KEEP, EDITED, False, UPDATE),
        (DIRECTORY, None, UPDATE, SHAPE, True, None),
        (DIRECTORY, NEW, UPDATE, SHAPE, True, None),
        (DEVICE, None, UPDATE, SHAPE, True, None),
    ],
)
def test_files(
    there: bytes | Seen | None,
    written: bytes | None,
    action: Action,
    conflict: Conflict,
    refused: bool,
    forced: Action | None,
) -> None:
    """`forced` is the action with force, None when that does not help either."""
    wanted = Wanted(Artifact(Kind.UNIT, PATH, NEW.decode()), ("bot",), NEW)
    owned = None if written is None else Owned(Kind.UNIT, PATH, 0o644, digest(written))
    disk = Table({} if there is None else {PATH: there})
    change = judge(wanted, owned, disk, force=False)
    assert (change.action, change.conflict, change.refused) == (action, conflict, refused)
    again = judge(wanted, owned, disk, force=True)
    assert (None if again.refused else again.action) == forced


def test_a_mode_is_put_right() -> None:
    wanted = Wanted(Artifact(Kind.SECRET, PATH, mode=0o600), ("bot",), NEW)
    owned = Owned(Kind.SECRET, PATH, 0o600, digest(NEW))
    change = judge(wanted, owned, Table({PATH: NEW}, mode=0o644), force=False)
    assert (change.action, change.conflict) == (UPDATE, NONE)


@pytest.mark.parametrize(
    ("there", "written", "action", "conflict"),
    [
        (None, None, CREATE, NONE),
        (link("/a"), None, SAME, NONE),
        (link("/old"), b"/old", UPDATE, NONE),
        (link("/b"), b"/old", UPDATE, EDITED),
        (link("/b"), None, UPDATE, FOREIGN),
        (HAND, None, UPDATE, FOREIGN),
        (DIRECTORY, b"/a", UPDATE, SHAPE),
    ],
)
def test_links(
    there: bytes | Seen | None, written: bytes | None, action: Action, conflict: Conflict
) -> None:
    wanted = Wanted(Artifact(Kind.LINK, PATH, "/a"), ("bot",), b"/a")
    owned = None if written is None else Owned(Kind.LINK, PATH, 0o644, digest(written))
    change = judge(wanted, owned, Table({} if there is None else {PATH: there}), force=False)
    assert (change.action, change.conflict) == (action, conflict)
    assert change.refused == (conflict is not NONE)


@pytest.mark.parametrize(
    ("kind", "there", "ours", "action", "claimed"),
    [
        (Kind.LOG, None, False, CREATE, True),
        (Kind.LOG, HAND, False, SAME, False),
        (Kind.LOG, HAND, True, ADJUST, True),
        (Kind.LOG, link("/etc/shadow"), True, None, True),
        (Kind.LOG, DIRECTORY, True, None, True),
        (Kind.DIRECTORY, None, False, CREATE, True),
        (Kind.DIRECTORY, DIRECTORY, False, SAME, False),
        (Kind.DIRECTORY, DIRECTORY, True, ADJUST, True),
        (Kind.DIRECTORY, link("/data"), False, SAME, False),
        (Kind.DIRECTORY, HAND, True, None, True),
        (Kind.STATE, None, False, SAME, True),
        (Kind.STATE, DIRECTORY, False, SAME, False),
        (Kind.STATE, DIRECTORY, True, SAME, True),
    ],
)
def test_logs_and_directories(
    kind: Kind, there: bytes | Seen | None, ours: bool, action: Action | None, claimed: bool
) -> None:
    """`action` None: refused, whatever the force."""
    wanted = Wanted(Artifact(kind, PATH, mode=0o640), ("bot",), b"")
    owned = Owned(kind, PATH, 0o600, "") if ours else None
    disk = Table({} if there is None else {PATH: there}, mode=0o600)
    for force in (False, True):
        change = judge(wanted, owned, disk, force)
        assert (None if change.refused else change.action) == action
        assert change.claimed is claimed


def gone(kind: Kind, there: Mapping[str, bytes | Seen], **options: object) -> list[tuple[str, ...]]:
    owned = Owned(kind, PATH, 0o644, digest(OLD))
    inventory = Inventory({PATH: owned}, {"bot": (PATH,)})
    leaving = options.get("leaving", ())
    force = bool(options.get("force"))
    changes = removals(inventory, frozenset(), leaving, Table(there), force)  # type: ignore[arg-type]
    return [
        (item.path, item.action, item.conflict, "refused" if item.refused else "")
        for item in changes
    ]


def test_removals() -> None:
    unit = Kind.UNIT
    assert gone(unit, {}) == []
    assert gone(unit, {PATH: OLD}) == [(PATH, "remove", "", "")]
    assert gone(unit, {PATH: HAND}) == [(PATH, "remove", "edited", "refused")]
    assert gone(unit, {PATH: HAND}, force=True) == [(PATH, "remove", "edited", "")]
    assert gone(unit, {PATH: HAND}, leaving={"bot"}) == [(PATH, "remove", "edited", "")]
    assert gone(unit, {PATH: link("/dev/null")}) == [(PATH, "keep", "foreign", "")]
    assert gone(unit, {PATH: DIRECTORY}, leaving={"bot"}) == [(PATH, "keep", "foreign", "")]


def test_rotated_logs_go_with_the_log() -> None:
    names = {
        "": True, ".1": True, ".2.gz": True, ".10.zst": True, "-20260101": True,
        "-20260101-1700000000.gz": True, ".old": False, ".1.important": False, "2": False,
        ".gz": False, "-": False,
    }  # fmt: skip
    found = gone(Kind.LOG, {PATH + name: b"x" for name in names})
    assert {path.removeprefix(PATH) for path, *_ in found} == {
        n for n, ours in names.items() if ours
    }
    assert gone(Kind.LOG, {PATH: link("/etc/shadow")}) == []


def test_the_log_of_another_agent_is_no_rotation() -> None:
    paths = ("/var/log/bot", "/var/log/bot-1", "/var/log/bot-1.1")
    rows = {path: Owned(Kind.LOG, path, 0o640, "") for path in paths[:2]}
    inventory = Inventory(rows, {"bot": paths[:1], "bot-1": paths[1:2]})
    disk = Table(dict.fromkeys(paths, b"x"))
    bot = removals(inventory, {"/var/log/bot-1"}, {"bot"}, disk, force=False)
    assert [change.path for change in bot] == ["/var/log/bot"]
    other = removals(inventory, {"/var/log/bot"}, {"bot-1"}, disk, force=False)
    assert [change.path for change in other] == ["/var/log/bot-1", "/var/log/bot-1.1"]


def test_a_state_directory_goes_wherever_it_is() -> None:
    private = "/etc/systemd/system/private/bot.service"
    found = gone(Kind.STATE, {PATH: link("private/bot.service"), private: DIRECTORY})
    assert [path for path, *_ in found] == [PATH, private]
