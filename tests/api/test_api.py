"""The Python interface: as much as the command line, and its page runs."""

import inspect
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import click
import pytest

from machines import Machine
from pa_units import api
from pa_units.api import Pa
from pa_units.cli.completion.words import Verb, verbs
from pa_units.cli.main import pa

PAGE = Path(__file__).parents[2] / "docs/api.md"
VERBS = {
    verb.name.replace("-", "_").replace(" ", "_"): verb
    for verb in verbs(pa)
    if verb.path and not verb.below and verb.name not in ("completion", "demo")
}
"""Completion is the affair of shells, the demo one of people."""
MORE = {"agents", "restarts", "security", "spec"}
"""Methods that no command is called after: a choice, `logs --type restart`, `status --security`,
what `edit` opens."""

SHOWING = {"as_json", "watch", "quiet", "form", "about", "output", "diff", "check", "target"}
"""Options about how a result is shown, or where it is written."""
ELSEWHERE = {
    **dict.fromkeys(("as_system", "as_user", "root", "driver"), "Pa"),
    **dict.fromkeys(("everything", "labels"), "Pa.agents"),
    "now": "start and stop",
    "security": "Pa.security",
    "override": "an editor of systemctl",
    "wanted": "the keys of the result",
}
RENAMED = {
    "no_block": "wait",
    "no_start": "start",
    "number": "to",
    "count": "lines",
    "names": "agents",
    "assignments": "fields",
}


@pytest.mark.parametrize("name", VERBS)
def test_every_command_is_a_method(name: str) -> None:
    assert callable(getattr(Pa, name, None))


def test_every_method_is_a_command() -> None:
    public = {name for name, _ in inspect.getmembers(Pa, callable) if not name.startswith("_")}
    assert public == VERBS.keys() | MORE


@pytest.mark.parametrize(("name", "verb"), VERBS.items(), ids=list(VERBS))
def test_every_option_is_a_parameter(name: str, verb: Verb) -> None:
    taken = set(inspect.signature(getattr(Pa, name)).parameters)
    options = [one for one in verb.context.command.params if isinstance(one, click.Option)]
    for option in options:
        assert option.name is not None
        # By secret_list and supervisor_status.
        foretold = name.startswith(("secret_", "supervisor_")) and option.name == "dry_run"
        if option.name not in SHOWING | ELSEWHERE.keys() and not foretold:
            assert RENAMED.get(option.name, option.name) in taken, f"{name}: {option.name}"


@pytest.mark.parametrize("name", sorted(VERBS.keys() | MORE))
def test_every_method_is_documented_and_typed(name: str) -> None:
    method = getattr(Pa, name)
    assert method.__doc__
    signature = inspect.signature(method)
    assert signature.return_annotation is not inspect.Signature.empty


def test_every_name_is_there() -> None:
    assert all(hasattr(api, name) for name in api.__all__)


def code() -> str:
    """The code of the page, one program."""
    blocks = re.findall(r"^```python\n(.*?)^```", PAGE.read_text(), re.DOTALL | re.MULTILINE)
    return "\n".join(blocks)


def test_the_page_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Under the built-in supervisor; the path of a socket must be short."""
    with tempfile.TemporaryDirectory(prefix="pa-") as home:
        os.chmod(home, 0o755)  # agents get there
        monkeypatch.setenv("PA_HOME", home)
        monkeypatch.setenv("PA_DRIVER", "builtin")
        try:
            _run(code(), tmp_path)
        finally:
            Pa().supervisor_stop()


def _run(script: str, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr


def test_the_whole_page_runs(machine: Machine) -> None:
    machine.path("/root/page.py").write_text(code())
    machine.run(["mkdir", "-p", "/root/page"])
    try:
        machine.run(["/opt/pa/bin/python", "/root/page.py"], cwd="/root/page")
    finally:
        machine.run(["pa", "uninstall", "bot", "--purge"], check=False)
        machine.run(["rm", "-r", "/root/page", "/root/page.py"])
