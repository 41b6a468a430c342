"""An HTTP service as people write them: says in report.json which of its works failed."""

import asyncio
import ctypes
import http.server
import json
import multiprocessing
import os
import socket
import sqlite3
import ssl
import subprocess
import sys
import tempfile
import threading
import urllib.request
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

HOME = os.environ.get("STATE_DIRECTORY") or os.getcwd()
PORT = int(sys.argv[1])


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"hello")

    def log_message(self, *_: object) -> None:
        pass


def serve() -> None:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", PORT), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    assert urllib.request.urlopen(f"http://127.0.0.1:{PORT}/").read() == b"hello"


def database() -> None:
    with sqlite3.connect(f"{HOME}/web.db") as connection:
        connection.execute("pragma journal_mode=wal")
        connection.execute("create table if not exists t (x)")
        connection.execute("insert into t values (1)")
        assert connection.execute("select count(*) from t").fetchone()[0]


def programs() -> None:
    assert subprocess.run(["sh", "-c", "uname -s | cat"], capture_output=True).stdout == b"Linux\n"


def threads() -> None:
    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(abs, range(100))) == 4950


def processes() -> None:
    with multiprocessing.get_context("fork").Pool(2) as pool:
        assert pool.map(abs, [-1, -2]) == [1, 2]


def callbacks() -> None:
    kind = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_int)
    assert kind(lambda x: x + 1)(1) == 2


def temporary_files() -> None:
    with tempfile.NamedTemporaryFile() as file:
        file.write(b"x")


def files() -> None:
    path = f"{HOME}/web.txt"
    with open(path, "w") as file:
        file.write("x")
    os.chmod(path, 0o600)
    os.replace(path, f"{HOME}/web.old")


def interfaces() -> None:
    assert any(name == "lo" for _, name in socket.if_nameindex())


def priority() -> None:
    os.nice(1)
    os.sched_setaffinity(0, os.sched_getaffinity(0))


def machine() -> None:
    with open("/proc/meminfo") as file:
        assert "MemTotal" in file.read()
    assert os.cpu_count()


def loops() -> None:
    async def child() -> int:
        return await (await asyncio.create_subprocess_exec("true")).wait()

    assert asyncio.run(child()) == 0


WORKS: tuple[Callable[[], None], ...] = (
    serve,
    database,
    programs,
    threads,
    processes,
    callbacks,
    temporary_files,
    files,
    interfaces,
    priority,
    machine,
    loops,
    ssl.create_default_context,
)


def attempt(work: Callable[[], object]) -> str:
    try:
        work()
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    return ""


found = {work.__name__: reason for work in WORKS if (reason := attempt(work))}
with open(f"{HOME}/report.new", "w") as report:
    json.dump(found, report)
os.rename(f"{HOME}/report.new", f"{HOME}/report.json")
threading.Event().wait()
