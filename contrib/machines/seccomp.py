"""Whether this host can load system-call filters; nspawn and most services load some.

A kernel may be built without them, or be stuck: on Linux 6.18, ending 500 sandboxed services at
once left 1,024 workers in bpf_jit_free() that waited for each other, and from then on every process
that loaded a filter slept for ever, `systemd-nspawn` included.
"""

import subprocess
import sys
from functools import cache
from pathlib import Path

from machines.cache import bench_dir, locked

PATIENCE = 10.0
"""Seconds: loading a filter takes less than a millisecond."""
ALLOW_ALL = """
import ctypes

class Instruction(ctypes.Structure):
    _fields_ = [("code", ctypes.c_ushort), ("jt", ctypes.c_ubyte), ("jf", ctypes.c_ubyte),
                ("k", ctypes.c_uint)]

class Program(ctypes.Structure):
    _fields_ = [("len", ctypes.c_ushort), ("filter", ctypes.POINTER(Instruction))]

PR_SET_NO_NEW_PRIVS, PR_SET_SECCOMP, SECCOMP_MODE_FILTER = 38, 22, 2
RETURN, ALLOW = 0x06, 0x7FFF0000
program = Program(1, ctypes.pointer(Instruction(RETURN, 0, 0, ALLOW)))
prctl = ctypes.CDLL(None, use_errno=True).prctl
failed = prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
failed = failed or prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, ctypes.byref(program), 0, 0)
raise SystemExit(bool(failed))
"""


def stuck() -> str | None:
    """Why machines would hang on this host, or None."""
    return None if _answer() else "the kernel of this host cannot load system-call filters"


@cache
def _answer() -> bool:
    """Load a filter that allows everything, in a process of its own; asked once in each boot of the
    host, since where it hangs the process cannot be killed."""
    boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    answer = bench_dir() / f"seccomp-{boot}"
    with locked(bench_dir() / ".seccomp.lock"):
        if not answer.exists():
            answer.write_text("yes" if _loads() else "no")
        return answer.read_text() == "yes"


def _loads() -> bool:
    # Without our streams: whoever reads them would wait for it too.
    null = subprocess.DEVNULL
    command = [sys.executable, "-c", ALLOW_ALL]
    probe = subprocess.Popen(command, stdin=null, stdout=null, stderr=null)
    try:
        return probe.wait(PATIENCE) == 0
    except subprocess.TimeoutExpired:
        return False
