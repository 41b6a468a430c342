"""Run a command inside a running machine.

It gets a control group of the machine: logind of systemd 257 refuses callers outside of it
("Protocol driver not attached"), and a timeout can end the group with one write. Only the process
inside joins, not the nsenter that waits outside: systemd 252 reads a foreign pid as 0, and then
`systemctl status` shows no process at all.
"""

import itertools
import os
import shlex
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from machines import cgroups
from machines.errors import BenchError

PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
JOIN = 'echo 0 >&3; exec 3>&-; exec "$@"'  # 0 is the writer itself, see cgroups(7)
ENTER = (
    'exec 3>"$1/cgroup.procs"; pid=$2; shift 2; '
    f'exec nsenter --all --target "$pid" -- sh -euc \'{JOIN}\' join "$@"'
)
SHOWN = 4000  # characters of each stream in an error

_numbers = itertools.count(1)


class Command(NamedTuple):
    """What to run, and where: `pid` is the machine's PID 1, `payload` its root control group."""

    pid: int
    payload: Path
    argv: Sequence[str]
    user: str | None = None
    env: Mapping[str, str] | None = None
    cwd: str | None = None


def run(command: Command, text: str | None, timeout: float) -> subprocess.CompletedProcess[str]:
    """Run to the end, `text` on stdin. Raises BenchError after `timeout` seconds."""
    group = _make_group(command)
    process = _spawn(command, group, subprocess.DEVNULL if text is None else subprocess.PIPE)
    try:
        out, err = process.communicate(text, timeout)
    except subprocess.TimeoutExpired as late:
        cgroups.kill(group)
        out, err = process.communicate()
        words = f"{shlex.join(command.argv)} took more than {timeout} s{_shown(out, err)}"
        raise BenchError(words) from late
    finally:
        cgroups.discard(group)
    return subprocess.CompletedProcess(list(command.argv), process.returncode, out, err)


def start(command: Command) -> subprocess.Popen[str]:
    """Start and return; the three streams are pipes."""
    return _spawn(command, _make_group(command), subprocess.PIPE)


def interactive(command: Command) -> int:
    """Run on this terminal; returns the exit status."""
    group = _make_group(command)
    try:
        return subprocess.run(
            _host_argv(command, group), env=_environment(command), check=False
        ).returncode
    finally:
        cgroups.discard(group)


def report(machine: str, done: subprocess.CompletedProcess[str]) -> str:
    """What a failed command said, for an error."""
    words = f"{shlex.join(done.args)} exited with {done.returncode} in {machine}"
    return words + _shown(done.stdout, done.stderr)


def _shown(out: str, err: str) -> str:
    streams = (("stdout", out), ("stderr", err))
    return "".join(f"\n--- {name}\n{text[-SHOWN:]}" for name, text in streams if text)


def _spawn(command: Command, group: Path, stdin: int) -> subprocess.Popen[str]:
    return subprocess.Popen(
        _host_argv(command, group),
        env=_environment(command),
        stdin=stdin,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        errors="replace",
    )


def _make_group(command: Command) -> Path:
    group = command.payload / f"bench-{os.getpid()}-{next(_numbers)}"
    group.mkdir()
    return group


def _host_argv(command: Command, group: Path) -> list[str]:
    inside = list(command.argv)
    if command.cwd:
        inside = ["env", "-C", command.cwd, *inside]
    if command.user:
        user = command.user
        inside = ["setpriv", f"--reuid={user}", f"--regid={user}", "--init-groups", *inside]
    return ["sh", "-euc", ENTER, "enter", str(group), str(command.pid), *inside]


def _environment(command: Command) -> dict[str, str]:
    user = command.user or "root"
    fresh = {"PATH": PATH, "LANG": "C.UTF-8", "TERM": os.environ.get("TERM", "dumb")}
    login = {"HOME": _home(command.pid, user), "USER": user, "LOGNAME": user}
    return {**fresh, **login, **(command.env or {})}


def _home(pid: int, user: str) -> str:
    for line in Path(f"/proc/{pid}/root/etc/passwd").read_text().splitlines():
        fields = line.split(":")
        if fields[0] == user:
            return fields[5]
    raise BenchError(f"cannot run as {user}: the machine has no such user")
