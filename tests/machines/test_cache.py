"""The cache of the bench: whole or not at all, built by one."""

import os
import threading
from pathlib import Path

import pytest

from machines import BenchError
from machines.cache import bench_dir, build_once


def test_interrupted_build_is_not_taken_for_finished(tmp_path: Path) -> None:
    def interrupted(draft: Path) -> None:
        draft.mkdir()
        (draft / "half").touch()
        raise KeyboardInterrupt

    def complete(draft: Path) -> None:
        draft.mkdir()
        (draft / "whole").touch()

    with pytest.raises(KeyboardInterrupt):
        build_once(tmp_path / "tree-1", interrupted)
    assert not (tmp_path / "tree-1").exists()
    assert os.listdir(build_once(tmp_path / "tree-1", complete)) == ["whole"]


def test_two_at_once_build_one(tmp_path: Path) -> None:
    builds = []
    release = threading.Event()

    def build(draft: Path) -> None:
        builds.append(draft)
        assert release.wait(10)
        draft.mkdir()

    threads = [threading.Thread(target=build_once, args=(tmp_path / "a-1", build)) for _ in "12"]
    for thread in threads:
        thread.start()
    release.set()
    for thread in threads:
        thread.join(10)
    assert len(builds) == 1
    assert (tmp_path / "a-1").is_dir()


def test_place(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("PA_BENCH_DIR", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert bench_dir() == tmp_path / "pa-units/bench"
    monkeypatch.setenv("PA_BENCH_DIR", "/srv/bench")
    assert bench_dir() == Path("/srv/bench")
    monkeypatch.setenv("PA_BENCH_DIR", "/srv/a:b")  # overlayfs would read it as two layers
    with pytest.raises(BenchError, match="cannot use /srv/a:b"):
        bench_dir()
