"""Agents under watch on a machine: programs that can turn sick, and who speaks to pa-tell."""

import json
from subprocess import CompletedProcess
from typing import Any

from machines import Machine

WEB = """
import http.server, os, sys

class Health(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(500 if os.path.exists("/srv/sick-" + sys.argv[1]) else 200)
        self.end_headers()

    def log_message(self, *_):
        pass

http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Health).serve_forever()
"""

CALL = """
import os, socket, sys
group, request = sys.argv[1:]
if group:
    with open("/sys/fs/cgroup/system.slice/pa-watchdog.service/cgroup.procs", "w") as procs:
        procs.write(str(os.getpid()))
    os.setresuid(*[int(group)] * 3)
caller = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
caller.connect("/run/pa/tell.sock")
caller.send(request.encode())
print(caller.recv(4096).decode())
"""


def prepare(machine: Machine) -> None:
    """Put the programs in place."""
    machine.path("/srv/health_web.py").write_text(WEB)
    machine.path("/srv/health_call.py").write_text(CALL)


def clean(machine: Machine) -> None:
    """Take them away."""
    machine.shell("rm -f /srv/health_*.py /srv/sick-*")


def web(name: str, port: int, **check: object) -> dict[str, object]:
    """An agent that serves and is asked every second."""
    usual = {"interval": "1s", "timeout": "5s", "retries": 3}
    return {
        "name": name,
        "cmd": f"python3 /srv/health_web.py {port}",
        "backoff": {"initial_delay": "1s"},
        "health_check": {"http": f"http://localhost:{port}/", **usual, **check},
    }


def spec(*agents: dict[str, object]) -> str:
    """JSON is YAML."""
    return json.dumps({"agents": agents})


def turn(machine: Machine, port: int, *, sick: bool) -> None:
    """Let the program on a port answer 500, or 200."""
    path = machine.path(f"/srv/sick-{port}")
    if sick:
        path.touch()
    else:
        path.unlink(missing_ok=True)


def health(machine: Machine, name: str) -> dict[str, Any]:
    """`pa health NAME --json`."""
    done = machine.run(["pa", "health", name, "--json"], check=False)
    return dict(json.loads(done.stdout)[0])


def show(machine: Machine, unit: str, *properties: str) -> list[str]:
    """Values of `systemctl show`."""
    done = machine.run(["systemctl", "show", unit, *(f"-p{name}" for name in properties)])
    found = dict(line.split("=", 1) for line in done.stdout.splitlines())
    return [found[name] for name in properties]


def call(machine: Machine, request: str, *, forged: bool = False, **options: Any) -> str:
    """Speak to pa-tell: as whoever runs it, or in the companion's own place and with its user."""
    pid = show(machine, "pa-watchdog", "MainPID")[0]
    user = machine.shell(f"stat -c %u /proc/{pid}").strip() if forged else ""
    done: CompletedProcess[str] = machine.run(
        ["/usr/bin/python3", "/srv/health_call.py", user, request], **options
    )
    return done.stdout.strip()
