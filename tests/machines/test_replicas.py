"""Several of one agent, side by side, on a real systemd."""

from on_machine import install, installed, pids, replicas, status, statuses, until, verify

from machines import Machine

WEB = """
- name: web
  cmd: [/bin/sh, -c, "echo up $PA_REPLICA; exec sleep 1000"]
  replicas: {replicas}
  max_restarts: 5
  backoff: {{initial_delay: 200ms, reset_after: 2s}}
  logging: {{stdout: /var/log/web.log}}
"""
OTHERS = """
- name: sliced
  cmd: [sleep, "1000"]
  systemd: {Service: {Slice: tests.slice}}
- {name: once, cmd: /bin/true, type: oneshot}
"""
HALF = """
- name: half-up.x
  cmd: [/bin/sh, -c, "echo here $PA_REPLICA; [ $PA_REPLICA = 1 ] && exec sleep 1000; exit 3"]
  replicas: 2
  max_restarts: 1
  backoff: {initial_delay: 100ms}
"""


def spec(replicas: int, more: str = "") -> str:
    return "agents:" + WEB.format(replicas=replicas) + more


def kill(machine: Machine, unit: str) -> None:
    machine.run(["systemctl", "kill", "--signal=KILL", unit])


def test_each_lives_for_itself_and_verbs_act_on_all(machine: Machine) -> None:
    with installed(machine, spec(3)) as done:
        assert "web: started, 3 replicas" in done.stdout
        verify(machine, "web.target", "web@1.service")
        whole = status(machine, "web")
        assert (whole["state"], whole["reason"], whole["unit"]) == (
            "running",
            "3 of 3 running",
            "web.target",
        )
        first = pids(replicas(machine, "web"))
        for number in (1, 2, 3):
            log = machine.path(f"/var/log/web@{number}.log").read_text()
            assert log == f"up {number}\n"

        kill(machine, "web@2.service")
        until(lambda: status(machine, "web")["reason"] == "3 of 3 running", 4, "a restart")
        once = replicas(machine, "web")
        second = pids(once)
        assert second["web@2"] not in (0, first["web@2"])
        assert second == first | {"web@2": second["web@2"]}
        assert [one["restarts"] for one in once.values()] == [0, 1, 0]

        # The count is forgotten per instance, after its own stability.
        until(lambda: replicas(machine, "web")["web@2"]["restarts"] == 0, 6, "forgotten")

        machine.run(["pa", "stop", "web@1"])
        asked = machine.run(["pa", "status"], check=False)
        assert "2 of 3 running" in asked.stdout and "  web@1" in asked.stdout
        assert machine.run(["pa", "is-active", "-q", "web"], check=False).returncode == 3
        machine.run(["pa", "start", "web"])
        third = pids(replicas(machine, "web"))
        assert third == second | {"web@1": third["web@1"]}, "those that run are left alone"

        machine.run(["pa", "restart", "web"])
        fourth = pids(replicas(machine, "web"))
        assert not set(fourth.values()) & set(third.values())
        shown = machine.run(["pa", "logs", "web@3", "-n", "5"]).stdout
        assert shown == "up 3\nup 3\n"
        assert "web@1 | up 1" in machine.run(["pa", "logs", "web"]).stdout

        machine.run(["pa", "stop", "web"])
        assert {one["state"] for one in replicas(machine, "web").values()} == {"stopped"}
        assert machine.run(["pa", "uninstall", "web@1"], check=False).returncode == 2


def test_scaling_touches_only_what_comes_and_goes(machine: Machine) -> None:
    with installed(machine, spec(2)):
        two = pids(replicas(machine, "web"))
        install(machine, spec(4))
        four = pids(replicas(machine, "web"))
        assert len(four) == 4 and all(four.values())
        assert {name: four[name] for name in two} == two

        done = install(machine, spec(1 + 1))
        assert "is up to date" in done.stdout
        assert pids(replicas(machine, "web")) == two
        units = machine.run(["systemctl", "list-units", "--all", "--plain", "--no-legend", "web*"])
        assert "web@3" not in units.stdout and "web@4" not in units.stdout

        # And to an agent that is one service, and back.
        install(machine, spec(1))
        assert status(machine, "web")["unit"] == "web.service"
        asked = machine.run(["systemctl", "is-active", "web@1"], check=False)
        assert asked.stdout == "inactive\n"
        install(machine, spec(2))
        assert status(machine, "web")["reason"] == "2 of 2 running"


def test_one_that_gives_up_leaves_the_others_and_is_named(machine: Machine) -> None:
    done = install(machine, "agents:" + HALF + OTHERS, check=False)
    try:
        assert done.returncode == 1
        assert "once: started" in done.stdout
        others = statuses(machine)
        assert others["sliced"]["memory"] and others["sliced"]["pid"]
        assert (others["once"]["state"], others["once"]["reason"]) == ("running", "completed")
        assert others["once"]["memory"] is None
        until(lambda: status(machine, "half-up.x")["state"] == "failed", 5, "given up")
        whole = status(machine, "half-up.x")
        assert whole["reason"] == (
            "1 of 2 running; half-up.x@2: gave up after 1 restart: exit code 3"
        )
        assert "here 2" in machine.run(["pa", "logs", "half-up.x@2"]).stdout
        assert machine.run(["pa", "is-failed", "-q", "half-up.x"], check=False).returncode == 0
    finally:
        machine.run(["pa", "uninstall", "--all", "--purge"])
