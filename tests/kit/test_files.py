"""Atomic files: replaced as a whole, never through a symlink."""

import errno
import os
import stat
from pathlib import Path

import pytest

from pa_units.kit import files
from pa_units.kit.errors import PaError, PermissionProblem


def test_what_is_staged_has_its_mode_whatever_the_umask(tmp_path: Path) -> None:
    before = os.umask(0o777)
    try:
        files.stage("/x", b"data", 0o664, root=str(tmp_path))
        files.make_directory("/d", 0o755, root=str(tmp_path))
    finally:
        os.umask(before)
    assert (tmp_path / "x").read_bytes() == b"data"
    assert stat.S_IMODE((tmp_path / "x").stat().st_mode) == 0o664
    assert stat.S_IMODE((tmp_path / "d").stat().st_mode) == 0o755


def test_nothing_is_staged_over_or_through_anything(tmp_path: Path) -> None:
    (tmp_path / "target").write_text("precious")
    (tmp_path / "link").symlink_to("target")
    (tmp_path / "dangling").symlink_to("made")
    for name in ("/target", "/link", "/dangling"):
        with pytest.raises(PaError, match=f"cannot write {tmp_path}{name}"):
            files.stage(name, b"x", 0o644, root=str(tmp_path))
    assert (tmp_path / "target").read_text() == "precious"
    assert not (tmp_path / "made").exists()


def test_a_secret_is_never_readable_in_between(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    modes: list[int] = []
    real = os.write

    def write(fd: int, data: memoryview) -> int:
        modes.append(stat.S_IMODE(os.fstat(fd).st_mode))
        return real(fd, data)

    monkeypatch.setattr(os, "write", write)
    files.stage("/x", b"secret", 0o644, root=str(tmp_path))
    assert modes == [0o600]


def test_short_writes_are_continued(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = os.write
    monkeypatch.setattr(os, "write", lambda fd, data: real(fd, data[:3]))
    files.stage("/x", b"0123456789", 0o644, root=str(tmp_path))
    assert (tmp_path / "x").read_bytes() == b"0123456789"


def test_settle_gives_way_to_what_is_there(tmp_path: Path) -> None:
    root = str(tmp_path)
    files.stage("/t1", b"", 0o644, root=root)
    assert files.settle("/t1", "/log", root)
    (tmp_path / "log").write_text("a line\n")
    files.stage("/t2", b"", 0o644, root=root)
    assert not files.settle("/t2", "/log", root)
    assert not files.settle("/t2", "/log", root)  # nothing left to settle
    assert (tmp_path / "log").read_text() == "a line\n"
    assert os.listdir(tmp_path) == ["log"]


def test_removals_are_idempotent(tmp_path: Path) -> None:
    root = str(tmp_path)
    (tmp_path / "d").mkdir()
    (tmp_path / "d/f").write_text("x")
    assert not files.remove_directory("/d", root)
    assert files.remove("/d/f", root)
    assert not files.remove("/d/f", root)
    assert files.remove_directory("/d", root)
    assert not files.remove_directory("/d", root)
    assert not files.remove("/d/f", root)
    assert files.read_if_present("/d/f", root) is None


def test_a_tree_is_removed_without_what_its_links_point_to(tmp_path: Path) -> None:
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside/precious").write_text("x")
    (tmp_path / "tree/deep").mkdir(parents=True)
    (tmp_path / "tree/deep/link").symlink_to("../../outside")
    (tmp_path / "link").symlink_to("outside")
    for path in ("/tree", "/tree", "/link"):
        files.remove_tree(path, str(tmp_path))
    assert os.listdir(tmp_path) == ["outside"]
    assert (tmp_path / "outside/precious").exists()


def test_attributes_are_not_set_through_a_link(tmp_path: Path) -> None:
    (tmp_path / "target").write_text("")
    (tmp_path / "target").chmod(0o600)
    (tmp_path / "link").symlink_to("target")
    os.mkfifo(tmp_path / "pipe")
    assert not files.set_attributes("/link", 0o666, root=str(tmp_path))
    assert not files.set_attributes("/none", 0o666, root=str(tmp_path))
    assert files.set_attributes(
        "/pipe", 0o640, root=str(tmp_path)
    )  # and does not wait for a writer
    assert stat.S_IMODE((tmp_path / "target").stat().st_mode) == 0o600


def test_write_whole_leaves_the_old_file_when_it_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = str(tmp_path)
    files.write_whole("/x", b"old", 0o600, root=root)

    def full(fd: int) -> None:
        raise OSError(errno.ENOSPC, "full")

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", full)
        with pytest.raises(PaError, match="no space left on the device"):
            files.write_whole("/x", b"new", 0o600, root=root)
    assert (tmp_path / "x").read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["x"]
    files.write_whole("/x", b"new", 0o640, root=root)
    assert (tmp_path / "x").read_bytes() == b"new"
    assert stat.S_IMODE((tmp_path / "x").stat().st_mode) == 0o640


def test_a_link_is_replaced_in_one_step(tmp_path: Path) -> None:
    files.replace_link("/l", "one", str(tmp_path))
    files.replace_link("/l", "two", str(tmp_path))
    assert os.readlink(tmp_path / "l") == "two"
    assert os.listdir(tmp_path) == ["l"]


@pytest.mark.parametrize(
    ("number", "kind", "words"),
    [
        (errno.EACCES, PermissionProblem, "permission denied"),
        (errno.EPERM, PermissionProblem, "operation not permitted"),
        (errno.EROFS, PaError, "the file system is read-only"),
        (errno.EIO, PaError, "input/output error"),
    ],
)
def test_errors_name_the_file_and_the_reason(number: int, kind: type[PaError], words: str) -> None:
    error = files.cannot("write", "/etc/x", OSError(number, "?"))
    assert type(error) is kind
    assert error.message == f"cannot write /etc/x: {words}"


def test_temporary_names_fit_and_are_passed_over() -> None:
    temp = files.temp_beside("/etc/logrotate.d/" + "n" * 255, "0123456789abcdef")
    name = temp.rpartition("/")[2]
    assert temp.startswith("/etc/logrotate.d/.n")
    assert name.endswith("~") and len(name) <= 255


def test_missing_directories_are_outermost_first(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    assert files.missing_directories("/a/b/c", str(tmp_path)) == ("/a/b", "/a/b/c")
    assert files.missing_directories("/a", str(tmp_path)) == ()
