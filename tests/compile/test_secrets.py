"""Values that no unit file holds: where they go, and which files may be read for them."""

import pytest
from compiling import Compiled, compiled, placement

from pa_units.contracts.bundle import Kind
from pa_units.contracts.facts import Placement, ReadFile
from pa_units.contracts.refs import Scope
from pa_units.spec.model import Agent

SPEC = """
name: bot
cmd: sleep 1
cwd: /home/bob/bot
env: {PLAIN: x, FILLED: "${OUTER}/a"}
secrets:
  TOKEN: env:MY_TOKEN
  KEY: {from: file:/etc/keys/key}
  CERT: {as: file}
  CHAIN: {from: file:/etc/keys/chain, as: file}
"""
STORED = "/etc/pa/secrets"


def test_where_values_go() -> None:
    found = compiled(SPEC)
    assert found.bundle.errors == ()
    assert found.lines("bot", "Environment") == ["PLAIN=x"]
    assert found.lines("bot", "EnvironmentFile") == [f"{STORED}/bot.env"]
    assert found.lines("bot", "LoadCredential") == [
        f"CERT:{STORED}/bot@CERT",
        "CHAIN:/etc/keys/chain",
    ]
    variables = found.artifact("/bot.env")
    assert variables.env == {"FILLED": "${OUTER}/a", "TOKEN": "${MY_TOKEN}"}
    assert variables.files == {"KEY": "/etc/keys/key"}
    certificate = found.artifact("/bot@CERT")
    assert (certificate.value, certificate.env, certificate.text) == ("${CERT}", None, "")
    secrets = [one for one in found.bundle.agents[0].artifacts if one.kind is Kind.SECRET]
    assert {one.mode for one in secrets} == {0o600}


def test_user_scope() -> None:
    found = compiled(SPEC, scope=Scope.USER)
    assert found.lines("bot", "LoadCredential")[0] == "CERT:/home/bob/.config/pa/secrets/bot@CERT"


def test_own_variables_come_after_every_file() -> None:
    found = compiled(
        "name: a\ncmd: b\nenv: {X: own}\nenv_file: [/etc/one, {path: /etc/two, required: false}]"
    )
    assert found.lines("a", "Environment") == []
    assert found.lines("a", "EnvironmentFile") == ["/etc/one", "-/etc/two", f"{STORED}/a.env"]
    assert found.artifact("/a.env").env == {"X": "own"}


def with_files(monkeypatch: pytest.MonkeyPatch, spec: str, **files: ReadFile) -> Compiled:
    facts = {f"/etc/keys/{name}": fact for name, fact in files.items()}

    def placed(agent: Agent) -> Placement:
        return placement(agent)._replace(files=facts)

    monkeypatch.setattr("compiling.placement", placed)
    return compiled(spec)


def test_files_that_others_can_replace(monkeypatch: pytest.MonkeyPatch) -> None:
    unsafe = ReadFile(unsafe="/etc/keys belongs to bob")
    found = with_files(monkeypatch, SPEC, chain=unsafe, key=ReadFile())
    note = found.note("secret-file")
    assert note.loc == ("secrets", "CHAIN", "from")
    assert "/etc/keys belongs to bob" in note.text
    assert note.hint.endswith("pa secret set bot CHAIN")
    as_root = with_files(monkeypatch, SPEC + "user: root\n", chain=unsafe)
    assert "secret-file" not in as_root.codes()


def test_files_that_are_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    found = with_files(monkeypatch, SPEC, key=ReadFile(missing=True))
    assert found.note("secret-file").text == "cannot read /etc/keys/key: it is not there"


@pytest.mark.parametrize(
    ("fact", "codes"),
    [
        (ReadFile(), set()),
        (ReadFile(missing=True), {"env-file-missing"}),
        (ReadFile(unsafe="x"), {"env-file-unsafe"}),
    ],
)
def test_env_file(monkeypatch: pytest.MonkeyPatch, fact: ReadFile, codes: set[str]) -> None:
    spec = "name: a\ncmd: b\nuser: bob\nenv_file: /etc/keys/env"
    found = with_files(monkeypatch, spec, env=fact)
    assert found.codes() & {"env-file-missing", "env-file-unsafe"} == codes
    assert found.bundle.errors == ()
