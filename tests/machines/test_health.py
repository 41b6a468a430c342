"""Health on a machine: systemd is told, and acts by the unit's own policy."""

import time
from collections.abc import Iterator

import pytest
from health_story import call, clean, health, prepare, show, spec, turn, web
from on_machine import install, installed, status, until

from machines import Machine

PORT = 8181


@pytest.fixture(autouse=True)
def programs(machine: Machine) -> Iterator[None]:
    prepare(machine)
    yield
    clean(machine)


def is_healthy(machine: Machine, name: str) -> bool:
    return bool(status(machine, name)["health"] == "healthy")


def pid(machine: Machine, name: str) -> str:
    return show(machine, name, "MainPID")[0]


def test_an_unhealthy_agent_is_ended_by_systemd_and_restarted(machine: Machine) -> None:
    with installed(machine, spec(web("web", PORT), web("calm", PORT + 1, on_failure="none"))):
        assert machine.run(["pa", "wait", "--all", "--for", "healthy"]).returncode == 0
        assert show(machine, "web", "StatusText")[0].startswith("healthy (200 in ")
        assert machine.run(["pa", "health"]).returncode == 0
        before = pid(machine, "web")
        turn(machine, PORT, sick=True)
        turn(machine, PORT + 1, sick=True)
        until(lambda: pid(machine, "web") not in ("0", before), 15, "a restart")
        turn(machine, PORT, sick=False)
        journal = machine.run(["journalctl", "-u", "web", "-o", "cat", "--no-pager"]).stdout
        assert "Watchdog request (last status: unhealthy (HTTP 500, 3 times))" in journal
        assert "Failed with result 'watchdog'" in journal and "dumped core" not in journal
        until(lambda: is_healthy(machine, "web"), 15, "healthy again")
        assert show(machine, "web", "NRestarts") == ["1"]
        assert len(health(machine, "web")["restarts"]) == 1

        calm = status(machine, "calm")
        assert (calm["state"], calm["health"], calm["restarts"]) == ("running", "unhealthy", 0)
        assert calm["health_reason"].startswith("HTTP 500")
        assert machine.run(["pa", "health"], check=False).returncode == 1
        assert health(machine, "calm")["score"] <= 50
    assert not machine.path("/usr/local/lib/pa").exists()


def test_a_paused_agent_is_not_asked_and_a_stopped_one_not_either(machine: Machine) -> None:
    with installed(machine, spec(web("web", PORT))):
        until(lambda: is_healthy(machine, "web"), 10, "healthy")
        machine.run(["pa", "pause", "web"])
        until(lambda: status(machine, "web")["health_reason"] == "paused", 5, "paused")
        checks = health(machine, "web")["checks"]
        time.sleep(4)
        assert health(machine, "web")["checks"] == checks
        machine.run(["pa", "resume", "web"])
        until(lambda: is_healthy(machine, "web"), 5, "healthy again")
        assert show(machine, "web", "NRestarts") == ["0"]
        machine.run(["pa", "stop", "web"])
        assert status(machine, "web")["health"] == "none"


def test_the_daemons_may_be_killed_at_any_time(machine: Machine) -> None:
    calm = web("calm", PORT + 1, on_failure="none")
    with installed(machine, spec(web("web", PORT), calm)):
        turn(machine, PORT + 1, sick=True)
        until(lambda: status(machine, "calm")["health"] == "unhealthy", 15, "unhealthy")
        known = health(machine, "calm")
        pids = [pid(machine, name) for name in ("web", "calm")]
        for _ in range(5):
            machine.shell("systemctl kill -s KILL pa-watchdog pa-tell || :; sleep 0.4")
        until(lambda: is_healthy(machine, "web"), 15, "healthy after the last kill")
        assert [pid(machine, name) for name in ("web", "calm")] == pids
        after = health(machine, "calm")
        assert (after["health"], after["since"]) == ("unhealthy", known["since"])
        assert show(machine, "web", "NRestarts") == ["0"]


def test_changed_figures_restart_nothing_and_a_check_that_is_gone_ends(machine: Machine) -> None:
    with installed(machine, spec(web("web", PORT))):
        until(lambda: is_healthy(machine, "web"), 10, "healthy")
        before = pid(machine, "web")
        install(machine, spec(web("web", PORT, interval="2s")))
        until(lambda: health(machine, "web")["every_ms"] == 2000, 5, "the new figure")
        assert pid(machine, "web") == before
        install(machine, spec(web("web", PORT, enabled=False)))
        assert status(machine, "web")["health"] is None
        assert show(machine, "pa-watchdog", "LoadState") == ["not-found"]


def test_pa_tell_answers_the_companion_alone_and_hits_no_stranger(machine: Machine) -> None:
    with installed(machine, spec(web("web", PORT), web("calm", PORT + 1))):
        until(lambda: is_healthy(machine, "web"), 10, "healthy")
        own, invocation = show(machine, "web", "MainPID", "InvocationID")
        other = pid(machine, "calm")
        request = f"trigger web.service {own} {invocation}"
        assert call(machine, request) == "only the companion is answered"
        assert call(machine, request, user="bob") == "only the companion is answered"
        answers = {
            f"trigger web.service {other} {invocation}": f"process {other} is not of web.service",
            f"trigger web.service 1 {invocation}": "process 1 is not of web.service",
            f"trigger web.service {own} {'0' * 32}": "it runs anew",
            f"trigger web.service 4194303 {invocation}": "it has ended",
            f"trigger web.service 99999999999999 {invocation}": "",
            f"trigger ssh.service {own} {invocation}": "ssh.service is not watched",
            f"trigger ../../x.service {own} {invocation}": "../../x.service is not watched",
            f"poweroff web.service {own} {invocation}": "no such request",
            "trigger web.service": "",
            f"status web.service {own} {invocation} two\nlines": "ok",
        }
        for asked, expected in answers.items():
            found = call(machine, asked, forged=True)
            assert found == expected or (found and not expected), f"{asked}: {found}"
        assert show(machine, "web", "MainPID", "StatusText") == [own, "two lines"]
        assert pid(machine, "calm") == other


def test_a_figure_above_its_limit_is_told_like_a_failed_check(machine: Machine) -> None:
    limits = {"memory_above": "100M", "interval": "1s", "for": "1s"}
    hog = {
        "name": "hog",
        "cmd": ["python3", "-c", "import time; kept = bytearray(200 << 20); time.sleep(999)"],
        "backoff": {"initial_delay": "2s"},
        "limits": limits,
    }
    tired = {
        "name": "tired",
        "cmd": ["python3", "-c", "while True: pass"],
        "limits": {"cpu_above": "5%", "interval": "1s", "for": "1s", "then": "notify"},
    }
    with installed(machine, spec(hog, tired)):
        until(lambda: status(machine, "hog")["restarts"] >= 1, 15, "a restart")
        journal = machine.run(["journalctl", "-u", "hog", "-o", "cat", "--no-pager"]).stdout
        assert "last status: unhealthy (memory 2" in journal and "above 100M" in journal
        until(lambda: status(machine, "tired")["health"] == "unhealthy", 15, "over its limit")
        assert status(machine, "tired")["state"] == "running"
        assert show(machine, "tired", "StatusText")[0].startswith("unhealthy (cpu ")
