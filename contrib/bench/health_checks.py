"""What the companion costs: memory, CPU a check beside a bare epoll loop, and how soon it tells.

    python contrib/bench/health_checks.py [checks=1000] [seconds=20]

The companion is the real one, without systemd: a small stand-in for pa-tell says which process
runs, and notes when it is told to end one. Targets are one bare server loop in a process of its
own. Both watchers ask `checks` addresses once in 10 s, in turns, so that a busy host slows both.
"""

import json
import os
import selectors
import signal
import socket
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from pa_units.compile.systemd.daemons import MODULES
from pa_units.contracts import watch_plan
from pa_units.contracts.watch_plan import Check, WatchPlan
from pa_units.kit.sources import source

INTERVAL_S = 10
USUAL = (1000, 20)
"""Checks, seconds."""
ANSWER = "HTTP/1.1 {} X\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok"
REQUEST = b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
PYTHON = ("/usr/bin/python3", "-IS")


def fork(act: Callable[[], None]) -> int:
    """Run something in a process of its own."""
    pid = os.fork()
    if pid:
        return pid
    try:
        act()
    finally:
        os._exit(0)


def serve(listener: socket.socket, sick: Path) -> None:
    """Answer 200, or 500 while a file is there."""
    selector = selectors.EpollSelector()
    selector.register(listener, selectors.EVENT_READ)
    good, bad = ANSWER.format(200).encode(), ANSWER.format(500).encode()
    while True:
        for key, _ in selector.select():
            if key.fileobj is listener:
                selector.register(listener.accept()[0], selectors.EVENT_READ)
                continue
            caller = key.fileobj
            assert isinstance(caller, socket.socket)
            if caller.recv(4096):
                caller.send(bad if sick.exists() else good)
            selector.unregister(caller)
            caller.close()


def mouth(path: str, told: str) -> None:
    """Stand in for pa-tell: every service runs as this process; note each trigger."""
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    listener.bind(path)
    listener.listen()
    shown = f"ActiveState=active\nMainPID={os.getpid()}\nInvocationID=a\nControlGroup=/none\n"
    while True:
        caller = listener.accept()[0]
        while request := caller.recv(1 << 15).decode():
            word, *units = request.split()
            if word == "look":
                caller.send("\n".join(f"Id={unit}\n{shown}" for unit in units).encode())
                continue
            if word == "trigger":
                with open(told, "a") as file:
                    file.write(f"{time.monotonic()}\n")
            caller.send(b"ok")


def floor(port: int, checks: int) -> None:
    """Ask as often, and do nothing else."""
    selector = selectors.EpollSelector()
    due = time.monotonic()
    while True:
        due += INTERVAL_S / checks
        while (left := due - time.monotonic()) > 0:
            for key, _ in selector.select(left):
                asked = key.fileobj
                assert isinstance(asked, socket.socket)
                if key.events & selectors.EVENT_WRITE:
                    asked.send(REQUEST)
                    selector.modify(asked, selectors.EVENT_READ)
                elif not asked.recv(4096):
                    selector.unregister(asked)
                    asked.close()
        asked = socket.socket(socket.AF_INET, socket.SOCK_STREAM | socket.SOCK_NONBLOCK)
        asked.connect_ex(("127.0.0.1", port))
        selector.register(asked, selectors.EVENT_WRITE)


def companion(base: Path) -> int:
    """Start it as it is installed."""
    program = base / "watchdog"
    for name in MODULES:
        path = program / "pa_units" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(source(name))
    (program / "__main__.py").write_text(source("watchdog/start.py"))
    argv = (*PYTHON, str(program), str(base), str(base / "plans"))
    return os.posix_spawn(argv[0], argv, {"PATH": os.defpath})


def write_plans(base: Path, port: int, checks: int, **figures: int) -> None:
    """One plan for each check."""
    usual = {"interval": INTERVAL_S * 1000, "timeout": 2000, "retries": 3, **figures}
    (base / "plans").mkdir(parents=True)
    (base / "watchdog").mkdir()
    for number in range(checks):
        name = f"agent-{number}"
        check = Check("http", f"http://127.0.0.1:{port}/{number}", **usual)
        plan = WatchPlan(name, (f"{name}.service",), (check,))
        (base / "plans" / f"{name}.json").write_bytes(watch_plan.encode(plan))


def cpu_s(pid: int) -> float:
    """Seconds of CPU time so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def pss_mb(pid: int) -> float:
    """Memory, shared pages by share."""
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) / 1024
    return 0.0


@contextmanager
def watching(checks: int, **figures: int) -> Iterator[tuple[int, Path, int]]:
    """Everything but the floor: pid of the companion, its directory, the port of the targets."""
    with tempfile.TemporaryDirectory(prefix="pa-bench-") as directory:
        base = Path(directory)
        listener = socket.create_server(("127.0.0.1", 0), backlog=1024)
        port = listener.getsockname()[1]
        write_plans(base, port, checks, **figures)
        pids = [
            fork(lambda: serve(listener, base / "sick")),
            fork(lambda: mouth(str(base / "tell.sock"), str(base / "told"))),
        ]
        time.sleep(0.2)
        pids.append(companion(base))
        try:
            yield pids[-1], base, port
        finally:
            for pid in pids:
                os.kill(pid, signal.SIGKILL)
                os.waitpid(pid, 0)


def cost(checks: int, seconds: int) -> dict[str, object]:
    """Memory and CPU of steady checks."""
    with watching(checks) as (pid, _, port):
        time.sleep(INTERVAL_S + 2)
        bare = fork(lambda: floor(port, checks))
        time.sleep(1)
        try:
            began = cpu_s(pid), cpu_s(bare)
            time.sleep(seconds)
            ours, theirs = (cpu_s(one) - at for one, at in zip((pid, bare), began, strict=True))
        finally:
            os.kill(bare, signal.SIGKILL)
            os.waitpid(bare, 0)
        made = checks * seconds / INTERVAL_S
        return {
            "checks": checks,
            "pss_mb": round(pss_mb(pid), 1),
            "cpu_ms_a_check": round(ours / made * 1000, 3),
            "times_epoll": round(ours / theirs, 2) if theirs else None,
        }


def delay(agents: int) -> dict[str, object]:
    """From the moment at which all targets turn bad to each trigger: beyond what is promised,
    interval × retries, since the interval begins anywhere."""
    with watching(agents, interval=1000, timeout=1000, retries=2) as (_, base, _):
        time.sleep(5)
        (base / "sick").touch()
        sick = time.monotonic()
        time.sleep(6)
        late = sorted(float(line) - sick - 2.0 for line in (base / "told").read_text().split())
    return {
        "agents": len(late),
        "p50_ms_beyond": round(late[len(late) // 2] * 1000),
        "p99_ms_beyond": round(late[int(len(late) * 0.99)] * 1000),
    }


def main() -> None:
    """Print one line of JSON for each measurement."""
    given = [int(text) for text in sys.argv[1:3]]
    checks, seconds = (*given, *USUAL[len(given) :])
    for row in (cost(10, seconds), cost(checks, seconds), delay(500)):
        print(json.dumps(row), flush=True)


if __name__ == "__main__":
    main()
