"""Every verb under wrong words: an exit code that its help names, one line that says why, and
never a traceback."""

import io
import json
import sys
from pathlib import Path

import pytest

from pa_units.cli import main
from pa_units.cli.completion.words import Verb, verbs
from pa_units.cli.table import ASKING, EVERY_EXIT, exits

VERBS = [verb for verb in verbs(main.pa) if verb.path and not verb.below]
TAKING_AGENTS = [verb for verb in VERBS if verb.arguments and verb.arguments[0].kind == "agent"]
TAKING_SPECS = [verb for verb in VERBS if verb.arguments and verb.arguments[0].kind == "spec"]
MORE = {"set": ["nice=1"], "secret set": ["VAR"], "secret rm": ["VAR"]}
"""What a verb wants beside the name of an agent."""
STORING = {"secret set", "secret list", "secret rm"}
"""Values may be stored before their agent is installed."""


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PA_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"value")))
    return tmp_path


class Ran:
    """What a command line answered."""

    def __init__(self, capsys: pytest.CaptureFixture[str], verb: Verb, *words: str) -> None:
        self.code = main.run([*verb.path, *words])
        self.out, self.err = capsys.readouterr()
        assert self.code in {*EVERY_EXIT, *exits(verb.path[0])}, self.err
        assert "Traceback" not in self.err


def each(found: list[Verb]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("verb", found, ids=lambda verb: verb.name)


@each(VERBS)
def test_an_unknown_option(verb: Verb, capsys: pytest.CaptureFixture[str]) -> None:
    ran = Ran(capsys, verb, "--no-such-thing")
    assert (ran.code, ran.out) == (2, "")
    assert "no such option" in ran.err and f"pa {verb.name} --help" in ran.err


@each([verb for verb in TAKING_AGENTS if verb.name not in STORING])
@pytest.mark.parametrize("name", ["nobody", "nob*", "nobody@2", "../etc/passwd", ""])
def test_an_unknown_agent(verb: Verb, name: str, capsys: pytest.CaptureFixture[str]) -> None:
    ran = Ran(capsys, verb, name, *MORE.get(verb.name, []))
    assert (ran.code, ran.out) == (4 if verb.name in ASKING else 5, "")
    assert "is installed" in ran.err or "matches" in ran.err


TAKING_ONE = [verb for verb in TAKING_AGENTS if not verb.repeats or verb.name == "set"]


@each([verb for verb in TAKING_ONE if verb.name not in STORING])
@pytest.mark.parametrize("name", ["b*", "bot@1"])
def test_one_agent_is_wanted(
    verb: Verb, name: str, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (home / "home/state").mkdir(parents=True)
    rows = {name: {"units": [f"{name}.service"]} for name in ("bot", "bet")}
    rows["bot"]["runs"] = ["bot@1.service"]
    text = json.dumps({"schema": "pa.ledger/1", "agents": rows})
    (home / "home/state/ledger.json").write_text(text)
    ran = Ran(capsys, verb, name, *MORE.get(verb.name, []))
    assert (ran.code, ran.out) == (2, "")
    assert "and this takes one" in ran.err or "it is one of the replicas of bot" in ran.err


_OF_ALL = ("status", "stats", "events")
"""Without a name they are about every agent."""


@each([verb for verb in TAKING_AGENTS if verb.repeats and verb.name not in _OF_ALL])
def test_no_agent_at_all(verb: Verb, capsys: pytest.CaptureFixture[str]) -> None:
    ran = Ran(capsys, verb)
    assert (ran.code, ran.out) == (2, "")


@each(TAKING_SPECS)
def test_a_file_that_is_not_there(verb: Verb, capsys: pytest.CaptureFixture[str]) -> None:
    ran = Ran(capsys, verb, "/no/such/spec.yaml")
    assert (ran.code, ran.out) == (2, "")
    assert "cannot read /no/such/spec.yaml: no such file" in ran.err


@each(TAKING_SPECS)
def test_a_file_that_is_no_text(verb: Verb, home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (home / "spec.yaml").write_bytes(b"\xff\xfe\0\x01")
    ran = Ran(capsys, verb, str(home / "spec.yaml"))
    assert (ran.code, ran.out) == (2, "")
    assert "spec.yaml:1:1: error:" in ran.err


@each([verb for verb in VERBS if "--user" in {w for one in verb.options for w in one.words}])
def test_both_scopes(verb: Verb, capsys: pytest.CaptureFixture[str]) -> None:
    words = {"agent": ["x"], "spec": ["/x.yaml"], "text": ["x"]}
    first = words.get(verb.arguments[0].kind, []) if verb.arguments else []
    more = ["--cmd", "true"] if verb.name == "register" else MORE.get(verb.name, [])
    ran = Ran(capsys, verb, *first, *more, "--user", "--system")
    assert (ran.code, ran.out) == (2, "")
    assert "--system and --user do not go together" in ran.err


@each(VERBS)
def test_help_names_its_exit_codes(verb: Verb, capsys: pytest.CaptureFixture[str]) -> None:
    ran = Ran(capsys, verb, "--help")
    assert ran.code == 0
    if len(verb.path) == 1:
        for code in exits(verb.name):
            assert f" {code} " in ran.out.partition("Exit codes:")[2]
