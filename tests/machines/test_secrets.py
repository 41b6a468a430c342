"""Secrets and variables on a machine: what the process sees, and what nobody else does."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from machines import Machine

KEY = 'k3y with "quotes", $signs, %specifiers\nand a second line'
CERTIFICATE = "-----BEGIN-----\nabc\n"

PROBE = """\
import glob, json, os, time
where = os.environ.get("CREDENTIALS_DIRECTORY", "")
names = ("API_KEY", "FROM_FILE", "MIXED", "BOTH", "OWN", "THEIRS")
seen = {
    "env": {name: os.environ[name] for name in names if name in os.environ},
    "files": {os.path.basename(path): open(path).read() for path in glob.glob(where + "/*")},
    "stray": [name for name in ("TLS", "CHAIN") if name in os.environ],
}
for path in ("/etc/pa/secrets/secretive@TLS", "/etc/secretive/chain"):
    try:
        open(path)
        seen["stray"].append(path)
    except OSError:
        pass
with open(os.environ["STATE_DIRECTORY"] + "/seen.json", "w") as file:
    json.dump(seen, file)
time.sleep(1000)
"""

SPEC = """
name: secretive
cmd: [/usr/bin/python3, /usr/local/lib/secretive.py]
env: {{MIXED: "a${{API_KEY}}b", BOTH: from env, OWN: "100% $HOME"}}
env_file: {directory}/vars
secrets:
  API_KEY: env:API_KEY
  FROM_FILE: file:{directory}/key
  TLS: {{as: file}}
  CHAIN: {{from: file:{directory}/chain, as: file}}
"""


@pytest.fixture(params=["system", "user"])
def scope(machine: Machine, request: pytest.FixtureRequest) -> Iterator["Scope"]:
    one = Scope(machine, request.param == "user")
    machine.path("/usr/local/lib/secretive.py").write_text(PROBE)
    machine.shell(f"mkdir -p {one.directory}")
    one.write("vars", "THEIRS=file\nBOTH=from file\n")
    one.write("key", "in a file\n")
    one.write("chain", CERTIFICATE)
    one.write("spec.yaml", SPEC.format(directory=one.directory))
    machine.shell(f"chown -R {one.owner} {one.directory}; chmod 600 {one.directory}/*")
    yield one
    one.pa("uninstall", "--purge", "secretive")
    machine.shell(f"rm -rf {one.directory}")


class Scope:
    """One of the two managers of a machine."""

    def __init__(self, machine: Machine, is_user: bool) -> None:
        self.machine, self.is_user = machine, is_user
        self.owner = "bob" if is_user else "root"
        self.env = machine.user_env("bob") if is_user else {}
        self.directory = "/home/bob/secretive" if is_user else "/etc/secretive"

    def write(self, name: str, text: str) -> None:
        self.machine.path(f"{self.directory}/{name}").write_text(text)

    def run(self, *argv: str, env: dict[str, str] | None = None) -> str:
        environment = {**self.env, **(env or {})}
        user = "bob" if self.is_user else None
        return self.machine.run(list(argv), user=user, env=environment).stdout

    def pa(self, *words: str, env: dict[str, str] | None = None) -> str:
        return self.run("pa", *words, env=env)

    def systemctl(self, *words: str) -> str:
        return self.run("systemctl", *(("--user",) if self.is_user else ()), *words)

    def seen(self) -> dict[str, Any]:
        """What the running process saw at its start."""
        home = ".local/state" if "257" in self.version else ".config"
        state = f"/home/bob/{home}" if self.is_user else "/var/lib/private"
        return dict(json.loads(self.machine.path(f"{state}/secretive/seen.json").read_text()))

    @property
    def version(self) -> str:
        return self.machine.shell("systemctl --version | head -1")


def test_secrets(scope: Scope) -> None:
    scope.pa("install", f"{scope.directory}/spec.yaml", env={"API_KEY": KEY, "TLS": CERTIFICATE})
    seen = scope.seen()
    assert seen["env"] == {
        "API_KEY": KEY,
        "FROM_FILE": "in a file",
        "MIXED": f"a{KEY}b",
        "BOTH": "from env",
        "OWN": "100% $HOME",
        "THEIRS": "file",
    }
    assert seen["files"] == {"TLS": CERTIFICATE, "CHAIN": CERTIFICATE}
    assert seen["stray"] == []
    _nobody_else_sees_them(scope)
    _a_new_value_arrives(scope)


def _nobody_else_sees_them(scope: Scope) -> None:
    shown = scope.systemctl("show", "secretive.service") + scope.systemctl("cat", "secretive")
    assert "k3y" not in shown and "in a file" not in shown and "BEGIN" not in shown
    if not scope.is_user:
        modes = scope.machine.shell("stat -c '%a %U %n' /etc/pa/secrets /etc/pa/secrets/secretive*")
        rows = [line.split() for line in modes.splitlines()]
        assert {mode for mode, _, _ in rows} == {"600", "700"}
        assert {owner for _, owner, _ in rows} == {"root"}
        assert len(rows) == 4  # the directory, variables, one file, stored values


def _a_new_value_arrives(scope: Scope) -> None:
    scope.write("chain", "new chain")
    scope.write("key", "new key")
    scope.pa("install", f"{scope.directory}/spec.yaml", env={"TLS": "new"})
    seen = scope.seen()
    assert seen["files"] == {"TLS": "new", "CHAIN": "new chain"}
    assert (seen["env"]["FROM_FILE"], seen["env"]["API_KEY"]) == ("new key", KEY)
