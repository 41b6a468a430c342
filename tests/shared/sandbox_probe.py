"""Run inside an agent: which protections hold? Prints one JSON object, directive → true or false.

Standard library alone, and nothing that a sandbox must allow beyond a plain Python program.
"""

import ctypes
import errno
import json
import mmap
import os
import socket
import sys
import tempfile
from collections.abc import Callable

LIBC = ctypes.CDLL(None, use_errno=True)
CLONE_NEWUSER = 0x10000000
ADDR_COMPAT_LAYOUT = 0x0200000


def refused(call: Callable[[], object]) -> bool:
    """Does a call that an ordinary process may make fail?"""
    try:
        call()
    except OSError:
        return True
    return False


def libc(name: str, *args: object) -> None:
    """Call a C function; raises OSError."""
    if getattr(LIBC, name)(*args) < 0:
        raise OSError(ctypes.get_errno(), name)


def status(field: str) -> str:
    with open("/proc/self/status") as file:
        return next(line.split()[1] for line in file if line.startswith(field + ":"))


def read_only(path: str) -> bool:
    return bool(os.statvfs(path).f_flag & os.ST_RDONLY)


def own_namespace(kind: str) -> bool:
    """Another one than the reference process has, whose links come as an argument."""
    return os.readlink(f"/proc/self/ns/{kind}") != json.loads(sys.argv[1])[kind]


def family_refused(family: int) -> bool:
    """Without a wall this is done, or forbidden for want of privileges."""
    try:
        socket.socket(family, socket.SOCK_DGRAM).close()
    except OSError as error:
        return error.errno == errno.EAFNOSUPPORT
    return False


def in_child(call: Callable[[], object]) -> bool:
    """The same in a process whose state does not matter."""
    child = os.fork()
    if not child:
        os._exit(1 if refused(call) else 0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 1


def foreign_processes() -> bool:
    """Is a process of another user in sight?"""
    mine = os.getuid()
    return any(
        os.stat(f"/proc/{pid}").st_uid != mine for pid in os.listdir("/proc") if pid.isdigit()
    )


def write_executable() -> None:
    mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC).close()


def setuid_file() -> None:
    with tempfile.NamedTemporaryFile() as file:
        os.chmod(file.name, 0o4755)


def give_away() -> None:
    with tempfile.NamedTemporaryFile() as file:
        os.chown(file.name, os.getuid(), os.getgid())


CHECKS: dict[str, Callable[[], bool]] = {
    "NoNewPrivileges": lambda: status("NoNewPrivs") == "1",
    "ProtectSystem": lambda: all(map(read_only, ("/", "/usr", "/etc", "/var", "/opt"))),
    "ProtectHome": lambda: refused(lambda: os.stat("/home/nobody-lives-here")),
    "PrivateTmp": lambda: not os.path.exists("/tmp/outside-of-the-sandbox"),
    "PrivateDevices": lambda: not os.path.exists("/dev/console"),
    "ProtectKernelTunables": lambda: refused(lambda: open("/proc/kallsyms").close()),
    "ProtectKernelModules": lambda: refused(lambda: os.listdir("/usr/lib/modules")),
    "ProtectControlGroups": lambda: read_only("/sys/fs/cgroup"),
    "ProtectHostname": lambda: own_namespace("uts"),
    "ProtectProc": lambda: not foreign_processes(),
    "ProcSubset": lambda: not os.path.exists("/proc/meminfo"),
    "RestrictAddressFamilies": lambda: family_refused(socket.AF_PACKET),
    "no AF_NETLINK": lambda: family_refused(socket.AF_NETLINK),
    "RestrictNamespaces": lambda: in_child(lambda: libc("unshare", CLONE_NEWUSER)),
    "RestrictSUIDSGID": lambda: refused(setuid_file),
    "LockPersonality": lambda: in_child(lambda: libc("personality", ADDR_COMPAT_LAYOUT)),
    "MemoryDenyWriteExecute": lambda: refused(write_executable),
    "SystemCallFilter": lambda: refused(give_away),
    "~@resources": lambda: in_child(lambda: os.nice(1)),
    "CapabilityBoundingSet": lambda: int(status("CapBnd"), 16) == 0,
    "PrivateUsers": lambda: own_namespace("user"),
    "PrivateIPC": lambda: own_namespace("ipc"),
    "PrivateMounts": lambda: own_namespace("mnt"),
    "UMask": lambda: os.umask(0) == 0o027,
}
"""Without those that a container machine has of itself, such as ProtectKernelLogs="""

if __name__ == "__main__":
    print(json.dumps({name: check() for name, check in CHECKS.items()}))
