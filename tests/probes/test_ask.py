"""Every way in which a target can answer, from real sockets."""

import asyncio
import os
import socket

import pytest
from answering import OK, Handler, hangs, says, serving, trickles

from pa_units.probes import http
from pa_units.probes.answer import Answer
from pa_units.probes.ask import ask
from pa_units.probes.exchange import LONGEST


def answer(handler: Handler, kind: str = "http", path: str = "/", timeout_ms: int = 2000) -> Answer:
    async def run() -> Answer:
        async with serving(handler) as port:
            where = f"127.0.0.1:{port}"
            return await ask(kind, f"http://{where}{path}" if kind == "http" else where, timeout_ms)

    return asyncio.run(run())


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        (OK, Answer(True, "200")),
        (b"HTTP/1.0 204 No Content\r\n\r\n", Answer(True, "204")),
        (b"HTTP/1.1 302 Found\r\nLocation: /x\r\n\r\n", Answer(True, "302")),
        (b"HTTP/1.1 404 Not Found\r\n\r\n", Answer(False, "HTTP 404")),
        (b"HTTP/1.1 500 Oh no\r\n\r\n", Answer(False, "HTTP 500")),
        (b"HTTP/1.1 100 Continue\r\n\r\n", Answer(False, "HTTP 100")),
        (b"SSH-2.0-OpenSSH_9.2\r\n", Answer(False, "no HTTP answer")),
        (b"HTTP/1.1 abc\r\n\r\n", Answer(False, "no HTTP answer")),
        (b"HTTP/1.1 2000 OK\r\n\r\n", Answer(False, "no HTTP answer")),
        (b"\0" * 100, Answer(False, "no HTTP answer")),
        (b"", Answer(False, "closed without an answer")),
    ],
)
def test_answers(sent: bytes, expected: Answer) -> None:
    assert answer(says(sent)) == expected


def test_a_whole_answer_needs_no_end_of_the_connection() -> None:
    assert answer(says(OK, then_waits=True)) == Answer(True, "200")


def test_no_more_is_read_than_the_limit() -> None:
    endless = b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * (4 * LONGEST)
    assert answer(says(endless, then_waits=True)) == Answer(True, "200")


@pytest.mark.parametrize("handler", [hangs, trickles])
def test_silence_and_trickling_end_at_the_time_limit(handler: Handler) -> None:
    assert answer(handler, timeout_ms=100) == Answer(False, "no answer within 0.1s")


def test_tcp_takes_a_connection_for_an_answer() -> None:
    assert answer(hangs, kind="tcp") == Answer(True, "connected")


@pytest.mark.parametrize("kind", ["http", "tcp"])
def test_a_closed_port_is_refused(kind: str) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        where = f"localhost:{free.getsockname()[1]}"
    target = f"http://{where}/" if kind == "http" else where
    assert asyncio.run(ask(kind, target, 2000)) == Answer(False, "connection refused")


def test_localhost_is_both_families() -> None:
    async def run() -> Answer:
        async with serving(says(OK), "::1") as port:
            return await ask("http", f"http://localhost:{port}/", 2000)

    assert asyncio.run(run()) == Answer(True, "200")


def test_an_unknown_name_is_an_answer_too() -> None:
    found = asyncio.run(ask("http", "http://nobody.invalid/", 200))
    assert not found.ok and found.words


def test_https_to_a_server_without_tls_fails() -> None:
    async def run() -> Answer:
        async with serving(says(OK)) as port:
            return await ask("http", f"https://127.0.0.1:{port}/", 1000)

    assert not asyncio.run(run()).ok


def test_no_descriptor_is_left() -> None:
    before = len(os.listdir("/proc/self/fd"))
    for handler in (says(OK), says(b""), hangs):
        answer(handler, timeout_ms=50)
    assert len(os.listdir("/proc/self/fd")) == before


def test_what_is_sent() -> None:
    found = http.request("http://[::1]:81/a?b=c#d")
    assert (found.host, found.port, found.tls) == ("::1", 81, False)
    assert found.head.startswith(b"GET /a?b=c HTTP/1.1\r\nHost: [::1]:81\r\n")
    assert http.request("https://x?y").head.startswith(b"GET /?y HTTP/1.1\r\nHost: x\r\n")
    assert http.request("https://x?y").port == 443


@pytest.mark.parametrize(
    ("found", "whole"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nab", False),
        (b"HTTP/1.1 200 OK\r\ncontent-length:3\r\n\r\nabc", True),
        (b"HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\nabc", False),
        (b"HTTP/1.1 304 Same\r\nContent-Length: 3\r\n\r\n", True),
        (b"HTTP/1.1 200 OK\r\n\r\n", False),
        (b"HTTP/1.1 200 OK\r\nA: b\r\n", False),
    ],
)
def test_the_end_of_a_message(found: bytes, whole: bool) -> None:
    assert http.complete(bytearray(found)) is whole
