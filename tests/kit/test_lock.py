"""One at a time, whatever happens to the lock's own file."""

import os
from pathlib import Path

import pytest

from pa_units.kit import lock
from pa_units.kit.errors import PaError


def test_directories_are_made_and_told(tmp_path: Path) -> None:
    with lock.held("/a/b/lock", 1, str(tmp_path)) as made:
        assert made == ("/a", "/a/b")
    with lock.held("/a/b/lock", 1, str(tmp_path)) as made:
        assert made == ()


def test_it_is_free_again_after_an_error(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), lock.held("/lock", 1, str(tmp_path)):
        _ = 1 / 0
    with lock.held("/lock", 0, str(tmp_path)):
        pass


def test_the_holder_is_named(tmp_path: Path) -> None:
    with (
        lock.held("/lock", 1, str(tmp_path)),
        pytest.raises(PaError, match=rf"cannot lock {tmp_path}/lock: .* is at work"),
        lock.held("/lock", 0.1, str(tmp_path)),
    ):
        pass


def test_a_lock_without_a_name_is_no_lock(tmp_path: Path) -> None:
    """Its file is removed and made anew while somebody waits: both would hold one."""
    with lock.held("/lock", 1, str(tmp_path)):
        (tmp_path / "lock").unlink()
        with (
            lock.held("/lock", 1, str(tmp_path)),
            pytest.raises(PaError),
            lock.held("/lock", 0.1, str(tmp_path)),
        ):
            pass


def test_a_planted_symlink_is_not_opened(tmp_path: Path) -> None:
    (tmp_path / "lock").symlink_to("elsewhere")
    with pytest.raises(PaError, match="it is a symlink"), lock.held("/lock", 1, str(tmp_path)):
        pass
    assert not (tmp_path / "elsewhere").exists()


def test_a_dangling_directory_is_an_error_not_a_loop(tmp_path: Path) -> None:
    (tmp_path / "state").symlink_to("nowhere")
    with pytest.raises(PaError, match="cannot lock"), lock.held("/state/lock", 1, str(tmp_path)):
        pass


@pytest.mark.skipif(not os.path.exists("/proc/locks"), reason="no proc_locks(5)")
def test_the_kernel_knows_the_holder(tmp_path: Path) -> None:
    with lock.held("/lock", 1, str(tmp_path)):
        fd = os.open(tmp_path / "lock", os.O_RDWR)
        name = lock._holder(fd)
        os.close(fd)
    assert name == "another pa" or name.endswith(f"(pid {os.getpid()})")
