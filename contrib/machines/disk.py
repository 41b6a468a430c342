"""The disk of one machine: a small copy plus overlays on what is large and seldom written.

/usr and /opt are overlays on the cached root tree and layers; everything else is a real copy of
about 10 MB (0.05 s), so /etc, /var, /home and /srv behave as on any ext4 or xfs: statfs(2) does not
say overlayfs there, and rename(2) of a directory works.
"""

import fcntl
import subprocess
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO

from machines.cache import locked, remove_tree, runs_dir
from machines.errors import BenchError

OVERLAID = ("usr", "opt")


class Disk:
    """Files of one machine below `home`. They survive halts and power cuts, but not their owner:
    when the process that made them is gone, `orphans` names them, unless they are kept."""

    def __init__(self, home: Path, lowers: Sequence[Path], owner: IO[str] | None = None) -> None:
        self.home = home
        self.root = home / "root"
        self._lowers = lowers
        self._owner = owner

    @classmethod
    def create(cls, name: str, root: Path, layers: Sequence[Path] = ()) -> "Disk":
        """A new disk, `layers` (lowest first) on top of the cached `root`. Raises BenchError when
        there is a machine of that name."""
        home, lowers = runs_dir() / name, [*reversed(layers), root]
        with locked(runs_dir() / ".lock"):
            if home.exists():
                raise BenchError(f"cannot make machine {name}: there is one")
            home.mkdir()
            (home / "lowers").write_text("\n".join(str(lower) for lower in lowers))
            owner = (home / "owner").open("w")
            fcntl.flock(owner, fcntl.LOCK_EX)
        disk = cls(home, lowers, owner)
        disk._fill()
        return disk

    @classmethod
    def open(cls, name: str) -> "Disk":
        """The disk of a machine that another process made. Raises BenchError if there is none."""
        home = runs_dir() / name
        try:
            lowers = [Path(line) for line in (home / "lowers").read_text().splitlines()]
        except FileNotFoundError:
            raise BenchError(f"there is no machine {name}") from None
        return cls(home, lowers)

    def keep(self) -> None:
        """Let the machine outlive this process."""
        (self.home / "kept").touch()
        self._disown()

    def mounts(self) -> list[list[str]]:
        """The mount commands to run in the mount namespace of the machine, before it boots."""
        return [
            ["mount", "-t", "overlay", "-o", self._options(part), "overlay", str(self.root / part)]
            for part in OVERLAID
        ]

    def remove(self) -> None:
        """Delete the files; the machine must be down."""
        remove_tree(self.home)
        self._disown()

    def _fill(self) -> None:
        self.root.mkdir()
        self.root.chmod(0o755)
        copied = [str(path) for path in self._lowers[-1].iterdir() if path.name not in OVERLAID]
        subprocess.run(["cp", "-a", "--reflink=auto", *copied, str(self.root)], check=True)
        for part in OVERLAID:
            for directory in (self.root / part, self._upper(part), self._work(part)):
                directory.mkdir(parents=True)
                directory.chmod(0o755)

    def _options(self, part: str) -> str:
        lowers = [str(lower / part) for lower in self._lowers if (lower / part).is_dir()]
        upper, work = self._upper(part), self._work(part)
        return f"lowerdir={':'.join(lowers)},upperdir={upper},workdir={work}"

    def _upper(self, part: str) -> Path:
        return self.home / "upper" / part

    def _work(self, part: str) -> Path:
        return self.home / "work" / part

    def _disown(self) -> None:
        if self._owner:
            self._owner.close()
            self._owner = None


def names() -> list[str]:
    """All machines there are, of any process."""
    return sorted(path.parent.name for path in runs_dir().glob("*/lowers"))


def remove_orphans(remove: Callable[[str], None]) -> None:
    """Call `remove(name)` for every machine whose owner is gone, say by `kill -9`.

    One whose processes hang in the kernel cannot be removed now, and hinders no other.
    """
    with locked(runs_dir() / ".lock"):
        for name in names():
            if _is_orphan(runs_dir() / name):
                with suppress(OSError):
                    remove(name)


def _is_orphan(home: Path) -> bool:
    """The kernel drops the lock with its process, whatever ends it."""
    if (home / "kept").exists():
        return False
    try:
        with (home / "owner").open() as owner:
            fcntl.flock(owner, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, FileNotFoundError):
        return False
    return True
