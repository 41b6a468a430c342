"""When the timer's program calls logrotate, and what it leaves to the daily run."""

import subprocess
import sys
from pathlib import Path

import pytest

ROTATE = Path(__file__).parents[2] / "templates" / "helpers" / "rotate"
CONFIG = """# Written by pa.

"{log}"
{{
    {when}
    rotate 3
    copytruncate
}}
"""


@pytest.fixture
def log(tmp_path: Path) -> Path:
    (tmp_path / "conf").mkdir()
    path = tmp_path / "bot.log"
    path.write_text("line\n" * 1000)
    return path


def rotate(log: Path, when: str) -> list[str]:
    """Run it with a state file of its own; the copies that are there afterwards."""
    if not Path("/usr/sbin/logrotate").exists():
        pytest.skip("needs logrotate")
    directory = log.parent / "conf"
    config = directory / "pa-bot"
    config.write_text(CONFIG.format(log=log, when=when))
    config.chmod(0o644)
    state = str(log.parent / "state")
    subprocess.run([sys.executable, "-IS", str(ROTATE), str(directory), state], check=True)
    return sorted(path.name for path in log.parent.glob("bot.log.*"))


def test_a_log_above_its_size_is_rotated(log: Path) -> None:
    assert rotate(log, "size 4999") == ["bot.log.1"]
    assert log.stat().st_size == 0
    assert rotate(log, "size 4999") == ["bot.log.1"], "an empty one is not"


def test_a_smaller_one_is_left(log: Path) -> None:
    assert rotate(log, "size 5000") == []
    assert not (log.parent / "state").exists(), "logrotate was not even called"


def test_a_directory_that_is_not_there_is_nothing_to_do(tmp_path: Path) -> None:
    argv = [sys.executable, "-IS", str(ROTATE), str(tmp_path / "none")]
    done = subprocess.run(argv, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
