"""Does the process still live that wrote something down? A pid alone may be another's by now."""

import os


def me() -> str:
    """Return what names this process for as long as the system is up."""
    return _name(os.getpid())


def lives(who: str) -> bool:
    """Is the process that `me` named so still there?"""
    pid = who.partition(":")[0]
    return pid.isdecimal() and _name(int(pid)) == who


def _name(pid: int) -> str:
    """Pid and start time, proc_pid_stat(5) field 22; "" if there is no such process."""
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:
            fields = file.read().rpartition(b")")[2].split()
    except OSError:
        return ""
    return f"{pid}:{fields[19].decode()}"
