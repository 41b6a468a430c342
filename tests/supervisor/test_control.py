"""The control socket: who may ask, many requests at once, bad ones."""

import json
import os
import socket
import stat
import subprocess
import sys
import threading
import time

import pytest
from supervised import Host, until

from pa_units.contracts import control
from pa_units.contracts.control import Reply, Request
from pa_units.contracts.refs import Scope
from pa_units.contracts.status import State
from pa_units.drive import builtin
from pa_units.drive.errors import BusError, NoBus

pytestmark = pytest.mark.slow


def raw(host: Host) -> socket.socket:
    peer = socket.socket(socket.AF_UNIX)
    peer.settimeout(10)
    peer.connect(control.socket_path(host.places))
    return peer


def replies(peer: socket.socket, count: int) -> dict[int, Reply]:
    text = b""
    while text.count(b"\n") < count:
        text += peer.recv(1 << 16)
    found = [control.decode_reply(line) for line in text.splitlines()]
    return {one.id: one for one in found}


def test_many_requests_on_one_connection_and_answers_as_they_come(host: Host) -> None:
    host.add("slow", "trap '' TERM; echo up; while :; do sleep 1; done", stop_timeout=800)
    host.add("bot", "exec sleep 1000")
    host.up()
    host.runs("bot")
    host.says("slow", "up")
    with raw(host) as peer:
        asked = [
            Request(1, "stop", ("slow",)),
            *(Request(number, "status", ("bot",)) for number in range(2, 50)),
        ]
        peer.sendall(b"".join(map(control.encode_request, asked)))
        quick = replies(peer, 48)
        assert 1 not in quick
        assert all(one.units["bot"].state is State.RUNNING for one in quick.values())
        assert replies(peer, 1)[1].results[0].ok


def test_a_request_in_pieces(host: Host) -> None:
    host.add("bot", "exec sleep 1000")
    host.up()
    with raw(host) as peer:
        for byte in control.encode_request(Request(7, "hello")):
            peer.sendall(bytes([byte]))
        hello = replies(peer, 1)[7].hello
        assert hello
        assert (hello.version, hello.units) == (control.VERSION, 1)


@pytest.mark.parametrize("line", [b"{", b"[]", b'{"verb":"explode","id":3}', b"\xff\xfe"])
def test_what_it_does_not_understand(host: Host, line: bytes) -> None:
    host.add("bot", "exec sleep 1000")
    host.up()
    with raw(host) as peer:
        peer.sendall(line + b"\n")
        assert replies(peer, 1)[0].error.startswith("cannot")
        peer.sendall(control.encode_request(Request(1, "hello")))
        assert replies(peer, 1)[1].hello


def test_a_request_without_end_ends_the_connection(host: Host) -> None:
    host.add("bot", "exec sleep 1000")
    host.up()
    with raw(host) as peer, pytest.raises(OSError):
        for _ in range(64):
            peer.sendall(b"x" * (1 << 16))
            time.sleep(0.005)
    assert host.answers()


def test_somebody_who_does_not_read_blocks_nobody(host: Host) -> None:
    host.add("bot", "exec sleep 1000")
    host.up()
    with raw(host) as peer:
        peer.setblocking(False)
        line = control.encode_request(Request(1, "status"))
        try:
            for _ in range(20_000):
                peer.sendall(line)
        except BlockingIOError:
            pass
        began = time.monotonic()
        assert host.state("bot") is State.RUNNING
        assert time.monotonic() - began < 5


def test_a_client_that_goes_in_the_middle(host: Host) -> None:
    host.add("bot", "trap '' TERM; echo up; while :; do sleep 1; done", stop_timeout=300)
    host.up()
    host.says("bot", "up")
    with raw(host) as peer:
        peer.sendall(control.encode_request(Request(1, "stop", ("bot",))))
    host.reaches("bot", State.STOPPED)


def test_results_come_in_the_order_of_the_names(host: Host) -> None:
    for name in ("one", "two"):
        host.add(name, "exec sleep 1000", boot=False)
    host.up()
    results = host.ask("start", "two", "nobody", "one").results
    assert [(one.unit, one.ok) for one in results] == [
        ("two", True),
        ("nobody", False),
        ("one", True),
    ]
    assert results[1].message == "the supervisor does not know it"


def test_the_socket_is_for_its_owner_alone(host: Host) -> None:
    host.add("bot", "exec sleep 1000")
    host.up()
    status = os.stat(control.socket_path(host.places))
    assert stat.S_IMODE(status.st_mode) == 0o600
    assert stat.S_ISSOCK(status.st_mode)


ASK = """
import os, socket, sys
os.setuid(65534)
peer = socket.socket(socket.AF_UNIX)
peer.connect(sys.argv[1])
peer.settimeout(10)
try:
    peer.sendall(b'{"id":1,"verb":"shutdown"}\\n')
    print(peer.recv(100))
except (ConnectionResetError, BrokenPipeError):
    print(b'')
"""


@pytest.mark.skipif(os.getuid() != 0, reason="only root can become somebody else")
def test_others_are_not_heard_even_if_they_get_in(host: Host) -> None:
    host.add("bot", "exec sleep 1000")
    host.up()
    path = control.socket_path(host.places)
    os.chmod(path, 0o666)
    asked = subprocess.run([sys.executable, "-c", ASK, path], capture_output=True, timeout=30)
    assert asked.stdout == b"b''\n", asked.stderr
    assert host.answers()


def test_a_long_home_is_no_obstacle(host: Host) -> None:
    """A socket address holds 107 bytes."""
    deep = host.home / ("d" * 90) / ("e" * 90)
    deep.mkdir(parents=True)
    far = Host(deep)
    far.add("bot", "exec sleep 1000")
    far.up()
    assert far.runs("bot")
    assert far.down() == 0


def test_the_driver(host: Host) -> None:
    host.add("bot", "exec sleep 1000", boot=False)
    host.add("other", "exec sleep 1000", boot=False)
    scope, env = Scope.SYSTEM, host.env
    with pytest.raises(NoBus, match="it is not running"):
        builtin.start(scope, env, ["bot"])
    assert builtin.stop(scope, env, ["bot"])[0].ok
    builtin.reload(scope, env)
    host.up()
    assert builtin.start(scope, env, ["bot"])[0].result == "done"
    assert builtin.start(scope, env, ["other"], wait=False)[0].result == "queued"
    before = builtin.read(scope, env, ["bot", "nobody"])
    assert (before["bot"].active, before["nobody"].load) == ("active", "not-found")
    assert builtin.try_restart(scope, env, ["bot"])[0].ok
    after = builtin.read(scope, env, ["bot"])["bot"]
    assert after.invocation != before["bot"].invocation
    assert builtin.kill(scope, env, ["bot"], 0)[0].ok
    assert not builtin.reload_units(scope, env, ["bot"])[0].ok
    assert builtin.pause(scope, env, ["bot"])[0].ok
    assert builtin.read(scope, env, ["bot"])["bot"].sub == "paused"
    assert builtin.resume(scope, env, ["bot"])[0].ok
    assert builtin.reset(scope, env, ["bot", "nobody"])[1].ok
    assert builtin.restart(scope, env, ["bot", "other"])[1].ok
    assert builtin.stop(scope, env, ["bot"])[0].ok
    hello = builtin.shut_down(scope, env)
    assert hello
    assert hello.running == 0
    assert host.process
    assert host.process.wait(10) == 0
    assert builtin.shut_down(scope, env) is None


def test_a_supervisor_that_dies_under_a_request(host: Host) -> None:
    host.add("bot", "trap '' TERM; echo up; while :; do sleep 1; done", stop_timeout=60_000)
    host.up()
    host.says("bot", "up")
    killer = threading.Timer(0.3, host.kill)
    killer.start()
    with pytest.raises(BusError, match="cannot ask the supervisor"):
        builtin.stop(Scope.SYSTEM, host.env, ["bot"])
    killer.join()


def test_status_of_many_is_one_line(host: Host) -> None:
    for number in range(40):
        host.add(f"bot{number}", "exec sleep 1000", boot=False)
    host.up()
    with raw(host) as peer:
        peer.sendall(control.encode_request(Request(1, "status")))
        line = until(lambda: peer.recv(1 << 20))
        while not line.endswith(b"\n"):
            line += peer.recv(1 << 20)
    assert len(json.loads(line)["units"]) == 40
