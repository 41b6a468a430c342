"""Layers: what is installed on top of a root tree, made by running commands in an overlay of it."""

import shlex
from collections.abc import Sequence
from pathlib import Path

from machines.apart import run_apart
from machines.cache import remove_tree

ENVIRONMENT = {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/"}


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
    script = "\n".join(shlex.join(step) for step in steps)
    log = draft.with_name(f"{draft.name}.log")
    run_apart("make a layer", ["sh", "-euc", script], log, ENVIRONMENT)
    for rest in (work, mount, log):
        remove_tree(rest)
