"""Run a program that mounts and writes below the cache, such that it cannot outlive its caller."""

import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from machines.errors import BenchError

# The mounts end with the mount namespace, the processes with the pid namespace, and both with this
# process: whoever gets the lock on a draft next may delete it.
APART = [
    *("setpriv", "--pdeathsig=KILL", "--"),
    *("unshare", "--mount", "--mount-proc", "--pid", "--fork", "--kill-child", "--"),
]


def run_apart(what: str, argv: Sequence[str], log: Path, env: Mapping[str, str]) -> None:
    """Run `argv` to the end, its output in the file `log`. Raises BenchError "cannot `what`"."""
    with log.open("w") as out:
        done = subprocess.run(
            [*APART, *argv],
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            check=False,
        )
    if done.returncode != 0:
        raise BenchError(f"cannot {what}:\n{log.read_text(errors='replace')[-3000:]}")
