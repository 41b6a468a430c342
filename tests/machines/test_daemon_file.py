"""The daemon's own file, installed: stand-ins check the arguments that each type shapes."""

import json
import time
from pathlib import Path

from machines import Machine

DOCUMENT = Path(__file__).parents[1] / "spec" / "documents" / "daemon.yaml"

STAND_IN = """#!/bin/sh
# Writes down how it was called and from where, then stays.
{{ pwd; for word; do echo "$word"; done; }} >/dev/shm/{name}.seen
exec sleep 1000
"""

HOME = "/var/lib/daemon/agents"
SEEN = {
    "filebeat": [
        f"{HOME}/filebeat-logs",
        "-c",
        "/etc/filebeat/filebeat.yml",
        "-path.home",
        f"{HOME}/filebeat-logs",
    ],
    "telegraf": [f"{HOME}/telegraf", "--config", "/etc/telegraf/telegraf.conf"],
    "node_exporter": ["/var/lib/node-exporter"],
}
NAMES = ["filebeat-logs", "telegraf-metrics", "node-exporter", "worker"]


def test_every_type_gets_its_arguments(machine: Machine) -> None:
    for program in SEEN:
        path = machine.path(f"/usr/bin/{program}")
        path.write_text(STAND_IN.format(name=program))
        path.chmod(0o755)
    machine.shell(
        f"mkdir -p {HOME}/filebeat-logs {HOME}/telegraf /srv/daemon/bin; "
        f"chown bob: {HOME}/filebeat-logs; chown kbot: {HOME}/telegraf; "
        "cp /bin/sleep /srv/daemon/bin/worker"
    )
    machine.path("/srv/daemon/daemon.yaml").write_text(DOCUMENT.read_text())
    try:
        machine.run(["pa", "install", "/srv/daemon/daemon.yaml"])
        shown = machine.run(["pa", "status", *NAMES, "--json"], check=False).stdout
        found = {item["name"]: item for item in json.loads(shown)}
        assert {name: item["state"] for name, item in found.items()} == {
            "filebeat-logs": "running",
            "telegraf-metrics": "running",
            "node-exporter": "running",
            "worker": "stopped",
        }
        assert (found["filebeat-logs"]["user"], found["telegraf-metrics"]["user"]) == (
            "bob",
            "kbot",
        )
        assert (found["worker"]["enabled"], found["node-exporter"]["max_restarts"]) == (False, 5)
        for program, words in SEEN.items():
            assert _seen(machine, program) == words
    finally:
        machine.run(["pa", "uninstall", *NAMES, "--purge"])
        machine.shell(
            f"rm -rf {HOME} /srv/daemon /dev/shm/*.seen; rm -f /usr/bin/{{{','.join(SEEN)}}}"
        )


def _seen(machine: Machine, program: str) -> list[str]:
    path = machine.path(f"/dev/shm/{program}.seen")
    for _ in range(200):
        if path.exists() and path.read_text():
            break
        time.sleep(0.1)
    lines = path.read_text().splitlines()
    # A dynamic user's state directory is a link to the private one.
    return [lines[0].replace("/var/lib/private/", "/var/lib/"), *lines[1:]]
