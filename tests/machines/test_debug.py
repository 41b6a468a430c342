"""`pa debug` and `pa events` on a real systemd."""

import base64
import io
import json
import time
import zipfile
from collections.abc import Iterator
from typing import Any

import pytest

from machines import Machine
from machines.roots import DEFAULT_SUITES, SUITES

pytestmark = pytest.mark.machine

PLANTED = {
    "literal": "plant-1-literal!",
    "stored": 'plant-2 "stored" $x',
    "file": "plant-3-from-a-file",
    "credential": "plant-4-credential",
    "env file": "plant-5-env-file",
    "word": "plant-6-argument",
    "address": "plant-7-in-an-address",
    "drop-in": "plant-8-drop-in",
    "extension": "plant-9-x-notes",
    "passthrough": "plant-10-passthrough",
}

SPEC = f"""
agents:
  - name: leaky
    cmd: [sh, -c, "echo token is $${{STORED_TOKEN}}, base64 $(printf %s \\"$${{STORED_TOKEN}}\\" |
      base64 -w0); cat $${{CREDENTIALS_DIRECTORY}}/CERT; echo >&2 using $${{FROM_ENV_FILE}};
      exec sleep 1000", bot, --password, {PLANTED["word"]}, "--db=pg://u:{PLANTED["address"]}@h/x"]
    env:
      API_KEY: {PLANTED["literal"]}
      STORED_TOKEN: ${{STORED_TOKEN}}
      DATABASE: postgres://bot:{PLANTED["address"]}@db/x
    env_file: /root/leaky.env
    secrets:
      FROM_FILE: {{from: "file:/root/leaky.file"}}
      CERT: {{from: "env:CERT", as: file}}
    x-notes: {{password: {PLANTED["extension"]}}}
    systemd: {{Service: {{Environment: MY_SECRET={PLANTED["passthrough"]}}}}}
  - {{name: crash, cmd: [sh, -c, "sleep 0.2; exit 3"], max_restarts: 1,
     backoff: {{initial_delay: 100ms}}, auto_start: false}}
  - {{name: killed, cmd: sleep 1000, restart_policy: never, auto_start: false}}
"""


@pytest.fixture(scope="module", params=[SUITES[suite].systemd for suite in DEFAULT_SUITES])
def agents(request: pytest.FixtureRequest) -> Iterator[Machine]:
    """Installed once per machine."""
    machine: Machine = request.getfixturevalue(f"machine{request.param}")
    machine.path("/root/debug.yaml").write_text(SPEC)
    machine.path("/root/leaky.env").write_text(f"FROM_ENV_FILE={PLANTED['env file']}\n")
    machine.path("/root/leaky.file").write_text(PLANTED["file"] + "\n")
    drop_in = f"[Service]\\nEnvironment=ADMIN_PASSWORD={PLANTED['drop-in']}\\n"
    directory = "/etc/systemd/system/leaky.service.d"
    machine.shell(f"mkdir -p {directory}; printf '{drop_in}' > {directory}/x.conf")
    env = {"STORED_TOKEN": PLANTED["stored"], "CERT": PLANTED["credential"]}
    machine.run(["pa", "install", "/root/debug.yaml"], env=env)
    machine.shell("journalctl --sync")
    yield machine
    machine.run(["pa", "uninstall", "--all", "--purge"])
    machine.shell(f"rm -rf {directory} /root/debug.yaml /root/leaky.*")


def test_no_secret_gets_out(agents: Machine) -> None:
    said = agents.shell("journalctl -o cat -u leaky")
    for name in ("stored", "credential", "env file"):
        assert PLANTED[name] in said, f"{name} is not where it was to be planted: {said}"
    done = agents.run(["pa", "debug", "leaky", "--output", "/root/leaky.zip"])
    assert "secret values looked for" in done.stdout
    path = agents.path("/root/leaky.zip")
    assert path.stat().st_mode & 0o777 == 0o600
    with zipfile.ZipFile(io.BytesIO(path.read_bytes())) as archive:
        texts = {name: archive.read(name).decode() for name in archive.namelist()}
    for name, value in PLANTED.items():
        for form in (value, json.dumps(value)[1:-1], base64.b64encode(value.encode()).decode()):
            found = [member for member, text in texts.items() if form in text]
            assert not found, f"{name} is in {found}"
    assert set(texts) >= {
        "README.txt",
        "host.json",
        "leaky/spec.yaml",
        "leaky/status.json",
        "leaky/diagnosis.json",
        "leaky/log.txt",
        "leaky/files/etc/systemd/system/leaky.service",
        "leaky/files/etc/systemd/system/leaky.service.d/x.conf",
    }
    # What helps is there.
    assert "ExecStart=" in texts["leaky/files/etc/systemd/system/leaky.service"]
    properties = json.loads(texts["leaky/status.json"])["properties"]
    assert properties["ActiveState"] == "active"
    assert "token is <redacted>" in texts["leaky/log.txt"]


def events(machine: Machine, *words: str) -> list[dict[str, Any]]:
    done = machine.run(["pa", "events", "-o", "json", *words])
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_what_has_happened(agents: Machine) -> None:
    since = str(int(time.time()))
    follower = agents.start(["pa", "events", "-f", "-n", "0", "-o", "json"])
    time.sleep(2)
    agents.run(["pa", "start", "--no-block", "crash", "killed"])
    agents.shell("until systemctl -q is-failed crash; do sleep 0.1; done; sleep 0.5")
    agents.run(["pa", "kill", "killed", "-s", "KILL"])
    agents.run(["pa", "restart", "leaky"])
    agents.shell("journalctl --sync")
    agents.run(["pkill", "-TERM", "-f", "events -f"])
    live = [json.loads(line) for line in follower.communicate(timeout=20)[0].splitlines()]
    crash = [_short(one) for one in live if one["agent"] == "crash"]
    # An end before its start is done is no start to systemd.
    assert [one for one in crash if one[0] != "started"] == [
        ("exited", "exit code 3", 3),
        ("restarting", "restart 1", None),
        ("exited", "exit code 3", 3),
        *([("restarting", "restart 2", None)] if _counts_on(live) else []),
        ("gave up", "", None),
    ]
    (shot,) = [one for one in live if one["agent"] == "killed" and one["what"] == "exited"]
    assert (shot["why"], shot["signal"]) == ("killed by SIGKILL", 9)
    whats = [one["what"] for one in live if one["agent"] == "leaky"]
    assert whats == ["stopping", "ended", "started"]
    past = [one for one in events(agents, "-n", "all") if one["time_us"] >= int(since) * 1_000_000]
    assert past == live, "past and live tell the same"
    assert len(events(agents, "-n", "2")) == 2
    assert {one["agent"] for one in events(agents, "killed")} == {"killed"}


def _counts_on(live: list[dict[str, Any]]) -> bool:
    """Some versions announce the restart that they then refuse."""
    return any(one["why"] == "restart 2" for one in live if one["agent"] == "crash")


def _short(one: dict[str, Any]) -> tuple[str, str, int | None]:
    return one["what"], one["why"], one["exit_code"]
