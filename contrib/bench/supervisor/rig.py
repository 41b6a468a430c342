"""What the benches of the built-in supervisor share: floors in C, a supervisor of ours in a
directory of its own, and children that say when they run.

Every bench prints ratios of rows that were measured in one run, beside a floor and beside peers. On
a busy host run it as `chrt -f 5 …`: all that it starts then goes before what others run.
"""

import os
import select
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from pa_units.contracts import run_plan
from pa_units.contracts.refs import Scope
from pa_units.contracts.run_plan import Command, LogFile, RunPlan
from pa_units.drive import autostart, builtin
from pa_units.drive.errors import BusError

HERE = Path(__file__).parent
SCOPE = Scope.USER if os.getuid() else Scope.SYSTEM
PATIENCE = 60.0


@contextmanager
def workshop() -> Iterator[Path]:
    """A directory that every user can enter. Whatever runs in it or mentions it is killed, parents
    first: some start a child again as fast as it is killed."""
    path = Path(tempfile.mkdtemp(prefix="pa-bench-"))
    path.chmod(0o755)
    try:
        yield path
    finally:
        for number in (signal.SIGSTOP, *[signal.SIGKILL] * 5):
            for pid in sorted(mentioning(str(path))):
                with suppress(ProcessLookupError):
                    os.kill(pid, number)
            time.sleep(0.05)
        shutil.rmtree(path, ignore_errors=True)


def mentioning(words: str) -> list[int]:
    """Processes, not ourselves, with `words` in their command line, their environment, or the name
    of the directory that they are in."""
    found = []
    for name in os.listdir("/proc"):
        if name.isdigit() and int(name) not in (os.getpid(), os.getppid()):
            with suppress(OSError):
                text = Path(f"/proc/{name}/cmdline").read_bytes()
                place = os.readlink(f"/proc/{name}/cwd").encode()
                started = Path(f"/proc/{name}/environ").read_bytes()
                if words.encode() in b"\0".join((text, place, started)):
                    found.append(int(name))
    return found


def build(work: Path, *names: str) -> None:
    """Compile the programs in C."""
    for name in names:
        argv = ["gcc", "-O2", "-static", "-Wall", "-Wextra", str(HERE / f"{name}.c")]
        subprocess.run([*argv, "-o", str(work / name)], check=True)


def until(holds: Callable[[], object], what: str = "it") -> None:
    """Wait, without an effect on what is measured: a look each 5 ms."""
    end = time.monotonic() + PATIENCE
    while not holds():
        if time.monotonic() > end:
            raise SystemExit(f"{what} did not happen in {PATIENCE:.0f} s")
        time.sleep(0.005)


class Said(NamedTuple):
    """A child that runs."""

    name: str
    pid: int
    at: int
    """nanoseconds of CLOCK_MONOTONIC"""


class Ear:
    """Hears `hello`."""

    def __init__(self, work: Path) -> None:
        """Listen under a name that follows from `work`, so that the children mention it."""
        self.name = f"{work}/ear"
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 22)
        self._socket.bind(f"\0{self.name}")

    def command(self, work: Path, ident: str) -> list[str]:
        """Return what a supervisor is to run."""
        return [str(work / "hello"), self.name, ident]

    def hear(self, timeout: float = PATIENCE) -> Said | None:
        """Return the next one, None if none comes."""
        if not select.select([self._socket], [], [], timeout)[0]:
            return None
        name, pid, at = self._socket.recv(256).split()
        return Said(name.decode(), int(pid), int(at))

    def one(self, ident: str, timeout: float = PATIENCE) -> Said:
        """Return the next one of that name; others are dropped."""
        while said := self.hear(timeout):
            if said.name == ident:
                return said
        raise SystemExit(f"{ident} did not come up in {timeout:.0f} s")


class Subject(Protocol):
    """A supervisor that is measured."""

    name: str

    def configure(self, commands: dict[str, list[str]]) -> None:
        """Write down what it is to run."""

    def up(self) -> None:
        """Start it, without waiting."""

    def pid(self) -> int:
        """Return its main process."""

    def down(self) -> None:
        """End it, and all that it runs."""


class Ours:
    """The built-in supervisor with plans in a directory of its own."""

    name = "pa"

    def __init__(self, work: Path, **changes: Any) -> None:
        """`changes` to the plan of every agent."""
        self.home = work / f"pa{len(list(work.glob('pa*')))}"
        env = {"PA_HOME": str(self.home), "HOME": "/root", "PATH": os.defpath}
        self.env = autostart.environment(env)
        self.places = builtin.places_of(SCOPE, self.env)
        self.changes = changes
        self.process: subprocess.Popen[bytes] | None = None
        Path(run_plan.boot_directory(self.places)).mkdir(parents=True)
        Path(self.places.logs).mkdir(parents=True)

    def configure(self, commands: dict[str, list[str]], **changes: Any) -> None:
        """Install agents that start with the supervisor."""
        for name, words in commands.items():
            usual: dict[str, Any] = {
                "policy": "always",
                "first_delay": 0,
                "longest_delay": 0,
                "stdout": LogFile(f"{self.places.logs}/{name}.log"),
            }
            command = Command(words[0], tuple(words))
            plan = RunPlan(name, name, command)._replace(**usual | self.changes | changes)
            path = Path(run_plan.path_of(self.places, name))
            path.write_bytes(run_plan.encode(plan))
            (Path(run_plan.boot_directory(self.places)) / path.name).symlink_to(path)

    def up(self) -> None:
        """Start it."""
        self.process = subprocess.Popen(
            autostart.command(SCOPE), env=self.env, start_new_session=True
        )

    def answers(self) -> bool:
        """Is it there?"""
        with suppress(BusError):
            return builtin.hello(SCOPE, self.env) is not None
        return False

    def pid(self) -> int:
        """Return its pid."""
        assert self.process
        return self.process.pid

    def down(self) -> None:
        """End it."""
        if self.process and self.process.poll() is None:
            self.process.terminate()
            self.process.wait()


class Plain:
    """A floor: one process of ours that starts the others."""

    def __init__(self, name: str, argv: Callable[[dict[str, list[str]]], Sequence[str]]) -> None:
        self.name = name
        self._argv = argv
        self._words: Sequence[str] = ()
        self.process: subprocess.Popen[bytes] | None = None

    def configure(self, commands: dict[str, list[str]]) -> None:
        """Remember."""
        self._words = self._argv(commands)

    def up(self) -> None:
        """Start it."""
        self.process = subprocess.Popen(
            self._words,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    def pid(self) -> int:
        """Return its pid."""
        assert self.process
        return self.process.pid

    def down(self) -> None:
        """End it; what it runs is killed with the workshop."""
        if self.process:
            self.process.kill()
            self.process.wait()


def cpu_seconds(pid: int) -> float:
    """Return the time on a processor of a process so far (proc_pid_schedstat(5))."""
    return int(Path(f"/proc/{pid}/schedstat").read_text().split()[0]) / 1e9


def switches(pid: int) -> int:
    """Return how often a process went to sleep or was put aside."""
    text = Path(f"/proc/{pid}/status").read_text()
    return sum(int(line.split()[1]) for line in text.splitlines() if "ctxt_switches" in line)


def memory(pid: int) -> tuple[float, float]:
    """Return PSS and RSS in MB."""
    text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    figures = {line.split(":")[0]: int(line.split()[1]) for line in text.splitlines()[1:]}
    return figures["Pss"] / 1024, figures["Rss"] / 1024


def percentile(values: Sequence[float], share: float) -> float:
    """Return the value below which `share` of all lie, between two neighbours if need be."""
    ordered = sorted(values)
    at = (len(ordered) - 1) * share
    low = ordered[int(at)]
    return low + (ordered[min(int(at) + 1, len(ordered) - 1)] - low) * (at - int(at))


class Verdict:
    """Prints what is promised beside what was measured."""

    def __init__(self) -> None:
        """All holds so far."""
        self.good = True

    def at_most(self, what: str, value: float, limit: float) -> None:
        """A figure that must not be larger."""
        self._say(value <= limit, f"{what}: {value:.2f}, at most {limit:g}")

    def at_least(self, what: str, value: float, limit: float) -> None:
        """A figure that must not be smaller."""
        self._say(value >= limit, f"{what}: {value:.2f}, at least {limit:g}")

    def _say(self, holds: bool, words: str) -> None:
        self.good = self.good and holds
        print(f"  {'ok ' if holds else 'NO '} {words}", flush=True)
