"""The command line without an init system: what is imported, what is said, how it ends."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from pa_units.cli.entry import main

HEAVY = ("pydantic", "jinja2", "dbus_next", "asyncio", "psutil", "yaml")


def pa(*arguments: str, home: Path, **env: str) -> subprocess.CompletedProcess[str]:
    """Run the command line in a place of its own."""
    return subprocess.run(
        [sys.executable, "-m", "pa_units", *arguments],
        capture_output=True,
        text=True,
        env={**os.environ, "PA_HOME": str(home), **env},
        check=False,
    )


def imported(code: str) -> set[str]:
    """The modules that a piece of code brings in."""
    script = f"{code}\nimport sys\nprint('\\n'.join(sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    return set(done.stdout.splitlines())


def test_help_imports_nothing_heavy() -> None:
    modules = imported("from pa_units.cli.main import run\nrun(['--help'])")
    assert not {name for name in HEAVY if name in modules}


def test_status_imports_little() -> None:
    modules = imported("import pa_units.cli.show_status")
    heavier = {"click", "dataclasses", "inspect", "logging", "subprocess", "socket", "selectors"}
    assert not modules & {*HEAVY, *heavier}


def test_is_active_and_completion_import_next_to_nothing() -> None:
    modules = imported("import pa_units.cli.quick, pa_units.verbs.quick, pa_units.drive.glance")
    assert not modules & {*HEAVY, "click", "typing", "contextlib", "hashlib", "socket"}


@pytest.mark.parametrize("command", ["look", "stats", "logs"])
def test_looking_imports_no_model_and_no_bus_library(command: str) -> None:
    assert not imported(f"import pa_units.cli.{command}") & {*HEAVY, "dataclasses"}


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["frob"], 2, "no such command 'frob'"),
        (["ls"], 2, "there is no 'ls' here: pa list"),
        (["start"], 2, "which agent?"),
        (["start", "--frob"], 2, "no such option"),
        (["stop", "nope"], 5, "no agent 'nope' is installed"),
        (["status", "nope"], 4, "no agent 'nope' is installed"),
        (["is-active", "nope"], 4, "no agent 'nope' is installed"),
        (["validate", "/no/such/file"], 2, "cannot read /no/such/file"),
    ],
)
def test_wrong_use(tmp_path: Path, arguments: list[str], code: int, said: str) -> None:
    done = pa(*arguments, home=tmp_path)
    assert (done.returncode, done.stdout) == (code, "")
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_errors_as_json(tmp_path: Path) -> None:
    done = pa("status", "nope", "--json", home=tmp_path)
    assert json.loads(done.stdout)["schema"] == "pa.error/1"


def test_status_of_nothing(tmp_path: Path) -> None:
    assert pa("status", home=tmp_path).returncode == 0
    assert json.loads(pa("status", "--json", home=tmp_path).stdout) == []


def test_problems_at_their_lines(tmp_path: Path) -> None:
    spec = tmp_path / "bot.yaml"
    spec.write_text("name: bot\ncmd: sleep 1\nstop_timeout: 0\nrestart_polcy: always\n")
    done = pa("validate", str(spec), home=tmp_path)
    assert done.returncode == 2
    assert f"{spec}:3:15: error:" in done.stderr
    assert f"{spec}:4:1: error: unknown key 'restart_polcy'" in done.stderr
    assert "did you mean 'restart_policy'?" in done.stderr
    assert "2 errors; nothing was done" in done.stderr


def test_colour_only_where_it_is_wanted(tmp_path: Path) -> None:
    assert "\x1b" not in pa("frob", home=tmp_path).stderr
    assert "\x1b[31m" in pa("frob", home=tmp_path, FORCE_COLOR="1").stderr
    assert "\x1b" not in pa("frob", home=tmp_path, FORCE_COLOR="1", NO_COLOR="1").stderr


@pytest.mark.parametrize("unbuffered", ["", "1"])
@pytest.mark.parametrize("words", ["--help", "schema", "list", "__names", "logs --help"])
def test_a_reader_that_leaves_is_no_error(tmp_path: Path, words: str, unbuffered: str) -> None:
    """Also where the output is more than a pipe holds, and where each line is written at once."""
    rows = {f"agent-{number:05}": {"units": [f"{number}.service"]} for number in range(9000)}
    (tmp_path / "state").mkdir()
    ledger = {"schema": "pa.ledger/1", "agents": rows}
    (tmp_path / "state/ledger.json").write_text(json.dumps(ledger))
    command = f"{sys.executable} -m pa_units {words} | head -1; exit ${{PIPESTATUS[0]}}"
    env = {**os.environ, "PA_HOME": str(tmp_path), "PYTHONUNBUFFERED": unbuffered}
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, env=env)
    assert (done.returncode, done.stderr) == (0, "")
    assert len(done.stdout.splitlines()) == 1


@pytest.mark.parametrize("words", ["list", "__names", "schema", "status nope", "validate /no"])
@pytest.mark.parametrize("closed", [">&-", "2>&-", "<&- >&- 2>&-"])
def test_closed_streams_are_no_traceback(tmp_path: Path, words: str, closed: str) -> None:
    command = f"{sys.executable} -m pa_units {words} {closed}"
    env = {**os.environ, "PA_HOME": str(tmp_path)}
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, env=env)
    open_ = subprocess.run(
        ["bash", "-c", command.removesuffix(closed)], capture_output=True, text=True, env=env
    )
    assert done.returncode == open_.returncode
    assert "Traceback" not in done.stderr and "Exception" not in done.stderr


@pytest.mark.parametrize("words", ["list", "schema", "--help", "completion bash"])
def test_a_full_disk_is_told(tmp_path: Path, words: str) -> None:
    command = f"{sys.executable} -m pa_units {words} >/dev/full"
    env = {**os.environ, "PA_HOME": str(tmp_path), "PYTHONUNBUFFERED": ""}
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, env=env)
    assert (done.returncode, done.stderr) == (
        1,
        "pa: cannot use standard output: no space left on device\n",
    )


@pytest.mark.parametrize("words", [["is-active", "x"], ["list"], ["validate", "x"]])
def test_an_interrupt_is_no_traceback(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], words: list[str]
) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(sys, "argv", ["pa", *words])
    monkeypatch.setattr("pa_units.verbs.quick.surely_run", interrupted)
    monkeypatch.setattr("pa_units.verbs.select.select", interrupted)
    monkeypatch.setattr("pa_units.verbs.build.validate", interrupted)
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 130
    assert capsys.readouterr().err.strip() == ""


def test_status_of_the_built_in_supervisor_imports_little() -> None:
    modules = imported("import pa_units.cli.show_status, pa_units.drive.builtin")
    assert not modules & {*HEAVY, "click", "dataclasses", "logging", "subprocess", "socket"}
