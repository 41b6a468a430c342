"""The control groups of a machine on the host.

nspawn with --keep-unit makes `payload` and `supervisor` below the group it was started in, so two
machines started from one shell would see each other's services. Each machine gets a group of its
own, in every hierarchy that systemd looks at: the cgroup2 tree, and v1 `name=systemd` beside it.
"""

import os
import subprocess
import time
from pathlib import Path

MOUNT = Path("/sys/fs/cgroup")
POLL = 0.01  # s; halting takes 1 to 2 s


def unified() -> Path:
    """Mount point of the cgroup2 tree."""
    return MOUNT if (MOUNT / "cgroup.controllers").exists() else MOUNT / "unified"


def create(name: str) -> list[Path]:
    """Make the groups of machine `name`; a process joins by writing to `cgroup.procs` of each."""
    groups = [tree / name for tree in _hierarchies()]
    for group in groups:
        group.mkdir(exist_ok=True)
    return groups


def members(group: Path) -> list[int]:
    """Pids in `group` itself, [] when there is no such group."""
    try:
        return [int(pid) for pid in (group / "cgroup.procs").read_text().split()]
    except (FileNotFoundError, OSError):
        return []


def is_populated(group: Path) -> bool:
    """Whether a process lives in `group` or below."""
    try:
        return "populated 1" in (group / "cgroup.events").read_text()
    except OSError:
        return False


def wait_empty(group: Path, timeout: float) -> bool:
    """Wait up to `timeout` seconds until nothing lives in `group`."""
    end = time.monotonic() + timeout
    while is_populated(group):
        if time.monotonic() > end:
            return False
        time.sleep(POLL)
    return True


def kill(group: Path) -> None:
    """Kill everything in `group` at once (cgroup.kill of cgroups(7), Linux 5.14)."""
    if group.exists():
        (group / "cgroup.kill").write_text("1")


def remove(name: str) -> None:
    """Remove the groups of machine `name`; they must be empty."""
    for tree in _hierarchies():
        for directory, _, _ in os.walk(tree / name, topdown=False):
            Path(directory).rmdir()


def discard(group: Path) -> None:
    """Remove `group` if it is empty; a daemon that a command left behind may keep it."""
    try:
        group.rmdir()
    except OSError:
        return


def _hierarchies() -> list[Path]:
    if unified() == MOUNT:
        return [MOUNT]
    return [
        _mounted(MOUNT / "unified", "cgroup2", "rw"),
        _mounted(MOUNT / "systemd", "cgroup", "none,name=systemd"),
    ]


def _mounted(tree: Path, kind: str, options: str) -> Path:
    """`tree`, mounted now where the host (one without systemd) has not done it."""
    if not tree.is_mount():
        tree.mkdir(exist_ok=True)
        subprocess.run(["mount", "-t", kind, "-o", options, kind, str(tree)], check=True)
    return tree
