"""Where the bench keeps its files, and how they get there whole or not at all."""

import fcntl
import os
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from machines.errors import BenchError

# Both separate overlay layers in mount options, see fs/overlayfs documentation of the kernel.
RESERVED = frozenset(":,\\")


def bench_dir() -> Path:
    """`$PA_BENCH_DIR`, else the user's cache; it must lie on a file system that overlayfs can write
    to, such as ext4 or xfs. Raises BenchError for a path that mount options cannot carry."""
    chosen = os.environ.get("PA_BENCH_DIR")
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    path = Path(chosen) if chosen else cache / "pa-units" / "bench"
    if RESERVED & set(str(path)):
        raise BenchError(f"cannot use {path} for the bench: it has one of `: , \\` in it")
    return path.absolute()


def runs_dir() -> Path:
    """One directory per machine that exists now."""
    return bench_dir() / "runs"


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold an exclusive lock on `path`, waiting for whoever has it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def build_once(final: Path, build: Callable[[Path], None]) -> Path:
    """Return `final`, made by `build(draft)` unless it exists.

    Only one process builds. The draft is renamed when it is complete and on disk, so an interrupted
    build leaves nothing that a later one would take for finished.
    """
    if final.exists():
        return final
    kind = final.name.partition("-")[0]
    with locked(final.parent / f".{kind}.lock"):
        if not final.exists():
            draft = final.parent / f".{final.name}.draft"
            remove_tree(draft)
            build(draft)
            subprocess.run(["sync", "-f", str(draft)], check=True)
            draft.rename(final)
    return final


def remove_tree(path: Path) -> None:
    """Remove `path`, but nothing that is mounted below it."""
    subprocess.run(["rm", "-rf", "--one-file-system", "--", str(path)], check=True)
