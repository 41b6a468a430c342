"""`demo`: a real agent from install to uninstall, every step read back."""

import json
import os
import shutil
import signal
import socket
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import click

import pa_units
from pa_units.cli import out
from pa_units.contracts.drivers import BUILTIN
from pa_units.kit.errors import PaError
from pa_units.kit.processes import Done, run
from pa_units.kit.render import render, static_text
from pa_units.observe.facts import SEARCH_PATH, systemd_version

_PACKAGE = os.path.dirname(os.path.dirname(os.path.abspath(pa_units.__file__)))
_DELAY_S = 1.0
"""What the spec says of the first restart."""
_PATIENCE_S = 20.0
_OTHER_SYSTEMD = 257
"""Whose units are shown where no systemd is installed."""


_PA = (sys.executable, "-P", "-m", "pa_units")
"""-P: a pa_units/ in the working directory is not ours."""


class _Quoted(str):
    """Text that a quoting function made."""

    __slots__ = ()


class Stage(NamedTuple):
    """Where it plays."""

    home: str
    port: int

    @property
    def spec(self) -> str:
        """The spec file."""
        return f"{self.home}/hello.yaml"


@click.command()
@click.option("--keep", is_flag=True, help="Leave the agent running.")
def demo(keep: bool) -> None:
    """Show what pa does: a small HTTP server under the built-in supervisor, in a fresh directory.

    Each command is printed before it is run, and each step is read back. Nothing outside of that
    directory changes.
    """
    with _stage() as stage:
        _install(stage)
        _look(stage)
        _crash(stage)
        _explain(stage)
        if keep:
            _say_how_to_go_on(stage)
        else:
            _end(stage)
    if not keep:
        shutil.rmtree(stage.home)
        out.line("Every step was read back, and nothing is left.")


@contextmanager
def _stage() -> Iterator[Stage]:
    """A fresh directory; if a step fails, nothing runs on in it."""
    stage = Stage(tempfile.mkdtemp(prefix="pa-demo-", dir="/tmp"), _free_port())
    os.chmod(stage.home, 0o755)  # noqa: S103 (root's agents run as users of their own)
    _write(f"{stage.home}/hello.py", static_text("demo/hello.py"))
    words = {"python": _python(), "program": f"{stage.home}/hello.py", "port": str(stage.port)}
    quoted = {name: _Quoted(json.dumps(word)) for name, word in words.items()}
    _write(stage.spec, render("demo/hello.yaml.j2", _Quoted, **quoted))
    try:
        yield stage
    except BaseException:
        _pa(stage, "uninstall", "--all", "--purge")
        shutil.rmtree(stage.home)
        raise


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


def _python() -> str:
    """One that every user may run, if there is one."""
    return "python3" if shutil.which("python3", path=SEARCH_PATH) else sys.executable


def _write(path: str, text: str) -> None:
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)


def _install(stage: Stage) -> None:
    out.line(f"An agent in {stage.home}/, where everything of this demo stands:\n")
    _shown(f"cat {stage.spec}", run(["cat", stage.spec]))
    _told(stage, "install", stage.spec)
    _expect("it answers on its port", lambda: _answer(stage))


def _look(stage: Stage) -> None:
    _told(stage, "status")
    _expect("it runs", lambda: _status(stage)["state"] == "running")
    _told(stage, "logs", "hello", "-n", "5")


def _crash(stage: Stage) -> None:
    before = int(_status(stage)["pid"])
    out.line(f"$ kill -9 {before}")
    os.kill(before, signal.SIGKILL)
    killed = time.time()
    _told(stage, "status", "hello", code=3)
    _expect("it comes back", lambda: _status(stage)["pid"] not in (0, before))
    now = _status(stage)
    gap = now["since_us"] / 1e6 - killed
    _expect("its delay has passed before", lambda: gap >= _DELAY_S - 0.1)
    out.line(f"restarted after {gap:.1f} s as pid {now['pid']}, and answers again:")
    out.line(f"  {_expect('it answers again', lambda: _answer(stage))}\n")


def _explain(stage: Stage) -> None:
    _told(stage, "explain", stage.spec)
    out.line("Where systemd is PID 1, the same spec becomes this unit:\n")
    target = ["--target", "systemd"] if _has_systemd() else ["--for", f"systemd={_OTHER_SYSTEMD}"]
    words = ["compile", *target, "-o", f"{stage.home}/units", stage.spec]
    done = run([*_PA, *words], env={"PYTHONPATH": _PACKAGE})
    _shown(" ".join(("pa", *words)), done)
    path = next(line for line in done.out.decode().splitlines() if line.endswith("/hello.service"))
    _shown(f"cat {path}", run(["cat", path]))


def _has_systemd() -> bool:
    try:
        return systemd_version() > 0
    except PaError:
        return False


def _end(stage: Stage) -> None:
    pid = int(_status(stage)["pid"])
    _told(stage, "uninstall", "hello", "--purge")
    _expect("its process is gone", lambda: not os.path.exists(f"/proc/{pid}"))
    _expect("its supervisor has ended", lambda: _pa(stage, "supervisor", "status").code == 3)


def _say_how_to_go_on(stage: Stage) -> None:
    out.line("It goes on running. In this shell:\n")
    out.line(f"  export PA_HOME={stage.home}")
    out.line(f"  curl localhost:{stage.port}; pa status; pa logs hello -f")
    out.line(f"  pa uninstall hello --purge; rm -r {stage.home}     # when you have seen enough")


# --- commands and what they say -------------------------------------------------------------------


def _pa(stage: Stage, *words: str) -> Done:
    env = {"PA_HOME": stage.home, "PA_DRIVER": BUILTIN, "PYTHONPATH": _PACKAGE}
    if out.coloured(sys.stdout):
        env["FORCE_COLOR"] = "1"
    return run([*_PA, *words], env=env, check=False, timeout=120)


def _told(stage: Stage, *words: str, code: int = 0) -> None:
    """Print a command of ours, run it, print what it says."""
    line = " ".join(("pa", *words))
    done = _pa(stage, *words)
    _shown(line, done)
    if done.code != code:
        raise PaError(f"the demo failed: `{line}` ended with exit code {done.code}, not {code}")


def _shown(line: str, done: Done) -> None:
    out.line(out.paint(f"$ {line}", "bold"))
    out.text(done.out.decode(errors="replace") + done.err.decode(errors="replace") + "\n")
    out.flush()


def _status(stage: Stage) -> dict[str, Any]:
    (found,) = json.loads(_pa(stage, "status", "hello", "--json").out)
    return dict(found)


def _answer(stage: Stage) -> str:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{stage.port}/", timeout=2) as answer:
            return str(answer.read().decode().strip())
    except OSError:
        return ""


def _expect(words: str, holds: Callable[[], Any]) -> Any:
    """Wait until something holds, and return it; the demo ends at the first thing that does not."""
    end = time.monotonic() + _PATIENCE_S
    while not (found := holds()):
        if time.monotonic() > end:
            raise PaError(f"the demo failed: not so: {words}")
        time.sleep(0.05)
    return found
