"""`pa-tell PLANS…`: passes on what the companion says of agents to PID 1.

The standard library alone, one file: it is what an auditor reads. Started by its socket as root
with CAP_SYS_ADMIN and nothing else, which is what the kernel asks of whoever states the pid of
another process (unix(7), SCM_CREDENTIALS). Answers only `pa-watchdog.service`, and speaks only for
processes of units that have a plan. One request is

    WORD UNIT PID INVOCATION [TEXT]

and the answer `ok`, or why not. Words: `status`, a text for `systemctl status`; `trigger`, PID 1
ends an unhealthy agent and restarts it by the unit's own policy (WATCHDOG=trigger, sd_notify(3));
`stop`, a job that stops the unit. `look UNIT…` answers with what systemctl(1) shows of them.
"""

import contextlib
import os
import re
import select
import socket
import struct
import sys
from collections.abc import Callable, Mapping, Sequence

CALLER = "pa-watchdog.service"
NOTIFY = "/run/systemd/notify"
CGROUPS = "/sys/fs/cgroup"
SYSTEMCTL = "/usr/bin/systemctl"
SHOWN = "Id,ActiveState,MainPID,InvocationID,ControlGroup"
LONGEST = 1 << 15
IDLE_MS = 300_000
"""Ends when nobody has spoken for so long: the next request starts it again."""
CALLERS = 8
_LISTEN_FD = 3
"""sd_listen_fds(3)"""
_CREDENTIALS = struct.Struct("iII")
_UNIT = re.compile(r"([A-Za-z0-9][A-Za-z0-9_.-]*)(@[0-9]+)?\.service")


class Refused(Exception):
    """Why a request is not carried out."""


def group_of(pid: int) -> str:
    """Return the control group of a process, below the root of the unified hierarchy."""
    try:
        with open(f"/proc/{pid}/cgroup", encoding="utf-8") as file:
            lines = file.read().splitlines()
    except OSError:
        raise Refused("it has ended") from None
    return next((line[3:] for line in lines if line.startswith("0::")), "")


def group_of_unit(pid: int, unit: str) -> str:
    """Return the group of the unit itself, of which a process may be in one below."""
    before, found, _ = f"{group_of(pid)}/".partition(f"/{unit}/")
    if not found:
        raise Refused(f"process {pid} is not of {unit}")
    root = CGROUPS if os.path.exists(f"{CGROUPS}/cgroup.procs") else f"{CGROUPS}/unified"
    return f"{root}{before}/{unit}"


def invocation(group: str) -> str:
    """Return the id of the run, "" if there is none."""
    try:
        return os.getxattr(group, "trusted.invocation_id").decode()
    except OSError:
        return ""


def is_caller(pid: int, uid: int) -> bool:
    """Is this the companion? A pid that was another's when the connection was made has that one's
    user; the companion's number is nobody else's."""
    try:
        owner = os.stat(f"/proc/{pid}").st_uid
        return owner == uid and group_of(pid).rpartition("/")[2] == CALLER
    except (OSError, Refused):
        return False


def check_plan(unit: str, plans: Sequence[str]) -> None:
    """Raises Refused for a unit of no agent that has a plan."""
    named = _UNIT.fullmatch(unit)
    if not named or not any(os.path.exists(f"{path}/{named[1]}.json") for path in plans):
        raise Refused(f"{unit[:80]} is not watched")


def notify(pid: int, line: str) -> None:
    """Send one message in the name of a process."""
    stated = _CREDENTIALS.pack(pid, os.getuid(), os.getgid())
    rights = [(socket.SOL_SOCKET, socket.SCM_CREDENTIALS, stated)]
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as sender:
        sender.settimeout(2)
        sender.connect(NOTIFY)
        sender.sendmsg([line.encode()], rights)


def job(verb: str, unit: str) -> None:
    """Queue a job."""
    argv = (SYSTEMCTL, "--no-block", verb, "--", unit)
    code = os.waitstatus_to_exitcode(os.waitpid(os.posix_spawn(SYSTEMCTL, argv, {}), 0)[1])
    if code:
        raise Refused(f"systemctl {verb} {unit}: exit code {code}")


def is_run(group: str, unit: str, pid: int, run: str) -> bool:
    """Is a process the main one of this run? A group that was not empty in between keeps the id of
    the run before over a restart under RestartMode=direct (257), and so does the link in
    /run/systemd/units/: then systemd is asked, which takes ten times as long."""
    if invocation(group) == run:
        return True
    lines = show([unit]).decode("utf-8", "replace").splitlines()
    return f"MainPID={pid}" in lines and f"InvocationID={run}" in lines


def look(units: Sequence[str], plans: Sequence[str]) -> bytes:
    """Return how services run; anybody with a bus may read that."""
    for unit in units:
        check_plan(unit, plans)
    return show(units)


def show(units: Sequence[str]) -> bytes:
    """Ask systemd."""
    argv = (SYSTEMCTL, "show", f"--property={SHOWN}", "--", *units)
    inner, outer = os.pipe()
    with open(inner, "rb") as output:
        into = [(os.POSIX_SPAWN_DUP2, outer, 1)]
        pid = os.posix_spawn(SYSTEMCTL, argv, {}, file_actions=into)
        os.close(outer)
        shown = output.read()
    os.waitpid(pid, 0)
    return shown or b"\n"


def status(unit: str, pid: int, text: str) -> None:
    """Say how it is."""
    notify(pid, f"STATUS={' '.join(text.split())}")


def trigger(unit: str, pid: int, text: str) -> None:
    """Have it ended as one that is unhealthy."""
    notify(pid, "WATCHDOG=trigger")


WORDS: Mapping[str, Callable[[str, int, str], None]] = {
    "status": status,
    "trigger": trigger,
    "stop": lambda unit, pid, text: job("stop", unit),
}


def carry_out(request: bytes, plans: Sequence[str]) -> None:
    """Do what one request says. Raises Refused, OSError."""
    word, unit, number, run, *rest = request.decode("utf-8", "replace").split(" ", 4)
    act = WORDS.get(word)
    if act is None or not number.isdecimal() or not run:
        raise Refused("no such request")
    check_plan(unit, plans)
    pid = int(number)
    # From here on the number cannot be another process's without our knowing.
    process = os.pidfd_open(pid)
    try:
        group = group_of_unit(pid, unit)
        if not is_run(group, unit, pid, run):
            raise Refused("it runs anew")
        before = invocation(group)
        if select.select([process], [], [], 0)[0]:
            raise Refused("it has ended")
        act(unit, pid, rest[0] if rest else "")
        if invocation(group) not in (before, ""):
            raise Refused("it runs anew")
    finally:
        os.close(process)


def answer(request: bytes, plans: Sequence[str]) -> bytes:
    """Do it and say how it went."""
    word, *units = request.decode("utf-8", "replace").split(" ")
    try:
        if word == "look":
            return look(units, plans)
        carry_out(request, plans)
    except (Refused, ValueError, OverflowError) as reason:
        return str(reason).encode() or b"refused"
    except ProcessLookupError:
        return b"it has ended"
    except OSError as error:
        return f"cannot tell systemd: {error.strerror or error}".encode()
    return b"ok"


def serve(listener: socket.socket, plans: Sequence[str]) -> None:
    """Answer until nobody has asked for a while."""
    poll = select.poll()
    poll.register(listener, select.POLLIN)
    callers: dict[int, socket.socket] = {}
    while ready := poll.poll(IDLE_MS):
        for fd, _ in ready:
            if fd == listener.fileno():
                caller = listener.accept()[0]
                caller.settimeout(2)
                callers[caller.fileno()] = caller
                poll.register(caller, select.POLLIN)
                if len(callers) > CALLERS:
                    drop(callers, next(iter(callers)), poll)
            elif fd in callers and not hear(callers[fd], plans):
                drop(callers, fd, poll)


def drop(callers: dict[int, socket.socket], fd: int, poll: select.poll) -> None:
    """End a connection."""
    poll.unregister(fd)
    callers.pop(fd).close()


def hear(caller: socket.socket, plans: Sequence[str]) -> bool:
    """Answer one request; False if there will be no other."""
    size = _CREDENTIALS.size
    pid, uid, _ = _CREDENTIALS.unpack(
        caller.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, size)
    )
    with contextlib.suppress(OSError):
        request = caller.recv(LONGEST)
        if request and not is_caller(pid, uid):
            caller.send(b"only the companion is answered")
            return False
        if request:
            caller.send(answer(request, plans))
            return True
    return False


if __name__ == "__main__":
    serve(socket.socket(fileno=_LISTEN_FD), sys.argv[1:])
