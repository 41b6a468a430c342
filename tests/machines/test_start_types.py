"""How agents say that they have started, live, reload and stop, on a machine in both scopes."""

import time
from collections.abc import Iterator

import pytest
from sandboxed import Scope

from machines import Machine

BEATS = """\
import os, socket, time
def tell(words):
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as mouth:
        mouth.connect(os.environ["NOTIFY_SOCKET"])
        mouth.send(words.encode())
time.sleep(1.5)  # longer than the heartbeats that are due from READY on
tell("READY=1")
for _ in range(3):
    tell("WATCHDOG=1")
    time.sleep(0.3)
time.sleep(1000)
"""

SPEC = """
agents:
  - name: kind-beats
    cmd: [/usr/bin/python3, /usr/local/lib/beats.py]
    heartbeat: {{timeout: 1s}}
    backoff: {{initial_delay: 100ms, max_delay: 100ms}}
  - name: kind-forking
    shell: true
    cmd: sleep 1000 & echo $! >{run}/kind-forking/pid
    type: forking
    pid_file: {run}/kind-forking/pid
    {user}
  - name: kind-deaf
    cmd: sleep 1000
    reload_signal: SIGHUP
    backoff: {{initial_delay: 100ms, max_delay: 100ms}}
  - name: kind-hooked
    shell: true
    cmd: echo main >>"$STATE_DIRECTORY/trace"; exec sleep 1000
    hooks:
      pre_start: {{shell: 'echo pre_start >"$STATE_DIRECTORY/trace"'}}
      post_start: {{shell: 'echo post_start $MAINPID >>"$STATE_DIRECTORY/trace"'}}
      pre_stop: [{{shell: 'echo pre_stop >>"$STATE_DIRECTORY/trace"; false'}}]
      post_stop: {{shell: 'echo post_stop $SERVICE_RESULT >>"$STATE_DIRECTORY/trace"; false'}}
    stop_command: {{shell: 'echo stop >>"$STATE_DIRECTORY/trace"; kill $MAINPID'}}
  - name: kind-never
    cmd: sleep 1000
    restart_policy: never
    health_check: {{tcp: 9, gate: true, interval: 500ms, retries: 2, timeout: 500ms}}
  - name: kind-brief
    shell: true
    cmd: sleep 0.5; exit 7
    restart_policy: never
    health_check: {{command: "false", gate: true}}
  - name: kind-ready
    cmd: [/usr/bin/python3, -m, http.server, '8190', --bind, 127.0.0.1]
    health_check: {{command: "curl -f http://localhost:8190/", gate: true}}
  - name: kind-slow
    cmd: sleep 1000
    restart_policy: never
    health_check: {{command: test -e {ready}, interval: 300ms, retries: 1, timeout: 300ms}}
  - name: kind-after
    cmd: sleep 1000
    start_timeout: 1s
    depends_on: {{kind-slow: {{condition: healthy, restart: true}}}}
"""
NAMES = ("beats", "forking", "deaf", "hooked", "never", "brief", "ready", "slow", "after")
READY = "/usr/local/lib/kind-slow.ready"


@pytest.fixture(params=["system", "user"])
def scope(machine: Machine, request: pytest.FixtureRequest) -> Iterator[Scope]:
    machine.path("/usr/local/lib/beats.py").write_text(BEATS)
    user = "bob" if request.param == "user" else None
    one = Scope(machine, user, machine.user_env(user) if user else {})
    run = "/run/user/1000" if user else "/run"
    one.install(SPEC.format(run=run, user="" if user else "user: kbot", ready=READY))
    yield one
    one.run("pa", "uninstall", "--purge", *(f"kind-{name}" for name in NAMES))
    machine.path("/usr/local/lib/beats.py").unlink()
    machine.path(READY).unlink(missing_ok=True)


def shown(scope: Scope, name: str, *names: str) -> tuple[str, ...]:
    asked = [f"--property={one}" for one in names]
    text = scope.systemctl("show", *asked, f"kind-{name}.service")
    found = dict(line.partition("=")[::2] for line in text.splitlines())
    return tuple(found[one] for one in names)


def until(scope: Scope, name: str, wanted: dict[str, str], seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while (found := dict(zip(wanted, shown(scope, name, *wanted), strict=True))) != wanted:
        assert time.monotonic() < end, (name, found, scope.machine.shell("journalctl -n 40 -o cat"))
        time.sleep(0.1)


def test_kinds(scope: Scope) -> None:
    until(scope, "ready", {"ActiveState": "active"})
    _dependant(scope)
    _forking(scope)
    _reload_without_a_handler(scope)
    _hooks(scope)
    until(scope, "never", {"ActiveState": "failed", "Result": "exit-code"})
    until(scope, "brief", {"ActiveState": "failed", "ExecMainStatus": "7"})
    _a_heart_that_stops(scope)


def _dependant(scope: Scope) -> None:
    """In both scopes: it waits longer than its own start may take, and follows a restart."""
    until(scope, "slow", {"ActiveState": "failed"})
    words = "waits: kind-slow.service is failed"
    until(scope, "after", {"SubState": "start-pre", "StatusText": words})
    time.sleep(1.5)
    assert shown(scope, "after", "SubState", "NRestarts") == ("start-pre", "0")
    scope.machine.path(READY).touch()
    scope.systemctl("start", "kind-slow.service")
    until(scope, "after", {"ActiveState": "active", "StatusText": "", "NRestarts": "0"})
    (before,) = shown(scope, "after", "InvocationID")
    scope.systemctl("restart", "kind-slow.service")
    until(scope, "after", {"ActiveState": "active"})
    assert shown(scope, "after", "InvocationID") != (before,)


def _forking(scope: Scope) -> None:
    until(scope, "forking", {"ActiveState": "active"})
    (pid,) = shown(scope, "forking", "MainPID")
    assert scope.machine.path(f"/proc/{pid}/comm").read_text() == "sleep\n"


def _reload_without_a_handler(scope: Scope) -> None:
    (before,) = shown(scope, "deaf", "MainPID")
    scope.systemctl("reload", "kind-deaf.service")
    until(scope, "deaf", {"ActiveState": "active", "NRestarts": "1"})
    assert shown(scope, "deaf", "MainPID") != (before,)


def _hooks(scope: Scope) -> None:
    until(scope, "hooked", {"ActiveState": "active"})
    (pid,) = shown(scope, "hooked", "MainPID")
    scope.run("pa", "stop", "kind-hooked")
    assert shown(scope, "hooked", "ActiveState", "Result") == ("inactive", "success")
    trace = scope.machine.path(f"{scope.state('kind-hooked')}/trace").read_text().splitlines()
    starts = {"main", f"post_start {pid}"}
    assert (trace[0], set(trace[1:3])) == ("pre_start", starts)
    assert trace[3:] == ["pre_stop", "stop", "post_stop success"]


def _a_heart_that_stops(scope: Scope) -> None:
    """Its slow start was no missed heartbeat; then it is ended gently and started again."""
    end = time.monotonic() + 20
    while shown(scope, "beats", "NRestarts") == ("0",):
        assert time.monotonic() < end
        time.sleep(0.1)
    said = scope.run("journalctl", *(["--user"] if scope.user else []), "-u", "kind-beats", "-ocat")
    assert "Watchdog timeout (limit 1s)!" in said and "SIGTERM" in said
