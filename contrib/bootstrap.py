#!/usr/bin/env python3
"""The way in: python3 contrib/bootstrap.py demo|test|check|install

  demo     show what pa does, with a real agent in a fresh directory; --keep leaves it running,
           --systemd plays on a machine of the test bench (root)
  test     everything: format, lint, types, all tests; as root also on container machines
  check    the quick part: format, lint, types, tests that take no machine and little time
  install  only make .venv, with pa and the development tools in it

Each makes .venv first, and refreshes it when pyproject.toml has changed. Further arguments
go to the demo or to pytest, for example: check -k rotation
"""
# Standard library only, and Python 3.6, so that it can say what is missing on any host.

import hashlib
import os
import shutil
import subprocess
import sys
import time
from typing import Dict, List, NoReturn, Tuple

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
VENV = os.path.join(ROOT, ".venv")
PYTHON = os.path.join(VENV, "bin", "python")
STAMP = os.path.join(VENV, "bootstrap.stamp")

OLDEST = (3, 11)
PYTHONS = (sys.executable, "python3.13", "python3.12", "python3.11", "python3")
# Package manager -> the shell line that brings what `python3 -m venv` needs.
MANAGERS = (
    ("apt-get", "apt-get -qq update && apt-get -qq install -y python3-venv"),
    ("dnf", "dnf -qy install python3-pip"),
    ("apk", "apk add -q py3-virtualenv"),
)

SIDE_BY_SIDE = ["-n", "auto"]
# Tests of one file leave the shared machine as they found it; those of two at once do not.
FILE_BY_FILE = ["--dist", "loadfile"]
# What waits for a process or for systemd's clock can be late on a host that is busy with something
# else; a failure that is one fails again.
AGAIN = ["--reruns", "2", "--reruns-delay", "5"]

Step = Tuple[str, List[str], Dict[str, str]]  # name, arguments of python, further environment
STATIC = [
    ("format", ["-m", "ruff", "format", "--check", "."], {}),
    ("lint", ["-m", "ruff", "check", "."], {}),
    ("types", ["-m", "mypy"], {}),
]  # type: List[Step]
# Before the tests, so that a minute of building is seen and no test's time limit pays for it.
BENCH = ("bench", ["-m", "machines", "build"], {"PYTHONPATH": "contrib"})  # type: Step


def main(arguments: List[str]) -> int:
    command = COMMANDS.get(arguments[0]) if arguments else None
    if not command:
        print((__doc__ or "").strip())
        return 0 if arguments in (["-h"], ["--help"]) else 2
    open_stdin()
    make_environment()
    return command(arguments[1:])


def demo(rest: List[str]) -> int:
    if "--systemd" in rest:
        others = [word for word in rest if word != "--systemd"]
        return run([PYTHON, os.path.join("contrib", "demo.py")] + others, {})
    return run([PYTHON, "-m", "pa_units", "demo"] + rest, {})


def test(rest: List[str]) -> int:
    if os.geteuid() != 0:
        say("not root: tests that need machines will be skipped")
        return report(STATIC + [tests(SIDE_BY_SIDE + ["--cov"] + rest)])
    alone = tests(SIDE_BY_SIDE + AGAIN + ["-m", "not machine", "--cov"] + rest)
    booted = SIDE_BY_SIDE + FILE_BY_FILE + AGAIN + ["-m", "machine", "--cov", "--cov-append"]
    return report(STATIC + [BENCH, alone, tests(booted + rest, "machines")])


def check(rest: List[str]) -> int:
    return report(STATIC + [tests(SIDE_BY_SIDE + ["-m", "not machine and not slow"] + rest)])


def install(rest: List[str]) -> int:
    say("ready: %s" % os.path.join(VENV, "bin", "pa"))
    return 0


COMMANDS = {"demo": demo, "test": test, "check": check, "install": install}


def tests(arguments: List[str], name: str = "tests") -> Step:
    return (name, ["-m", "pytest", "-q"] + arguments, {})


def report(steps: List[Step]) -> int:
    """Run every step, also after a failed one, and say at the end how each went."""
    lines = []
    for name, arguments, env in steps:
        say("%s: python %s" % (name, " ".join(arguments)))
        start = time.time()
        code = run([PYTHON] + arguments, env)
        lines.append("%-9s %-7s %6.1f s" % (name, "FAILED" if code else "ok", time.time() - start))
    for line in lines:
        say(line)
    return 1 if any("FAILED" in line for line in lines) else 0


# --- the environment -----------------------------------------------------------------------------


def make_environment() -> None:
    """Make .venv and install into it, unless that was done for this pyproject.toml."""
    wanted = stamp()
    if read(STAMP) == wanted and succeeds([PYTHON, "-c", ""]):
        return
    if not succeeds([PYTHON, "-m", "pip", "--version"]):
        make_venv(find_python())
    say("installing pa and its development tools into .venv, up to a minute")
    pip = [PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    if run(pip + ["--editable", ".[dev]"], {}):
        fail("cannot install into .venv: pip says why, above")
    with open(STAMP, "w") as file:
        file.write(wanted)


def stamp() -> str:
    """Changes with the requirements, and when the checkout moves: an editable install holds it."""
    with open(os.path.join(ROOT, "pyproject.toml"), "rb") as file:
        return hashlib.sha256(ROOT.encode() + b"\n" + file.read()).hexdigest()


def find_python() -> str:
    is_old = "import sys; sys.exit(sys.version_info < %r)" % (OLDEST,)
    for candidate in PYTHONS:
        path = shutil.which(candidate)
        if path and succeeds([path, "-c", is_old]):
            return path
    fail("cannot find Python 3.11 or newer in PATH: this is Python " + sys.version.split()[0])


def make_venv(python: str) -> None:
    """Try each way in turn; what a failed one left is removed."""
    say("making .venv with " + python)
    for make in (venv, venv_with_package, uv, virtualenv):
        if make(python):
            return
        shutil.rmtree(VENV, ignore_errors=True)
    hint = package_line() or "install uv or virtualenv"
    fail("cannot make .venv: %s has no venv that works. As root: %s" % (python, hint))


def venv(python: str) -> bool:
    return succeeds([python, "-m", "venv", VENV])


def venv_with_package(python: str) -> bool:
    """Debian splits off what `python3 -m venv` needs."""
    line = package_line()
    if os.geteuid() != 0 or not line:
        return False
    say(line)
    return run(["sh", "-c", line], {"DEBIAN_FRONTEND": "noninteractive"}) == 0 and venv(python)


def uv(python: str) -> bool:
    return succeeds(["uv", "venv", "--seed", "--python", python, VENV])


def virtualenv(python: str) -> bool:
    for command in (["virtualenv"], [python, "-m", "virtualenv"]):
        if succeeds(command + ["--python", python, VENV]):
            return True
    return False


def package_line() -> str:
    """What an administrator types here to get venv, or ""."""
    return next((line for manager, line in MANAGERS if shutil.which(manager)), "")


# --- processes and words -------------------------------------------------------------------------


def open_stdin() -> None:
    """With stdin closed, the next file opened would become it."""
    try:
        os.fstat(0)
    except OSError:
        os.open(os.devnull, os.O_RDONLY)


def run(command: List[str], env: Dict[str, str]) -> int:
    """Run from the top of the checkout, with .venv first in PATH; returns the exit status."""
    path = os.path.join(VENV, "bin") + os.pathsep + os.environ.get("PATH", os.defpath)
    whole = dict(os.environ, PATH=path, **env)
    return subprocess.call(command, cwd=ROOT, env=whole, stdin=subprocess.DEVNULL)


def succeeds(command: List[str]) -> bool:
    """Whether the command exists and exits with 0; its output is dropped."""
    null = subprocess.DEVNULL
    try:
        return subprocess.call(command, stdin=null, stdout=null, stderr=null) == 0
    except OSError:
        return False


def read(path: str) -> str:
    try:
        with open(path) as file:
            return file.read()
    except OSError:
        return ""


def say(words: str) -> None:
    print("bootstrap: " + words, flush=True)


def fail(words: str) -> NoReturn:
    print("error: " + words, file=sys.stderr)
    sys.exit(1)


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
