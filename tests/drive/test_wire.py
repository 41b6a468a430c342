"""The client for reads against peers that misbehave."""

import socket
import time
from pathlib import Path

import pytest
from peers import Peer, Script, big_endian_reply, reply, serving, signal

from pa_units.contracts.refs import Scope
from pa_units.drive.errors import (
    BusDenied,
    BusError,
    BusLost,
    BusTimeout,
    CallError,
    NoBus,
)
from pa_units.drive.message import Call
from pa_units.drive.wire import Wire, open_bus

CALL = Call("/x", "a.b", "C")
SHORT = 0.3
"""Seconds that a test is ready to wait for an answer that does not come."""


def opened(env: dict[str, str], timeout: float = 5.0) -> Wire:
    return open_bus(Scope.SYSTEM, env, timeout)


def test_call_returns_values(tmp_path: Path) -> None:
    def script(peer: Peer) -> None:
        peer.hello()
        peer.reply(peer.call(), "su", "ab", 3)

    with serving(tmp_path / "bus", script) as env, opened(env) as wire:
        assert wire.call("/x", "a.b", "C", "s", "arg") == ("ab", 3)


def test_strangers_on_the_line_are_dropped(tmp_path: Path) -> None:
    def script(peer: Peer) -> None:
        peer.hello()
        serial = peer.call()
        peer.send(signal() + reply(serial + 50, "u", 1) + reply(serial - 1, "u", 2))
        peer.reply(serial, "u", 3)

    with serving(tmp_path / "bus", script) as env, opened(env) as wire:
        assert wire.call("/x", "a.b", "C") == (3,)


def test_replies_in_any_order_and_in_pieces(tmp_path: Path) -> None:
    def script(peer: Peer) -> None:
        peer.hello()
        serials = [peer.call() for _ in range(3)]
        raw = b"".join(reply(serial, "u", serial) for serial in reversed(serials))
        for byte in raw:
            peer.send(bytes([byte]))

    with serving(tmp_path / "bus", script) as env, opened(env) as wire:
        found = wire.pipeline([CALL] * 3)
        assert [one.values for one in found] == [(2,), (3,), (4,)]


def test_other_byte_order(tmp_path: Path) -> None:
    def script(peer: Peer) -> None:
        peer.hello()
        peer.send(big_endian_reply(peer.call(), 258))

    with serving(tmp_path / "bus", script) as env, opened(env) as wire:
        assert wire.call("/x", "a.b", "C") == (258,)


def test_at_most_a_hundred_in_flight(tmp_path: Path) -> None:
    seen = []

    def script(peer: Peer) -> None:
        peer.hello()
        seen.append(peer.waiting(0.2))
        for serial in range(2, 102):
            peer.reply(serial)
        for serial in range(102, 252):
            peer.call()
            peer.reply(serial)

    with serving(tmp_path / "bus", script) as env, opened(env) as wire:
        assert [one.values for one in wire.pipeline([CALL] * 250)] == [()] * 250
    assert seen == [100]


def test_the_time_limit_is_for_silence(tmp_path: Path) -> None:
    """A manager that is slow, but at work, is waited for."""

    def script(peer: Peer) -> None:
        peer.hello()
        for _ in range(4):
            called = peer.call()
            time.sleep(SHORT * 0.6)
            peer.send(reply(called, "u", 1))

    with serving(tmp_path / "bus", script) as env, opened(env, SHORT) as wire:
        assert [one.values for one in wire.pipeline([CALL] * 4)] == [(1,)] * 4


def test_error_reply_stays_with_its_call(tmp_path: Path) -> None:
    def script(peer: Peer) -> None:
        peer.hello()
        peer.send(reply(peer.call(), "s", "no such thing", error="a.b.Missing"))
        peer.reply(peer.call(), "u", 1)

    with serving(tmp_path / "bus", script) as env, opened(env) as wire:
        failed, fine = wire.pipeline([CALL, CALL])
    assert (failed.values, failed.error, failed.text) == ((), "a.b.Missing", "no such thing")
    assert fine.values == (1,)


def test_error_reply_of_one_call_is_raised(tmp_path: Path) -> None:
    def script(peer: Peer) -> None:
        peer.hello()
        peer.send(reply(peer.call(), "s", "Unit x not loaded.", error="a.b.NoSuchUnit"))

    with (
        serving(tmp_path / "bus", script) as env,
        opened(env) as wire,
        pytest.raises(CallError, match="Unit x not loaded") as raised,
    ):
        wire.call("/x", "a.b", "C")
    assert raised.value.name == "a.b.NoSuchUnit"


def test_denial_is_a_permission_problem(tmp_path: Path) -> None:
    def script(peer: Peer) -> None:
        peer.hello()
        peer.send(reply(peer.call(), error="org.freedesktop.DBus.Error.AccessDenied"))

    with (
        serving(tmp_path / "bus", script) as env,
        opened(env) as wire,
        pytest.raises(BusDenied) as raised,
    ):
        wire.call("/x", "a.b", "C")
    assert raised.value.exit_code == 4
    assert "sudo" in raised.value.hint


def silent(peer: Peer) -> None:
    peer.call()  # waits until the client leaves


def rejects(peer: Peer) -> None:
    peer.begin()
    peer.send(b"REJECTED EXTERNAL\r\n")


def speaks_http(peer: Peer) -> None:
    peer.begin()
    peer.send(b"HTTP/1.1 400 Bad Request\r\n\r\n")


def says_no_line_end(peer: Peer) -> None:
    while True:
        peer.send(b"OK" * 4096)


def hangs_up(peer: Peer) -> None:
    peer.link.recv(1)


def refuses_hello(peer: Peer) -> None:
    peer.authenticate()
    error = "org.freedesktop.DBus.Error.LimitsExceeded"
    peer.send(reply(peer.call(), "s", "too many connections", error=error))


@pytest.mark.parametrize(
    ("script", "kind"),
    [
        (silent, BusTimeout),
        (rejects, BusDenied),
        (speaks_http, BusLost),
        (says_no_line_end, BusLost),
        (hangs_up, BusLost),
        (refuses_hello, CallError),
    ],
    ids=lambda value: getattr(value, "__name__", None),
)
def test_nobody_to_talk_to(tmp_path: Path, script: Script, kind: type[BusError]) -> None:
    with serving(tmp_path / "bus", script) as env, pytest.raises(kind) as raised:
        opened(env, SHORT)
    assert raised.value.message.startswith("cannot ")


def never_answers(peer: Peer) -> None:
    peer.hello()
    silent(peer)
    silent(peer)


def trickles(peer: Peer) -> None:
    peer.hello()
    while True:
        peer.send(signal())
        time.sleep(0.01)


def dies(peer: Peer) -> None:
    peer.hello()
    peer.call()


def dies_within_a_reply(peer: Peer) -> None:
    peer.hello()
    peer.send(reply(peer.call(), "s", "hello")[:-3])


def sends_noise(peer: Peer) -> None:
    peer.hello()
    peer.call()
    peer.send(b"\xff" * 64)


def sends_a_giant(peer: Peer) -> None:
    peer.hello()
    peer.call()
    peer.send(b"l\x02\0\x01" + b"\xff\xff\xff\x7f" * 3)


def lies_about_the_body(peer: Peer) -> None:
    peer.hello()
    raw = reply(peer.call(), "s", "hello")
    peer.send(raw.replace(b"\x05\0\0\0hello", b"\x55\0\0\0hello"))


def sends_a_bad_signature(peer: Peer) -> None:
    peer.hello()
    raw = reply(peer.call(), "s", "hello")
    peer.send(raw.replace(b"\x01s\0", b"\x01(\0"))


@pytest.mark.parametrize(
    ("script", "kind"),
    [
        (never_answers, BusTimeout),
        (trickles, BusTimeout),
        (dies, BusLost),
        (dies_within_a_reply, BusLost),
        (sends_noise, BusLost),
        (sends_a_giant, BusLost),
        (lies_about_the_body, BusLost),
        (sends_a_bad_signature, BusLost),
    ],
    ids=lambda value: getattr(value, "__name__", None),
)
def test_call_always_ends(tmp_path: Path, script: Script, kind: type[BusError]) -> None:
    with serving(tmp_path / "bus", script) as env, opened(env, SHORT) as wire:
        started = time.monotonic()
        with pytest.raises(kind):
            wire.call("/x", "a.b", "C")
        assert time.monotonic() - started < SHORT + 10
        # What was lost stays lost: a late answer must not be taken for that of another call.
        with pytest.raises(BusLost, match="earlier failure"):
            wire.call("/x", "a.b", "C")


def test_no_socket(tmp_path: Path) -> None:
    with pytest.raises(NoBus, match="no such socket") as raised:
        opened({"DBUS_SYSTEM_BUS_ADDRESS": f"unix:path={tmp_path}/nothing"})
    assert raised.value.hint


def test_socket_without_listener(tmp_path: Path) -> None:
    path = tmp_path / "bus"
    with socket.socket(socket.AF_UNIX) as left:
        left.bind(str(path))
    with pytest.raises(NoBus, match="nobody listens"):
        opened({"DBUS_SYSTEM_BUS_ADDRESS": f"unix:path={path}"})


def test_second_address_is_tried(tmp_path: Path) -> None:
    def script(peer: Peer) -> None:
        peer.hello()

    with serving(tmp_path / "bus", script) as env:
        env["DBUS_SYSTEM_BUS_ADDRESS"] = (
            f"unix:path={tmp_path}/nothing;" + env["DBUS_SYSTEM_BUS_ADDRESS"] + ",guid=12"
        )
        opened(env).close()


def test_escapes_in_an_address(tmp_path: Path) -> None:
    def script(peer: Peer) -> None:
        peer.hello()

    with serving(tmp_path / "a-b", script):
        opened({"DBUS_SYSTEM_BUS_ADDRESS": f"unix:path={tmp_path}/a%2db"}).close()


@pytest.mark.parametrize("address", ["tcp:host=127.0.0.1,port=1", "unix:", "", "unix:path=%zz"])
def test_useless_address(address: str) -> None:
    with pytest.raises(NoBus):
        open_bus(Scope.USER, {"DBUS_SESSION_BUS_ADDRESS": address})


def test_no_session_names_the_way_out() -> None:
    with pytest.raises(NoBus, match="no login session") as raised:
        open_bus(Scope.USER, {})
    assert "XDG_RUNTIME_DIR=/run/user/" in raised.value.hint


def test_user_bus_by_runtime_directory(tmp_path: Path) -> None:
    def script(peer: Peer) -> None:
        peer.hello()

    with serving(tmp_path / "bus", script):
        open_bus(Scope.USER, {"XDG_RUNTIME_DIR": str(tmp_path)}).close()
