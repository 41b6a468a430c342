"""The gate by itself: real servers, real commands, a real process to watch."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

GATE = Path(__file__).parents[2] / "templates" / "helpers" / "gate"


@pytest.fixture
def agent() -> Iterator[subprocess.Popen[bytes]]:
    """The main process."""
    with subprocess.Popen(["sleep", "60"]) as process:
        yield process
        process.kill()


def gate(agent: subprocess.Popen[bytes], *words: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-IS", str(GATE), *words],
        env={**os.environ, "MAINPID": str(agent.pid)},
        stderr=subprocess.PIPE,
        text=True,
    )


def ended(process: subprocess.Popen[str], seconds: float = 15) -> tuple[int, str]:
    _, said = process.communicate(timeout=seconds)
    return process.returncode, said.strip()


class Answers(BaseHTTPRequestHandler):
    """Answers with the code that is its path; /0 never."""

    def do_GET(self) -> None:
        code = int(self.path[1:].partition("?")[0])
        if not code:
            time.sleep(5)
            return
        self.send_response(code)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    server.daemon_threads = True
    server.block_on_close = False
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_port
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("200", ""),
        ("204?a=b", ""),
        ("302", ""),
        ("404", "HTTP 404"),
        ("503", "HTTP 503"),
        ("0", "no answer within 0.2s"),
    ],
)
def test_http(agent: subprocess.Popen[bytes], port: int, path: str, words: str) -> None:
    code, said = ended(
        gate(agent, "0.3", "1", "0.2", "1", "http", f"http://localhost:{port}/{path}")
    )
    assert (code, said) == ((1, f"not ready within 0.3s: {words}") if words else (0, ""))


def test_tcp_waits_for_the_port(agent: subprocess.Popen[bytes]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as place:
        port = place.getsockname()[1]
    waiting = gate(agent, "10", "0.1", "1", "1", "tcp", f"localhost:{port}")
    time.sleep(0.5)
    assert waiting.poll() is None
    with socket.create_server(("127.0.0.1", port)):
        assert ended(waiting) == (0, "")


def test_tcp_gives_up(agent: subprocess.Popen[bytes]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as place:
        port = place.getsockname()[1]
    refused = "not ready within 0.2s: Connection refused"
    assert ended(gate(agent, "0.2", "0.1", "1", "1", "tcp", f"127.0.0.1:{port}")) == (1, refused)


@pytest.mark.parametrize(
    ("command", "words"),
    [
        (["true"], ""),
        (["false"], "exit code 1"),
        (["sh", "-c", "kill -9 $$"], "signal 9"),
        (["sleep", "30"], "no answer within 0.2s"),
        (["/nowhere/at/all"], "No such file or directory"),
    ],
)
def test_command(agent: subprocess.Popen[bytes], command: list[str], words: str) -> None:
    code, said = ended(gate(agent, "0.3", "1", "0.2", "1", "run", *command))
    assert (code, said) == ((1, f"not ready within 0.3s: {words}") if words else (0, ""))


def test_successes_in_a_row(agent: subprocess.Popen[bytes], tmp_path: Path) -> None:
    """Fails every other time at first."""
    script = f"echo x >>{tmp_path}/n; [ $(wc -l <{tmp_path}/n) != 2 ]"
    assert ended(gate(agent, "10", "0.1", "1", "3", "run", "sh", "-c", script)) == (0, "")
    assert (tmp_path / "n").read_text().count("x") == 5


def test_ends_with_the_agent(agent: subprocess.Popen[bytes]) -> None:
    waiting = gate(agent, "60", "30", "1", "1", "run", "false")
    time.sleep(0.5)
    agent.kill()
    assert ended(waiting, 2) == (0, "")
    agent.wait()
    assert ended(gate(agent, "60", "30", "1", "1", "run", "false"), 2) == (0, "")


def test_a_stop_ends_the_check_too(agent: subprocess.Popen[bytes], tmp_path: Path) -> None:
    waiting = gate(
        agent, "60", "1", "60", "1", "run", "sh", "-c", f"echo $$ >{tmp_path}/pid; exec sleep 50"
    )
    end = time.monotonic() + 10
    while not _written(tmp_path / "pid"):
        assert time.monotonic() < end
        time.sleep(0.02)
    waiting.send_signal(signal.SIGTERM)
    assert ended(waiting, 2) == (0, "")
    with pytest.raises(ProcessLookupError):
        os.killpg(int((tmp_path / "pid").read_text()), 0)


def _written(path: Path) -> bool:
    return path.exists() and path.read_text().endswith("\n")
