"""The checks in their order: of two findings that are equally sure, the earlier one is told first.

`docs/troubleshooting.md` is made from this table.
"""

from collections.abc import Callable, Iterable
from enum import Enum
from typing import NamedTuple

from pa_units.diagnose.checks import (
    account,
    clean_exit,
    clock,
    command_missing,
    dependency,
    disk,
    drift,
    drop_in,
    environment,
    exit_code,
    health,
    init_system,
    interpreter,
    library,
    limits,
    lingering,
    log_file,
    log_size,
    memory,
    memory_growth,
    needed_file,
    not_applied,
    not_executable,
    permission,
    port,
    sandbox,
    start_limit,
    start_time,
    stop_ignored,
    stopped,
    unit,
    working_directory,
)
from pa_units.diagnose.evidence import Evidence
from pa_units.diagnose.finding import Finding


class Kind(Enum):
    """What a finding of a check is about."""

    CAUSE = "why it does not run"
    CARE = "what else is to be done about it"
    LAST_RESORT = "what is told where no cause is known"


class Check(NamedTuple):
    """One check."""

    name: str
    find: Callable[[Evidence], Iterable[Finding]]
    wrong: str
    """what is wrong, for the page"""
    seen_by: str
    """how it is told from the rest"""
    kind: Kind = Kind.CAUSE


CHECKS: tuple[Check, ...] = (
    Check(
        "init-system",
        init_system.find,
        "the init system cannot be asked",
        "no bus, no answer, no permission",
    ),
    Check("unit", unit.find, "the unit is masked, or systemd refuses it", "`LoadState=`"),
    Check(
        "command-missing",
        command_missing.find,
        "the program is not there; `python` where only `python3` is",
        "the file system; exit code 127 of a shell",
    ),
    Check(
        "not-executable",
        not_executable.find,
        "the program may not be run, by anybody or by its user",
        "permission bits of it and of the directories above",
    ),
    Check(
        "interpreter",
        interpreter.find,
        "a wrong `#!` line, `\\r` at its end, another processor",
        "the first bytes of the program",
    ),
    Check(
        "account", account.find, "its user or group does not exist", "passwd; exit codes 216, 217"
    ),
    Check(
        "working-directory",
        working_directory.find,
        "`cwd` is gone, or closed to its user",
        "the file system; exit code 200",
    ),
    Check(
        "needed-file",
        needed_file.find,
        "a file of `env_file` or `secrets` is missing",
        "`Result=resources`; exit code 243",
    ),
    Check("log-file", log_file.find, "its log file cannot be opened", "exit code 209"),
    Check("drift", drift.find, "files were edited or removed by hand", "hashes of the ledger"),
    Check("port", port.find, "the port is taken", "EADDRINUSE; who listens, by /proc"),
    Check(
        "environment",
        environment.find,
        "an environment variable is missing",
        "what Python, shells and others print",
    ),
    Check("library", library.find, "a module or shared library is missing", "what loaders print"),
    Check("disk", disk.find, "a disk is full, or out of inodes", "statvfs(3); ENOSPC"),
    Check("memory", memory.find, "memory ran out", "`Result=oom-kill`; what allocators print"),
    Check("limits", limits.find, "too many open files, threads, processes", "EMFILE; EAGAIN"),
    Check(
        "permission",
        permission.find,
        "a file is closed to its user",
        "EACCES, and the permission bits of that path",
    ),
    Check(
        "sandbox",
        sandbox.find,
        "the sandbox forbids what it does",
        "SIGSYS, EROFS, EPERM beside the directives of its unit; exit codes 218 to 232",
    ),
    Check(
        "dependency",
        dependency.find,
        "what it waits for is not up",
        "`depends_on`, `requires` and their states",
    ),
    Check("health", health.find, "its health check or heartbeat failed", "`Result=watchdog`"),
    Check(
        "start-time",
        start_time.find,
        "it did not get ready in time, or never said so",
        "`Result=timeout`, `protocol`",
    ),
    Check("stop-ignored", stop_ignored.find, "it does not end when asked", "the manager's lines"),
    Check(
        "not-applied",
        not_applied.find,
        "its spec was changed and not applied, or it was not restarted since",
        "hash of the spec; when its run began",
        kind=Kind.CARE,
    ),
    Check(
        "drop-in",
        drop_in.find,
        "a drop-in changes what the spec says",
        "files in `NAME.service.d/`",
        kind=Kind.CARE,
    ),
    Check("clock", clock.find, "the clock is wrong", "an install in the future; certificates"),
    Check(
        "clean-exit",
        clean_exit.find,
        "it ends with success and nothing starts it again",
        "exit code 0 and `Restart=`",
    ),
    Check(
        "exit-code",
        exit_code.find,
        "it ends with an error that it does not explain",
        "exit codes, signals",
        kind=Kind.LAST_RESORT,
    ),
    Check(
        "start-limit",
        start_limit.find,
        "its restarts are used up",
        "`max_restarts`, `start-limit-hit`",
        kind=Kind.CARE,
    ),
    Check(
        "log-size", log_size.find, "a log is too large", "its size and `max_size`", kind=Kind.CARE
    ),
    Check(
        "memory-growth",
        memory_growth.find,
        "its memory grows steadily",
        "several looks in a second",
        kind=Kind.CARE,
    ),
    Check(
        "lingering",
        lingering.find,
        "its user's manager ends at the logout",
        "loginctl(1)",
        kind=Kind.CARE,
    ),
    Check("stopped", stopped.find, "nobody wants it to run", "the journal"),
)
