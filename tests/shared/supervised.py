"""A real supervisor with real agents in a directory of their own."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pa_units.contracts import run_plan
from pa_units.contracts.control import Reply, Request
from pa_units.contracts.refs import Scope
from pa_units.contracts.run_plan import Command, LogFile, RunPlan
from pa_units.contracts.run_state import Unit
from pa_units.contracts.status import State
from pa_units.drive import autostart, builtin
from pa_units.drive.errors import BusError
from pa_units.supervisor import tree
from pa_units.supervisor.fd_holder import FdHolder

PYTHON = "/usr/bin/python3" if os.path.exists("/usr/bin/python3") else sys.executable
"""One that every user may execute."""

PATIENCE = 20.0


def until(holds: Callable[[], Any], seconds: float = PATIENCE) -> Any:
    """Poll until something holds, and return it; fail when it does not in time."""
    end = time.monotonic() + seconds
    while not (found := holds()):
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.01)
    return found


class Host:
    """Plans, a supervisor, and what can be asked of it."""

    def __init__(self, home: Path) -> None:
        self.home = home
        home.chmod(0o755)
        self.env = {"PA_HOME": str(home), "HOME": "/root", "PATH": os.defpath}
        self.places = builtin.places_of(Scope.SYSTEM, self.env)
        self.logs = Path(self.places.logs)
        self.process: subprocess.Popen[bytes] | None = None
        Path(run_plan.boot_directory(self.places)).mkdir(parents=True)
        self.logs.mkdir(parents=True)

    # Plans.

    def add(self, name: str, *words: str, boot: bool = True, **changes: Any) -> RunPlan:
        """Install an agent that runs `words`, or a shell script if it is one word."""
        argv = words if len(words) > 1 else ("/bin/sh", "-c", words[0])
        usual = {"stdout": LogFile(str(self.logs / f"{name}.log")), "first_delay": 50}
        plan = RunPlan(name, name, Command(argv[0], tuple(argv)))._replace(**usual | changes)
        self.write(plan, boot=boot)
        return plan

    def python(self, name: str, script: str, **changes: Any) -> RunPlan:
        """Install an agent that runs a script of Python."""
        return self.add(name, PYTHON, "-I", "-S", "-u", "-c", script, **changes)

    def write(self, plan: RunPlan, *, boot: bool = True) -> None:
        path = Path(run_plan.path_of(self.places, plan.unit))
        path.write_bytes(run_plan.encode(plan))
        link = Path(run_plan.boot_directory(self.places)) / f"{plan.unit}.json"
        if boot and not link.is_symlink():
            link.symlink_to(path)

    def remove(self, name: str) -> None:
        Path(run_plan.path_of(self.places, name)).unlink()
        (Path(run_plan.boot_directory(self.places)) / f"{name}.json").unlink(missing_ok=True)

    # The supervisor.

    def up(self) -> int:
        """Start a supervisor and wait until it answers."""
        argv = autostart.command(Scope.SYSTEM)
        self.process = subprocess.Popen(argv, env=self.env, start_new_session=True)
        until(lambda: self.answers() or self._fail_if_ended())
        return self.process.pid

    def _fail_if_ended(self) -> None:
        assert self.process and self.process.poll() is None, self.event_log()

    def answers(self) -> bool:
        try:
            return builtin.hello(Scope.SYSTEM, self.env) is not None
        except BusError:
            return False

    def kill(self) -> None:
        """kill -9 of the supervisor."""
        assert self.process
        self.process.kill()
        self.process.wait()

    def down(self) -> int:
        """End it as an init system would; return its exit code."""
        assert self.process
        self.process.terminate()
        return self.process.wait(PATIENCE)

    def event_log(self) -> str:
        path = Path(self.places.state) / "supervisor" / "log"
        return path.read_text() if path.exists() else ""

    # Asking.

    def ask(self, verb: str, *units: str, **more: Any) -> Reply:
        with builtin.connection(Scope.SYSTEM, self.env) as supervisor:
            return supervisor.ask(Request(0, verb, units, **more))

    def unit(self, name: str) -> Unit:
        return self.ask("status", name).units[name]

    def state(self, name: str) -> State:
        return self.unit(name).state

    def reaches(self, name: str, state: State, **also: Any) -> Unit:
        """Wait until a unit is in a state, and other fields have their values."""

        def there() -> Unit | None:
            unit = self.unit(name)
            same = all(getattr(unit, field) == value for field, value in also.items())
            return unit if unit.state is state and same else None

        found: Unit = until(there)
        return found

    def runs(self, name: str) -> Unit:
        return self.reaches(name, State.RUNNING)

    def log(self, name: str) -> str:
        path = self.logs / f"{name}.log"
        return path.read_text() if path.exists() else ""

    def says(self, name: str, words: str) -> str:
        """Wait until an agent has printed something."""
        until(lambda: words in self.log(name))
        return self.log(name)


def _pids() -> list[int]:
    return [int(name) for name in os.listdir("/proc") if name.isdigit()]


def _read(pid: int, what: str) -> bytes:
    try:
        return Path(f"/proc/{pid}/{what}").read_bytes()
    except OSError:
        return b""


def alive(pid: int) -> bool:
    """Does a process live? One that nobody has reaped does not."""
    fields = _read(pid, "stat").rpartition(b")")[2].split()
    return bool(fields) and fields[0] not in (b"Z", b"X")


def with_word(word: str) -> list[int]:
    """Living processes with a word in their command line."""
    return [pid for pid in _pids() if word.encode() in _read(pid, "cmdline") and alive(pid)]


@contextmanager
def host(home: Path) -> Iterator[Host]:
    """A host of which nothing is left afterwards."""
    found = Host(home)
    try:
        yield found
    finally:
        if found.process and found.process.poll() is None:
            found.process.kill()
            found.process.wait()
        for unit in builtin.recorded(found.places).values():
            for run in (unit.run, unit.next_run):
                tree.kill_all(tree.Run(run, unit.pid))
        fd_holder = FdHolder(f"{found.places.state}/supervisor/pipes", print)
        fd_holder.end_others()
