"""`pa logs` on a real systemd: the journal, files, both; who may read; the history of restarts."""

import json
import time
from collections.abc import Iterator

import pytest

from machines import Machine
from machines.roots import DEFAULT_SUITES, SUITES

SPEC = """
agents:
  - name: talk
    cmd: [sh, -c, "sleep 0.5; for i in 1 2 3 4 5; do echo Talk $${i}; done; exec sleep 1000"]
  - name: file
    cmd: [sh, -c, "for i in 1 2 3; do echo out $${i}; echo err $${i} >&2; done; exec sleep 1000"]
    logging: {stdout: /var/log/file.log, stderr: /var/log/file.error.log}
  - name: half
    cmd: [sh, -c, "echo in the journal; echo in the file >&2; exec sleep 1000"]
    logging: {stderr: /var/log/half.error.log}
  - {name: twins, cmd: [sh, -c, "echo born; exec sleep 1000"], replicas: 2}
  - name: crash
    cmd: [sh, -c, "sleep 0.2; exit 3"]
    max_restarts: 2
    backoff: {initial_delay: 100ms}
"""


pytestmark = pytest.mark.machine


@pytest.fixture(scope="module", params=[SUITES[suite].systemd for suite in DEFAULT_SUITES])
def agents(request: pytest.FixtureRequest) -> Iterator[Machine]:
    """Installed once per machine."""
    machine: Machine = request.getfixturevalue(f"machine{request.param}")
    machine.path("/root/logs.yaml").write_text(SPEC)
    machine.run(["pa", "install", "/root/logs.yaml", "--no-block"])
    machine.shell(
        "until systemctl -q is-failed crash; do sleep 0.1; done;"
        "until [ -s /var/log/half.error.log ]; do sleep 0.1; done; sleep 1; journalctl --sync"
    )
    yield machine
    machine.run(["pa", "uninstall", "--all", "--purge"])


def logs(machine: Machine, *words: str, user: str | None = None, code: int = 0) -> list[str]:
    done = machine.run(["pa", "logs", *words], user=user, check=False)
    assert done.returncode == code, done.stdout + done.stderr
    return (done.stdout if code == 0 else done.stderr).splitlines()


def items(machine: Machine, *words: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in logs(machine, *words, "-o", "json")]


def test_what_was_printed(agents: Machine) -> None:
    assert logs(agents, "talk", "-n", "2", "-o", "cat") == ["Talk 4", "Talk 5"]
    assert logs(agents, "talk", "--tail", "1", "-o", "cat") == ["Talk 5"]
    assert logs(agents, "talk", "-n", "0") == []
    timed = logs(agents, "talk", "-n", "1")[0]
    assert timed.endswith(" Talk 5")
    assert timed.startswith(time.strftime("%b "))
    assert logs(agents, "file", "-n", "1") == ["       | out 3", "stderr | err 3"]
    own = [item for item in items(agents, "half") if not item["by_manager"]]
    streams = {item["stream"]: item["text"] for item in own}
    assert streams == {"journal": "in the journal", "stderr": "in the file"}
    twins = [item for item in items(agents, "twins", "-n", "all") if item["text"] == "born"]
    assert {item["unit"] for item in twins} == {"twins@1.service", "twins@2.service"}
    assert {item["agent"] for item in twins} == {"twins@1", "twins@2"}


def test_several_agents_by_time(agents: Machine) -> None:
    found = items(agents, "talk", "twins", "crash", "-n", "all")
    times = [item["time_us"] for item in found]
    assert times == sorted(times, key=lambda time_us: int(str(time_us)))
    assert {item["agent"] for item in found} == {"talk", "twins@1", "twins@2", "crash"}
    bounded = [item["agent"] for item in items(agents, "--all", "-n", "1")]
    assert sorted(bounded) == [
        "crash",
        "file",
        "file",
        "half",
        "half",
        "talk",
        "twins@1",
        "twins@2",
    ]


def test_what_narrows(agents: Machine) -> None:
    assert logs(agents, "talk", "-g", "talk [23]", "-o", "cat") == ["Talk 2", "Talk 3"]
    assert logs(agents, "talk", "-g", "talk [0-9]", "-n", "2", "-o", "cat") == ["Talk 4", "Talk 5"]
    assert logs(agents, "talk", "-g", "TALK") == []
    assert logs(agents, "talk", "file", "-g", "2$", "-o", "cat") == ["out 2", "err 2", "Talk 2"]
    assert logs(agents, "talk", "--since", "+1h") == []
    assert logs(agents, "talk", "--until", "1d") == []
    assert logs(agents, "talk", "--since", "1h", "-o", "cat")[-1] == "Talk 5"
    assert "'soon' is not a time" in logs(agents, "talk", "--since", "soon", code=2)[0]
    assert "cannot search" in logs(agents, "talk", "-g", "(a", code=2)[0]


def test_who_may_not_read_is_told(agents: Machine) -> None:
    agents.user_env("bob")
    for name in ("talk", "file"):
        said = logs(agents, name, "--system", user="bob", code=4)
        assert said[0].startswith("pa: cannot read ")
        assert "hint:" in said[1]
    agents.run(["usermod", "-aG", "adm", "bob"])
    try:
        assert logs(agents, "talk", "--system", "-n", "1", "-o", "cat", user="bob") == ["Talk 5"]
    finally:
        agents.run(["gpasswd", "-d", "bob", "adm"])


def test_follow_files_and_journal(agents: Machine) -> None:
    """Every line of both comes, each once, in the order of its source."""
    script = """
        timeout --preserve-status -s INT 10 pa logs talk file -f -n 0 -o cat > /root/followed &
        sleep 3
        for i in $(seq 10); do
            echo file $i >> /var/log/file.log
            sleep 0.1
        done
        systemctl restart talk
        wait %1
    """
    done = agents.run(["bash", "-c", script], check=False)
    assert done.returncode == 130, done.stdout + done.stderr
    followed = agents.path("/root/followed").read_text().splitlines()
    assert [line for line in followed if line.startswith("file")] == [
        f"file {number}" for number in range(1, 11)
    ]
    assert [line for line in followed if line.startswith("Talk")] == [
        f"Talk {number}" for number in range(1, 6)
    ]
    assert followed.index("Talk 1") > followed.index("file 10"), "not in the order of arrival"


def test_history_of_restarts(agents: Machine) -> None:
    episodes = items(agents, "crash", "--type", "restart")
    assert [item["then"] for item in episodes] == ["restart 1", "restart 2", "gave up"]
    assert {item["cause"] for item in episodes} == {"exit code 3"}
    assert all(item["schema"] == "pa.run/1" for item in episodes)
    assert len(items(agents, "crash", "--type", "restart", "-n", "1")) == 1
    table = logs(agents, "crash", "talk", "--type", "restart")
    assert table[0].split() == ["AGENT", "STARTED", "RAN", "ENDED", "BY", "THEN"]
    assert "gave up" in "".join(table)
    agents.run(["pa", "stop", "talk"])
    agents.run(["journalctl", "--sync"])
    last = items(agents, "talk", "--type", "restart")[-1]
    assert (last["cause"], last["then"]) == ("asked to stop", "stopped")
    assert "cannot be followed" in logs(agents, "talk", "--type", "restart", "-f", code=2)[0]
