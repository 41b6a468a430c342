"""contrib/bootstrap.py on hosts that lack things: fake programs in PATH stand for the host."""

import ast
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import bootstrap

SCRIPT = Path(bootstrap.__file__)
Program = Callable[[str, str], Path]


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Program:
    """A checkout in `tmp_path` and a PATH with only what `program(name, text)` puts there."""
    bin_dir = tmp_path / "host"
    bin_dir.mkdir()
    venv = tmp_path / ".venv"
    monkeypatch.setenv("PATH", str(bin_dir))
    monkeypatch.setattr(bootstrap, "ROOT", str(tmp_path))
    monkeypatch.setattr(bootstrap, "VENV", str(venv))
    monkeypatch.setattr(bootstrap, "PYTHON", str(venv / "bin/python"))
    monkeypatch.setattr(bootstrap, "STAMP", str(venv / "bootstrap.stamp"))
    monkeypatch.setattr(bootstrap, "PYTHONS", ("python3.11", "python3"))
    (tmp_path / "pyproject.toml").write_text("one")
    (bin_dir / "sh").symlink_to("/bin/sh")

    def write(name: str, text: str) -> Path:
        path = bin_dir / name
        path.write_text(f"#!/bin/sh\n{text}\n")
        path.chmod(0o755)
        return path

    return write


def test_parses_on_python_3_6() -> None:
    tree = ast.parse(SCRIPT.read_text(), feature_version=(3, 6))
    imports = [node for node in ast.walk(tree) if isinstance(node, ast.Import)]
    froms = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    names = {alias.name for node in imports for alias in node.names} | {n.module for n in froms}
    assert names <= set(sys.stdlib_module_names)


@pytest.mark.parametrize(("arguments", "status"), [([], 2), (["nope"], 2), (["--help"], 0)])
def test_usage(arguments: list[str], status: int, capsys: pytest.CaptureFixture[str]) -> None:
    assert bootstrap.main(arguments) == status
    assert "demo|test|check|install" in capsys.readouterr().out


def test_old_python_is_named(program: Program, capsys: pytest.CaptureFixture[str]) -> None:
    program("python3", "exit 1")
    with pytest.raises(SystemExit, match="1"):
        bootstrap.make_environment()
    assert "cannot find Python 3.11 or newer in PATH" in capsys.readouterr().err


def test_newest_python_in_path_is_taken(program: Program) -> None:
    program("python3", "exit 1")
    wanted = program("python3.11", "exit 0")
    assert bootstrap.find_python() == str(wanted)


def test_user_without_venv_gets_the_line_for_the_admin(
    program: Program, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    python = program("python3", 'case "$*" in -c*) exit 0;; *) exit 1;; esac')
    program("apt-get", "exit 0")
    with pytest.raises(SystemExit, match="1"):
        bootstrap.make_venv(str(python))
    assert "As root: apt-get -qq update && apt-get -qq install -y python3-venv" in (
        capsys.readouterr().err
    )


def test_root_installs_what_venv_lacks(
    program: Program, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    python = program("python3", f"test -e {tmp_path}/installed")
    program("apt-get", f'case "$*" in *python3-venv) : >{tmp_path}/installed;; esac')
    bootstrap.make_venv(str(python))
    assert (tmp_path / "installed").exists()


def test_uv_is_the_next_choice(
    program: Program, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    python = program("python3", "exit 1")
    program("uv", f'echo "$*" >{tmp_path}/uv')
    bootstrap.make_venv(str(python))
    assert (tmp_path / "uv").read_text() == f"venv --seed --python {python} {tmp_path}/.venv\n"


def test_installs_again_only_for_another_pyproject(program: Program, tmp_path: Path) -> None:
    (tmp_path / ".venv/bin").mkdir(parents=True)
    log = f'echo "$*" >>{tmp_path}/log'
    program("python", log).rename(tmp_path / ".venv/bin/python")

    def installs() -> int:
        bootstrap.make_environment()
        return (tmp_path / "log").read_text().count("--editable .[dev]")

    assert [installs(), installs()] == [1, 1]
    (tmp_path / "pyproject.toml").write_text("two")
    assert [installs(), installs()] == [2, 2]


def test_every_step_runs_and_a_failed_one_fails_the_whole(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(bootstrap, "PYTHON", sys.executable)
    steps: list[bootstrap.Step] = [
        ("bad", ["-c", "exit(3)"], {}),
        ("good", ["-c", "print('ran')"], {}),
    ]
    assert bootstrap.report(steps) == 1
    out = capfd.readouterr().out
    assert "ran\n" in out
    assert "bad       FAILED" in out
    assert "good      ok" in out
    assert bootstrap.report(steps[1:]) == 0


def test_closed_stdin_is_opened() -> None:
    code = "import os, bootstrap; bootstrap.open_stdin(); print(os.read(0, 1))"
    done = subprocess.run(
        ["sh", "-c", 'exec "$0" -c "$1" <&-', sys.executable, code],
        env={**os.environ, "PYTHONPATH": str(SCRIPT.parent)},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    assert done.stdout == "b''\n"
