"""`pa demo` plays through, shows what it runs, and leaves nothing."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow


def test_plays_through_and_leaves_nothing() -> None:
    before = set(Path("/tmp").glob("pa-demo-*"))
    env = {**os.environ, "NO_COLOR": "1"}
    argv = [sys.executable, "-m", "pa_units", "demo"]
    done = subprocess.run(argv, env=env, text=True, capture_output=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    commands = [line.split()[1:3] for line in done.stdout.splitlines() if line.startswith("$ ")]
    wanted = ["install", "status", "logs", "-9", "status", "explain", "compile", "uninstall"]
    assert [words[1] for words in commands if words[0] != "cat"] == wanted
    assert "restarted after 1." in done.stdout and "hello, number 1" in done.stdout
    assert "ExecStart=" in done.stdout and done.stdout.endswith("nothing is left.\n")
    assert set(Path("/tmp").glob("pa-demo-*")) <= before
