"""`pa set`: one value changes, everything else stays as the user wrote it."""

import json

import pytest
from loading import document

from pa_units.kit.errors import UsageError
from pa_units.spec.change import changed
from pa_units.spec.document import Document
from pa_units.spec.load import load

BLOCK = """\
# our bots
agents:
  - name: bot      # the one
    cmd: ./bot
    env:
      # how much it says
      LEVEL: info  # debug when it hurts
    resources: {memory_limit: 512M}

  - name: other
    command: ./other
    environment: [A=1]
"""


def change(text: str, *assignments: str, agent: str = "bot", file: str = "x.yaml") -> str:
    def reading(new: str) -> Document:
        return load(new.encode(), file, base="/srv")

    pairs = (assignment.partition("=") for assignment in assignments)
    return changed(text, reading, agent, {tuple(k.split(".")): v for k, _, v in pairs})


@pytest.mark.parametrize(
    ("assignment", "old", "new"),
    [
        ("env.LEVEL=debug", "LEVEL: info  #", "LEVEL: debug  #"),
        ("resources.memory_limit=1G", "{memory_limit: 512M}", "{memory_limit: 1G}"),
        ("resources.tasks=64", "512M}", "512M, tasks: 64}"),
        ("cmd=./bot --fast", "cmd: ./bot\n", "cmd: ./bot --fast\n"),
        ("cmd=[./bot, a b]", "cmd: ./bot\n", "cmd: [./bot, a b]\n"),
        ("max_restarts=5", "512M}\n", "512M}\n    max_restarts: 5\n"),
        (
            "backoff.initial_delay=2s",
            "512M}\n",
            "512M}\n    backoff:\n      initial_delay: 2s\n",
        ),
        (
            "env.NAME=a: b # c",
            "hurts\n",
            'hurts\n      NAME: "a: b # c"\n',
        ),
    ],
)
def test_one_value_changes(assignment: str, old: str, new: str) -> None:
    assert BLOCK.count(old) == 1
    assert change(BLOCK, assignment) == BLOCK.replace(old, new)


@pytest.mark.parametrize(
    ("assignment", "old", "new"),
    [
        ("env.A=2", "[A=1]", "[A=2]"),
        ("env.B=x y", "[A=1]", '[A=1, "B=x y"]'),
        ("cmd=./new", "command: ./other", "command: ./new"),
    ],
)
def test_spellings_of_compose_stay(assignment: str, old: str, new: str) -> None:
    assert change(BLOCK, assignment, agent="other") == BLOCK.replace(old, new)


def test_several_at_once_and_read_back() -> None:
    text = change(BLOCK, "env.LEVEL=warn", "max_restarts=3", "labels.team=a")
    bot = document(text).agents[0]
    assert (bot.env["LEVEL"], bot.max_restarts, bot.labels) == ("warn", 3, {"team": "a"})


def test_at_the_end_of_a_file_without_a_line_break() -> None:
    assert change("name: bot\ncmd: ./bot", "nice=5") == "name: bot\ncmd: ./bot\nnice: 5\n"


def test_a_block_of_text_is_replaced() -> None:
    text = "name: bot\nshell: true\ncmd: |\n  a\n  b\nnice: 5\n"
    assert change(text, "cmd=./new") == "name: bot\nshell: true\ncmd: ./new\nnice: 5\n"


def test_json_stays_json() -> None:
    text = '{"name": "bot", "cmd": "./bot", "env": {"A": "1"}}\n'
    new = change(text, "env.B=two words", "env.A=2", file="x.json")
    assert json.loads(new) == {"name": "bot", "cmd": "./bot", "env": {"A": 2, "B": "two words"}}


@pytest.mark.parametrize("assignment", ["env=x", "agents=x", "cmd.sub=x"])
def test_what_only_a_person_can_edit(assignment: str) -> None:
    if assignment == "agents=x":
        assert "agents: x" in change(BLOCK, assignment)  # loading it again tells
        return
    with pytest.raises(UsageError):
        change(BLOCK, assignment)
