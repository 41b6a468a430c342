"""Tables at every width."""

import os
import pty
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pa_units.cli.columns import Column, lines, width

COLUMNS = (Column("NAME", least=6), Column("PID", right=True), Column("", least=8))
ROWS = [("trading-bot", "4242", "exit code 1: the reason is a long story"), ("x", "-", "")]


def test_as_wide_as_its_content() -> None:
    assert lines(COLUMNS, ROWS) == [
        "NAME          PID",
        "trading-bot  4242  exit code 1: the reason is a long story",
        "x               -",
    ]


def test_the_last_column_is_cut_first() -> None:
    assert lines(COLUMNS, ROWS, 40)[1] == "trading-bot  4242  exit code 1: the rea…"
    assert lines(COLUMNS, ROWS, 22)[1] == "tradi…  4242  exit co…"


@given(limit=st.integers(1, 70))
def test_nothing_is_wider_than_it_must_be(limit: int) -> None:
    narrowest = 6 + 2 + 4 + 2 + 8
    assert max(map(width, lines(COLUMNS, ROWS, limit))) <= max(limit, narrowest)


@pytest.mark.parametrize(
    ("cell", "wide"), [("abc", 3), ("世界", 4), ("e\u0301", 1), ("\x1b[31mred\x1b[0m", 3), ("…", 1)]
)
def test_what_a_terminal_shows(cell: str, wide: int) -> None:
    assert width(cell) == wide


def test_chinese_names_line_up() -> None:
    assert lines(COLUMNS, [("世界世界世界", "1", ""), ("ab", "2", "")], 13) == [
        "NAME    PID",
        "世界…     1",
        "ab        2",
    ]


PRINT = (
    "from pa_units.cli.columns import Column, table\n"
    "table((Column('A', least=4), Column('B', least=4)), [('x' * 50, 'y' * 90)])"
)


def test_a_terminal_cuts_and_a_pipe_does_not() -> None:
    env = {key: value for key, value in os.environ.items() if key != "COLUMNS"}
    argv = [sys.executable, "-c", PRINT]
    piped = subprocess.run(argv, env=env, capture_output=True, text=True, check=True).stdout
    assert len(piped.splitlines()[1]) == 50 + 2 + 90
    stated = subprocess.run(
        argv, env={**env, "COLUMNS": "60"}, capture_output=True, text=True, check=True
    )
    assert len(stated.stdout.splitlines()[1]) == 60
    master, slave = pty.openpty()
    subprocess.run(["stty", "cols", "80"], stdin=slave, check=True)
    subprocess.run(argv, env={**env, "TERM": "dumb"}, stdout=slave, check=True)
    os.close(slave)
    shown = os.read(master, 4096).decode().splitlines()
    os.close(master)
    assert len(shown[1]) == 80
    assert shown[1].endswith("…")
