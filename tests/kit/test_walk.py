"""Which paths root may trust."""

import os
from pathlib import Path

import pytest

from pa_units.kit import walk
from pa_units.kit.walk import LOG_DIRECTORY, unsafe_reason

ME = os.geteuid()
root_only = pytest.mark.skipif(ME != 0, reason="only root gives files away")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    place = tmp_path / "root"
    (place / "var/log/app").mkdir(parents=True)
    for directory in (place, place / "var", place / "var/log", place / "var/log/app"):
        directory.chmod(0o755)
    return place


def reason(root: Path, path: str, uids: tuple[int, ...] = (ME,), **options: object) -> str:
    return unsafe_reason(path, uids, str(root), **options)  # type: ignore[arg-type]


def test_all_of_ones_own(root: Path) -> None:
    (root / "var/log/app/x.log").write_text("")
    for path in ("/", "/var", "/var/log/app", "/var/log/app/x.log", "/var//log/./app/"):
        assert reason(root, path) == ""


def test_what_does_not_exist_yet(root: Path) -> None:
    assert reason(root, "/var/log/app/later/x.log") == ""
    assert reason(root, "/srv/later") == ""


@pytest.mark.parametrize(
    ("path", "mode", "words"),
    [
        ("var/log/app", 0o777, "/var/log/app is writable by everyone"),
        ("var/log/app", 0o1777, "/var/log/app is writable by everyone"),
        ("var", 0o757, "/var is writable by everyone"),
        ("", 0o757, "/ is writable by everyone"),
    ],
)
def test_others_may_write(root: Path, path: str, mode: int, words: str) -> None:
    (root / path).chmod(mode)
    assert reason(root, "/var/log/app/x.log") == words


def test_symlinks(root: Path) -> None:
    (root / "var/log/link").symlink_to("app")
    (root / "var/log/app/x.log").symlink_to("/etc/shadow")
    assert reason(root, "/var/log/link/x.log") == "/var/log/link is a symlink"
    assert reason(root, "/var/log/link") == "/var/log/link is a symlink"
    assert reason(root, "/var/log/app/x.log") == "/var/log/app/x.log is a symlink"


def test_a_file_on_the_way(root: Path) -> None:
    (root / "var/log/file").write_text("")
    assert reason(root, "/var/log/file/x") == "/var/log/file is not a directory"


@pytest.mark.parametrize("path", ["relative", "", "/var/../etc"])
def test_paths_that_mean_something_else(root: Path, path: str) -> None:
    assert "is not an absolute path" in reason(root, path)


@root_only
def test_owners(root: Path) -> None:
    os.chown(root / "var/log/app", 65534, 0)
    assert reason(root, "/var/log/app/x", (0,)) == "/var/log/app belongs to nobody"
    assert reason(root, "/var/log/app/x", (0, 65534)) == ""
    os.chown(root / "var/log/app", 54321, 0)
    assert reason(root, "/var/log/app", (0,)) == "/var/log/app belongs to uid 54321"


@root_only
def test_groups(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = root / "var/log/app"
    os.chown(app, 0, 4)
    app.chmod(0o775)
    assert reason(root, "/var/log/app", (0,)) == "/var/log/app is writable by the group adm"
    monkeypatch.setattr(walk, "_private", lambda gid, uid: (gid, uid) == (4, 0))
    assert reason(root, "/var/log/app", (0,)) == ""


def test_the_private_group_of_a_user(monkeypatch: pytest.MonkeyPatch) -> None:
    import grp
    import pwd

    class User:
        def __init__(self, name: str, uid: int, gid: int) -> None:
            self.pw_name, self.pw_uid, self.pw_gid = name, uid, gid

    class Group:
        def __init__(self, *members: str) -> None:
            self.gr_mem = list(members)

    users = [User("kbot", 1000, 1000), User("eve", 1001, 1001), User("guest", 1002, 1001)]
    groups = {1000: Group(), 1001: Group("eve"), 1002: Group("kbot", "eve"), 1003: Group("kbot")}
    monkeypatch.setattr(pwd, "getpwall", lambda: users)
    monkeypatch.setattr(pwd, "getpwuid", lambda uid: next(u for u in users if u.pw_uid == uid))
    monkeypatch.setattr(grp, "getgrgid", lambda gid: groups[gid])
    walk._private.cache_clear()
    try:
        private = {gid: walk._private(gid, 1000) for gid in groups}
        assert private == {1000: True, 1001: False, 1002: False, 1003: True}
        assert not walk._private(1001, 1001)  # the guest has it as well
        assert not walk._private(4242, 1000)  # nobody knows who is in it
    finally:
        walk._private.cache_clear()


@root_only
def test_the_log_directory_of_a_distribution_may_be_trusted(root: Path) -> None:
    os.chown(root / "var/log", 0, 4)  # root:syslog 0775, as on Ubuntu
    (root / "var/log").chmod(0o775)
    path = "/var/log/app/x.log"
    assert reason(root, path, (0,)) == "/var/log is writable by the group adm"
    assert reason(root, path, (0,), trusted_paths=[LOG_DIRECTORY]) == ""
    (root / "var/log/app").chmod(0o777)
    assert "/var/log/app" in reason(root, path, (0,), trusted_paths=[LOG_DIRECTORY])
    (root / "var/log2").mkdir()
    (root / "var/log2/app").mkdir()
    (root / "var/log").rename(root / "var/log3")
    (root / "var/log").symlink_to("log2")
    assert reason(root, path, (0,), trusted_paths=[LOG_DIRECTORY]) == "/var/log is a symlink"


def test_the_real_root() -> None:
    assert unsafe_reason("/tmp/x", (0,)) == "/tmp is writable by everyone"
    assert unsafe_reason("/etc/hostname-that-is-not-there", (0,)) == ""
