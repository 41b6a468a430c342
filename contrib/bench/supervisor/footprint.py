"""What the built-in supervisor costs while nothing happens: memory without agents and with 500, and
the system calls that it makes in a minute, as strace(1) sees them.

`.venv/bin/python contrib/bench/supervisor/footprint.py [AGENTS [SECONDS]]`. PSS shares the
interpreter's pages with this bench, RSS does not: so both are limited.
"""

import subprocess
import sys
import time
from pathlib import Path

from peers import available
from rig import Ours, Subject, Verdict, cpu_seconds, memory, mentioning, switches, until, workshop

QUIET = 3.0
"""Seconds until the last one has settled."""


def sleepers(count: int) -> dict[str, list[str]]:
    """Return agents that do nothing."""
    return {f"agent-{number:03}": ["/bin/sleep", "1000000"] for number in range(count)}


def started(subject: Subject, work: Path, count: int) -> None:
    """Have it run."""
    subject.configure(sleepers(count))
    before = _sleeping()
    subject.up()
    until(lambda: _sleeping() - before >= count, f"the start of {count} under {subject.name}")
    time.sleep(QUIET)


def _sleeping() -> int:
    return len(mentioning("sleep\0" + "1000000"))


def ours(work: Path, count: int, seconds: int, verdict: Verdict) -> None:
    """Measure, print, compare with what is promised."""
    empty, full = Ours(work), Ours(work)
    empty.up()
    until(empty.answers)
    time.sleep(QUIET)
    pss, rss = memory(empty.pid())
    print(f"pa, no agent: {pss:.1f} MB PSS, {rss:.1f} MB RSS")
    verdict.at_most("MB PSS", pss, 12)
    verdict.at_most("MB RSS", rss, 16)
    started(full, work, count)
    with_all, _ = memory(full.pid())
    print(f"pa, {count} agents: {with_all:.1f} MB PSS")
    verdict.at_most("KB more per agent", (with_all - pss) * 1024 / count, 8)
    idle(full, work, seconds, verdict)
    empty.down()
    full.down()


def idle(subject: Subject, work: Path, seconds: int, verdict: Verdict) -> None:
    """Nothing is to happen in a minute."""
    pid = subject.pid()
    before = cpu_seconds(pid), switches(pid)
    time.sleep(2)
    used, woken = cpu_seconds(pid) - before[0], switches(pid) - before[1]
    trace = work / "trace"
    argv = ["strace", "-f", "-qq", "-o", str(trace), "-p", str(pid)]
    with subprocess.Popen(argv, stderr=subprocess.DEVNULL) as tracer:
        time.sleep(seconds)
        tracer.terminate()
    # The call that it waits in is seen when the tracer comes and when it leaves.
    calls = [line for line in trace.read_text().splitlines() if "epoll_wait" not in line]
    waits = len(trace.read_text().splitlines()) - len(calls)
    print(f"{seconds} s: {len(calls)} calls, {waits} waits seen; 2 s untraced: {woken} switches")
    verdict.at_most("system calls", len(calls), 0)
    verdict.at_most("waits", waits, 1)
    verdict.at_most("CPU ms", used * 1000, 0)
    verdict.at_most("switches", woken, 0)


def main(count: int, seconds: int) -> int:
    """Print; 1 if a promise is not kept."""
    verdict = Verdict()
    with workshop() as work:
        ours(work, count, seconds, verdict)
    with workshop() as work:
        for subject in available(work, "runsvdir", "s6-svscan", "svscan"):
            started(subject, work, 1)
            pss, rss = memory(subject.pid())
            print(f"{subject.name}, 1 agent: {pss:.1f} MB PSS, {rss:.1f} MB RSS")
            subject.down()
    return 0 if verdict.good else 1


if __name__ == "__main__":
    given = [int(word) for word in sys.argv[1:]]
    sys.exit(main(*(*given, *(500, 60)[len(given) :])))
