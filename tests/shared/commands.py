"""`pa` as people run it, on a host of its own below PA_HOME, with the built-in supervisor."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

from pa_units.contracts.refs import Scope
from pa_units.contracts.scope import usual
from pa_units.drive import builtin
from pa_units.drive.errors import BusError
from pa_units.supervisor import tree

PATIENCE = 20.0


class Commands:
    """Runs command lines and reads what they say."""

    def __init__(self, home: Path) -> None:
        self.home = home
        home.chmod(0o755)
        self.env = {**os.environ, "PA_HOME": str(home), "NO_COLOR": "1", "COLUMNS": "200"}
        self.env.pop("PA_DRIVER", None)

    def pa(self, *words: str, code: int = 0, stdin: str = "", **env: str) -> CompletedProcess[str]:
        """Run `pa` and expect its exit code."""
        done = subprocess.run(
            [sys.executable, "-m", "pa_units", *words],
            env=self.env | env,
            input=stdin,
            text=True,
            capture_output=True,
            timeout=120,
            check=False,
        )
        said = f"pa {' '.join(words)}: {done.returncode}\n{done.stdout}{done.stderr}"
        assert done.returncode == code, said
        assert "Traceback" not in said, said
        return done

    def run(self, *argv: str) -> CompletedProcess[str]:
        """Run any program."""
        return subprocess.run(argv, env=self.env, text=True, capture_output=True, check=False)

    def spec(self, text: str, name: str = "agents.yaml") -> str:
        """Write a spec file; its path."""
        path = self.home / name
        path.write_text(text)
        return str(path)

    def status(self, *names: str) -> dict[str, dict[str, Any]]:
        """The items of `pa status --json`, by name."""
        done = subprocess.run(
            [sys.executable, "-m", "pa_units", "status", *names, "--json"],
            env=self.env,
            text=True,
            capture_output=True,
            check=False,
        )
        return {item["name"]: item for item in json.loads(done.stdout)}

    def reaches(self, name: str, state: str) -> dict[str, Any]:
        """Wait until an agent is in a state."""
        return self.until(
            lambda: (one := self.status(name)[name])["state"] == state and one, f"{name} {state}"
        )

    def until(self, holds: Callable[[], Any], what: str) -> Any:
        """Poll until something holds, and return it."""
        end = time.monotonic() + PATIENCE
        while not (found := holds()):
            assert time.monotonic() < end, f"in vain: {what}"
            time.sleep(0.1)
        return found

    def left(self) -> list[str]:
        """Every path below the home but specs."""
        found = sorted(str(path.relative_to(self.home)) for path in self.home.rglob("*"))
        return [path for path in found if not path.endswith(".yaml")]


@contextmanager
def commands(home: Path) -> Iterator[Commands]:
    """A host of which nothing is left afterwards."""
    found = Commands(home)
    try:
        yield found
    finally:
        _end(found)


def _end(host: Commands) -> None:
    scope: Scope = usual(os.getuid())
    with suppress(BusError):
        builtin.shut_down(scope, host.env)
    for unit in builtin.recorded(builtin.places_of(scope, host.env)).values():
        for run in (unit.run, unit.next_run):
            tree.kill_all(tree.Run(run, unit.pid))
