"""Sockets that systemd opens for an agent, on a real systemd."""

import json

from on_machine import install, installed, pids, replicas, status, until, verify

from machines import Machine

SERVER = r"""
import json, os, select, socket, sys
count = int(os.environ["LISTEN_FDS"])
sockets = [socket.socket(fileno=3 + number) for number in range(count)]
for one in sockets:
    one.setblocking(False)
while True:
    for number, one in enumerate(sockets):
        if one not in select.select(sockets, [], [])[0]:
            continue
        try:
            peer = one.accept()[0]
        except BlockingIOError:
            continue  # another replica was faster
        peer.setblocking(True)
        said = [sys.argv[1], number, os.getpid(), os.environ.get("PA_REPLICA", "")]
        peer.sendall(json.dumps(said).encode())
        peer.close()
"""
CLIENT = r"""
import json, socket, sys, time
def ask(address):
    family = socket.AF_UNIX if isinstance(address, str) else socket.AF_INET
    with socket.socket(family) as one:
        one.settimeout(20)
        one.connect(address if isinstance(address, str) else tuple(address))
        return json.loads(one.makefile().read())
address, count = json.loads(sys.argv[1]), int(sys.argv[2])
answers = []
for _ in range(count):
    answers.append(ask(address))
    time.sleep(float(sys.argv[3]))
print(json.dumps(answers))
"""
PORT, OTHER = ["127.0.0.1", 7101], ["127.0.0.1", 7102]
WEB = """
agents:
- name: sock
  cmd: [python3, /usr/local/bin/server.py, {word}]
  user: kbot
  sockets: [{{listen: "localhost:{port}"}}, {{listen: /run/sock.sock, mode: "0640"}}]
"""


def spec(word: str = "one", port: int = 7101) -> str:
    return WEB.format(word=word, port=port)


def prepare(machine: Machine) -> None:
    machine.path("/usr/local/bin/server.py").write_text(SERVER)
    machine.path("/usr/local/bin/client.py").write_text(CLIENT)


def client(address: object, count: int, pause: float) -> list[str]:
    return ["python3", "/usr/local/bin/client.py", json.dumps(address), str(count), str(pause)]


def ask(machine: Machine, address: object, count: int = 1) -> list[list[object]]:
    """What the server answers: word, number of the socket, pid, replica."""
    found: list[list[object]] = json.loads(machine.run(client(address, count, 0)).stdout)
    return found


def test_a_connection_starts_it_and_none_is_refused(machine: Machine) -> None:
    prepare(machine)
    with installed(machine, spec()) as done:
        assert "sock: started, listening" in done.stdout
        verify(machine, "sock.socket", "sock.service")
        found = status(machine, "sock")
        assert (found["state"], found["pid"]) == ("listening", 0)
        assert machine.run(["pa", "is-active", "-q", "sock"], check=False).returncode == 0
        owner = machine.run(["stat", "-c", "%U:%G %a", "/run/sock.sock"]).stdout
        assert owner == "kbot:kbot 640\n"

        (answer,) = ask(machine, PORT)
        found = status(machine, "sock")
        assert answer == ["one", 0, found["pid"], ""] and found["state"] == "running"
        assert ask(machine, "/run/sock.sock")[0][1] == 1

        # While it is restarted, and replaced by another version, connections wait.
        steady = machine.start(client(PORT, 150, 0.04))
        machine.run(["pa", "restart", "sock"])
        install(machine, spec("two"))
        out, err = steady.communicate(timeout=60)
        answers = json.loads(out)
        assert (steady.returncode, err, len(answers)) == (0, "", 150)
        assert len({pid for _, _, pid, _ in answers}) >= 2
        assert ask(machine, PORT)[0][0] == "two"

        # Another address: the new one is open, the old one is not.
        install(machine, spec("two", port=7102))
        assert ask(machine, OTHER)[0][0] == "two"
        assert machine.run(client(PORT, 1, 0), check=False).returncode == 1

        machine.run(["pa", "stop", "sock"])
        assert status(machine, "sock")["state"] == "stopped"
        assert machine.run(client(OTHER, 1, 0), check=False).returncode == 1
        assert not machine.path("/run/sock.sock").exists()


def test_a_daemon_gets_its_socket_by_an_install(machine: Machine) -> None:
    prepare(machine)
    plain = "agents:\n- {name: sock, cmd: [sleep, '1000'], user: kbot}\n"
    with installed(machine, plain):
        assert status(machine, "sock")["state"] == "running"
        install(machine, spec())
        assert ask(machine, PORT)[0][0] == "one"
        install(machine, plain)
        assert status(machine, "sock")["state"] == "running"
        assert machine.run(client(PORT, 1, 0), check=False).returncode == 1


def test_an_address_that_is_taken_is_told(machine: Machine) -> None:
    prepare(machine)
    script = "import os, socket, time; s = socket.create_server(('127.0.0.1', 7101))"
    taken = machine.start(
        ["python3", "-c", f"{script}; print(os.getpid(), flush=True); time.sleep(99)"]
    )
    assert taken.stdout
    pid = taken.stdout.readline().strip()
    done = install(machine, spec(), check=False)
    try:
        assert done.returncode == 1
        assert "Address already in use" in done.stderr
        assert status(machine, "sock")["state"] == "failed"
    finally:
        machine.run(["kill", pid])
        taken.communicate()
        machine.run(["pa", "uninstall", "sock", "--purge"])


def test_replicas_share_the_sockets(machine: Machine) -> None:
    prepare(machine)
    with installed(machine, spec() + "  replicas: 3\n"):
        verify(machine, "sock.socket", "sock@1.service", "sock.target")
        until(lambda: status(machine, "sock")["reason"] == "3 of 3 running", 5, "all up")
        known = set(pids(replicas(machine, "sock")).values())
        answers = ask(machine, PORT, 60)
        assert {pid for _, _, pid, _ in answers} <= known
        assert {replica for *_, replica in answers} <= {"1", "2", "3"}
        machine.run(["pa", "stop", "sock@1", "sock@2"])
        assert ask(machine, PORT)[0][3] in ("1", "3")
