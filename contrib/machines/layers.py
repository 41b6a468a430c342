"""Layers: what is installed on top of a root tree, made by running commands in an overlay of it."""

import shlex
import subprocess
from collections.abc import Sequence
from pathlib import Path

from machines.cache import remove_tree
from machines.errors import BenchError


def make_layer(
    draft: Path, root: Path, below: Sequence[Path], wheels: Path, commands: Sequence[Sequence[str]]
) -> None:
    """Run `commands` in `root` plus the layers `below`; what they write becomes `draft`.

    The directory `wheels` is /mnt inside. Raises BenchError when a command fails.
    """
    work, mount = draft.with_name(f"{draft.name}.work"), draft.with_name(f"{draft.name}.mount")
    for directory in (draft, work, mount):
        remove_tree(directory)
        directory.mkdir(parents=True)
        directory.chmod(0o755)
    lowers = ":".join(str(lower) for lower in (*reversed(below), root))
    options = f"lowerdir={lowers},upperdir={draft},workdir={work}"
    steps = [
        ["mount", "-t", "overlay", "-o", options, "overlay", str(mount)],
        ["mount", "--bind", str(wheels), f"{mount}/mnt"],
        *(["chroot", str(mount), *command] for command in commands),
    ]
    _run_apart(steps)
    remove_tree(work)
    remove_tree(mount)


def _run_apart(steps: Sequence[Sequence[str]]) -> None:
    """Run the steps in a mount namespace of their own, which takes the mounts with it."""
    done = subprocess.run(
        ["unshare", "--mount", "--", "sh", "-euc", "\n".join(shlex.join(step) for step in steps)],
        env={"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise BenchError(f"cannot make a layer:\n{done.stdout[-3000:]}")
