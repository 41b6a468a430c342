"""The gate: what it asks, for how long, and when there is one."""

import pytest
from compiling import Compiled, agents, compiled

from pa_units.compile.probe import probe
from pa_units.compile.systemd.start_type import kind
from pa_units.spec.health import HealthCheck

GATE = "/usr/local/lib/pa/0/gate"


def gated(check: str, more: str = "") -> Compiled:
    return compiled(f"name: a\ncmd: sleep 1\nhealth_check: {{gate: true, {check}}}\n{more}")


@pytest.mark.parametrize(
    ("check", "words"),
    [
        ("http: 'http://localhost:80/a?b=%20$x'", "http http://localhost:80/a?b=%%20$$x"),
        ("tcp: db:5432", "tcp db:5432"),
        ("command: test -e '/tmp/a b'", 'run test -e "/tmp/a b"'),
        ("command: 'curl -fsS http://localhost/'", "http http://localhost/"),
        ("command: 'curl http://localhost/'", "run curl http://localhost/"),
        ("command: {shell: 'test $X = \"%\"'}", r'run /bin/sh -c "test $$X = \"%%\""'),
    ],
)
def test_what_is_asked(check: str, words: str) -> None:
    line = gated(check).lines("a", "ExecStartPost")[0]
    assert line == f"{GATE} 30 1 10 1 {words}"


def test_figures() -> None:
    found = gated(
        "tcp: 1, start_period: 2m, interval: 500ms, retries: 4, timeout: 3s, success_threshold: 2",
        "start_timeout: 3m",
    )
    assert found.lines("a", "ExecStartPost")[0] == f"{GATE} 122 0.5 3 2 tcp localhost:1"
    assert found.line("a", "TimeoutStartSec") == "180s"


def test_a_gate_may_take_longer_than_the_start() -> None:
    check = "tcp: 1, start_period: 50s, interval: 20s, retries: 2, timeout: 10s, start_interval: 5s"
    found = gated(check)
    assert found.lines("a", "ExecStartPost")[0] == f"{GATE} 90 5 10 1 tcp localhost:1"
    assert found.line("a", "TimeoutStartSec") == "105s"


@pytest.mark.parametrize("more", ["enabled: false", "gate: false"])
def test_no_gate(more: str) -> None:
    found = compiled(f"name: a\ncmd: sleep 1\nhealth_check: {{tcp: 1, {more}}}")
    assert "gate" not in found.helpers()
    assert not found.bundle.agents[0].gated


def curl(line: str) -> str:
    return probe(HealthCheck.model_validate({"command": line.split()})).kind


@pytest.mark.parametrize(
    "line",
    [
        "curl -f http://h/",
        "/usr/bin/curl --fail --silent --show-error http://h:1/x?y",
        "curl -sSf -o /dev/null https://h",
        "curl --output /dev/null -fs http://h/",
    ],
)
def test_curl_is_an_http_question(line: str) -> None:
    assert curl(line) == "http"


@pytest.mark.parametrize(
    "line",
    [
        "curl -s http://h/",
        "curl -f -o /tmp/x http://h/",
        "curl -f -X POST http://h/",
        "curl -fL http://h/",
        "curl -fk https://h/",
        "curl -f http://h/ http://i/",
        "curl -f http://h:${PORT}/",
        "curl -f http://user:secret@h/",
        "curl -f ftp://h/",
        "wget -q http://h/",
        "curl",
    ],
)
def test_other_curls_are_not(line: str) -> None:
    assert curl(line) == "run"


def test_heartbeat_of_its_own() -> None:
    found = compiled("name: a\ncmd: sleep 1\nheartbeat: {timeout: 30s}")
    assert found.line("a", "Type") == "notify"
    assert found.line("a", "NotifyAccess") == "main"
    assert found.line("a", "WatchdogSec") == "30s"
    assert found.line("a", "WatchdogSignal") == "SIGTERM"
    assert found.note("ready-expected")


@pytest.mark.parametrize(
    ("more", "wanted"),
    [
        ("type: exec\nheartbeat: {timeout: 30s}", ("exec", ["main"], ["30s"])),
        ("heartbeat: {via: notify}", ("exec", ["main"], [])),
        ("heartbeat: {timeout: 30s, via: socket}", ("exec", [], [])),
        ("type: notify", ("notify", ["main"], [])),
        ("", ("exec", [], [])),
    ],
)
def test_who_may_notify(more: str, wanted: tuple[str, list[str], list[str]]) -> None:
    found = compiled(f"name: a\ncmd: sleep 1\n{more}")
    lines = (
        found.line("a", "Type"),
        found.lines("a", "NotifyAccess"),
        found.lines("a", "WatchdogSec"),
    )
    assert lines == wanted
    assert "ready-expected" not in found.codes()


def test_oneshot_may_take_its_time() -> None:
    found = compiled("name: a\ncmd: sleep 1\ntype: oneshot")
    assert found.line("a", "TimeoutStartSec") == "infinity"
    assert found.line("a", "RemainAfterExit") == "yes"
    limited = compiled("name: a\ncmd: sleep 1\ntype: oneshot\nstart_timeout: 2m")
    assert limited.line("a", "TimeoutStartSec") == "120s"


def test_pid_file() -> None:
    spec = "name: a\ncmd: /bin/a\ntype: forking\nuser: bob\npid_file: {}"
    own = compiled(spec.format("/var/run/a/a.pid"))
    assert own.line("a", "PIDFile") == "/run/a/a.pid"
    assert own.line("a", "RuntimeDirectory") == "a"
    other = compiled(spec.format("/run/a.pid"))
    assert other.lines("a", "RuntimeDirectory") == []
    assert other.note("pid-file-place").hint.startswith("write /run/a/a.pid:")


def test_kind_of_a_schedule() -> None:
    (agent,) = agents('name: a\ncmd: sleep 1\nschedule: "0 5 * * *"')
    assert kind(agent) == "oneshot"
