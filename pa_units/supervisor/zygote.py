"""A program of its own: starts processes that need other rights than ours.

posix_spawn(3) cannot change the user. If we changed our own real user for that moment, that user
could signal us; a fork of ourselves takes 2 ms until its program runs, and every page of ours that
is written afterwards is copied (measured; the C floor of a whole restart is 0.6). So this small
program forks a process in advance, a spare, which takes on the rights of one agent, starts it with
posix_spawn, reports, and ends: then the agent is the supervisor's child
(PR_SET_CHILD_SUBREAPER, prctl(2)).

Started by file name, so it imports the standard library alone. It forks a spare for each byte that
it reads from descriptor 5. Spares share the socket 3 (SOCK_SEQPACKET): an order is a marshalled
tuple, see `launch.py`, for now or for the word GO; until then another may take its place.
Descriptor 4 holds the supervisor's lock until every process of ours executes its own program.
"""

import marshal
import os
import resource
import signal

SOCKET, LOCK, COMMANDS = 3, 4, 5
GO = b"go"
LONGEST_ORDER = 1 << 18
"""Bytes; an order is one message."""

CHDIR, NICE, EXEC, LIMITS, STDOUT, GROUP, USER = 200, 201, 203, 205, 209, 216, 217
"""systemd.exec(5), "Process Exit Codes"."""

CWD, UMASK = "/", 0o022
"""The supervisor's own, and ours."""

Action = tuple[int, ...] | tuple[int, int, str, int, int]
"""A file action of posix_spawn(3)"""


def main() -> None:
    """Fork spares as told, until the supervisor is gone."""
    for fd in (SOCKET, LOCK, COMMANDS):
        os.set_inheritable(fd, False)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # spares are nobody's to wait for
    while os.read(COMMANDS, 1):
        if not os.fork():
            try:
                _serve()
            finally:
                os._exit(0)


def _serve() -> None:
    """The life of a spare. Its order may come long before the word."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.close(COMMANDS)
    _rehearse_all()
    while order := os.read(SOCKET, LONGEST_ORDER):
        if order == GO:
            now = True
        else:
            now, serial, stdout, stderr, *launch = marshal.loads(order)  # noqa: S302 (from our own)
            files = _open(stdout, stderr)
            if not now:
                _rehearse(files, *launch[1:3])
        if now:
            os.write(SOCKET, marshal.dumps((serial, *_start(files, *launch))))
            return


def _rehearse_all() -> None:
    """Do once what will be done, without any effect: after the fork each page that is written for
    the first time costs a fault, a tenth of a millisecond in all."""
    plain = marshal.dumps((True, 0, os.devnull, "", "", (), {}, CWD, UMASK, 0, 0, 0, -1, 0, ()))
    _, _, stdout, stderr, *launch = marshal.loads(plain)  # noqa: S302 (our own, just now)
    _rehearse(_open(stdout, stderr), *launch[1:3])


def _rehearse(files: "Files", argv: tuple[str, ...], env: dict[str, str]) -> None:
    """The same with an order that may be meant: a program without a name is never executed."""
    _start(files, "", argv, env, CWD, UMASK, 0, 0, 0, -1, 0, ())
    try:
        os.setgroups(os.getgroups())
        os.setresgid(-1, -1, -1)
        os.setresuid(-1, -1, -1)
    except PermissionError:  # then no order will want another user
        return


Files = tuple[int, int, int]
"""What becomes standard input, output and error: -1 for what could not be opened"""


def _open(stdout: str, stderr: str) -> Files:
    """Before the rights are dropped: the way to the pipes is for the supervisor alone."""
    try:
        null = os.open(os.devnull, os.O_RDONLY)
        out = os.open(stdout, os.O_RDWR)
        return null, out, os.open(stderr, os.O_RDWR) if stderr else out
    except OSError:
        return -1, -1, -1


def _start(
    files: Files,
    program: str,
    argv: tuple[str, ...],
    env: dict[str, str],
    cwd: str,
    umask: int,
    open_files: int,
    tasks: int,
    nice: int,
    uid: int,
    gid: int,
    groups: tuple[int, ...],
) -> tuple[int, int, int]:
    """Return the pid of what was started, or 0, the step that failed and its errno.

    The directory is entered after the rights are dropped: what the agent's user may not see must
    not be its own. Only what differs from the supervisor is changed: a restart waits for this.
    """
    step = LIMITS
    try:
        if open_files:
            resource.setrlimit(resource.RLIMIT_NOFILE, (open_files, open_files))
        if tasks:
            resource.setrlimit(resource.RLIMIT_NPROC, (tasks, tasks))
        step = NICE
        if nice:
            os.setpriority(os.PRIO_PROCESS, 0, nice)
        step = GROUP
        if uid >= 0:
            os.setgroups(groups)
            os.setresgid(gid, gid, gid)
            step = USER
            os.setresuid(uid, uid, uid)
        step = CHDIR
        if umask != UMASK:
            os.umask(umask)
        if cwd != CWD:
            os.chdir(cwd)
        step = EXEC if files[0] >= 0 else STDOUT
        streams: list[Action] = [
            (os.POSIX_SPAWN_DUP2, files[0], 0),
            (os.POSIX_SPAWN_DUP2, files[1], 1),
            (os.POSIX_SPAWN_DUP2, files[2], 2),
        ]
        return spawn(program, argv, env, streams), 0, 0
    except (OSError, ValueError) as error:
        return 0, step, getattr(error, "errno", 0) or 0


def spawn(program: str, argv: tuple[str, ...], env: dict[str, str], streams: list[Action]) -> int:
    """Start a leader of its own session by vfork and exec: returns once its program is executed."""
    return os.posix_spawn(
        program,
        argv,
        env,
        file_actions=streams,
        setsid=True,
        setsigmask=(),
        setsigdef=CHANGED_SIGNALS,
    )


CHANGED_SIGNALS = (signal.SIGPIPE, signal.SIGXFSZ)
"""Ignored by Python, and what is ignored stays so across an exec. Those that are handled get back
their usual meaning by themselves."""


if __name__ == "__main__":
    main()
