"""fmt, schema, init: what a person who writes a spec gets."""

import json
from pathlib import Path

import pytest

from pa_units.cli.main import run
from pa_units.verbs import specs

UGLY = "name:   bot\ncommand: ./bot   # runs\nmem_limit: 5m\n"
NEAT = "name: bot\ncmd: ./bot  # runs\nresources:\n  memory_limit: 5m\n"


def test_fmt_in_place_and_check(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    spec = tmp_path / "bot.yaml"
    spec.write_text(UGLY)
    spec.chmod(0o640)
    assert run(["fmt", "--check", str(spec)]) == 8
    assert spec.read_text() == UGLY
    assert run(["fmt", str(spec)]) == 0
    assert spec.read_text() == NEAT
    assert spec.stat().st_mode & 0o777 == 0o640
    assert run(["fmt", "--check", str(spec)]) == 0
    assert capsys.readouterr().out == f"{spec}: not formatted\n{spec}: formatted\n"


def test_fmt_of_a_broken_spec_changes_nothing(tmp_path: Path) -> None:
    spec = tmp_path / "bot.yaml"
    spec.write_text(UGLY + "frob: 1\n")
    assert run(["fmt", str(spec)]) == 2
    assert spec.read_text() == UGLY + "frob: 1\n"


def test_schema_is_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["schema"]) == 0
    assert json.loads(capsys.readouterr().out)["$schema"].endswith("2020-12/schema")


def test_init_writes_a_spec_that_loads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(["init", "my-bot"]) == 0
    document = specs.document("my-bot.yaml")
    assert not document.errors
    assert document.agents[0].name == "my-bot"
    assert run(["init", "my-bot"]) == 2
