"""The door to the kernel for processes: start, signal, reap. A test may put another behind it."""

import os
import resource
from collections.abc import Callable, Container, Iterator
from typing import NamedTuple

from pa_units.contracts.run_state import DUMPED, EXITED, KILLED
from pa_units.supervisor import proc, tree, zygote
from pa_units.supervisor.launch import Failed, Launch, failure
from pa_units.supervisor.loop import Loop
from pa_units.supervisor.zygote_client import OnStarted, ZygoteClient


class End(NamedTuple):
    """A process that was reaped."""

    pid: int
    code: int
    status: int


class Children:
    """Starts processes and hears of their ends."""

    def __init__(self, loop: Loop, lock: int) -> None:
        """`lock`: the descriptor whose lock lasts until every child runs its own program."""
        self.zygote = ZygoteClient(loop, lock, self._start_zygote)
        self._listed = proc.Children()
        self._usual_files, self._most_files = resource.getrlimit(resource.RLIMIT_NOFILE)
        self._allowed = self._usual_files
        # Every agent takes one or two descriptors of ours: the usual 1024 are soon gone.
        self._allow_files(self._most_files)

    def start(self, launch: Launch, on_started: OnStarted) -> None:
        """Start a process; `told` is called when its program is executed, often at once."""
        if launch.takes_rights:
            self.zygote.start(launch, on_started)
            return
        try:
            pid = self._here(launch)
        except Failed as failed:
            on_started(failed)
        else:
            # It shares our processor, and what we do next is not urgent.
            os.sched_yield()
            on_started(pid)

    def expect(self, next_start: Callable[[], Launch | None]) -> None:
        """This will be wanted next, perhaps."""
        self.zygote.expect(next_start)

    def _start_zygote(self, argv: tuple[str, ...], streams: list[zygote.Action]) -> int:
        """It hands on the usual limit of open files."""
        self._allow_files(self._usual_files)
        try:
            return zygote.spawn(argv[0], argv, {}, streams)
        finally:
            self._allow_files(self._most_files)

    def _here(self, launch: Launch) -> int:
        """A new process has our directory, mask and limit, so they are changed for that moment;
        nothing else runs in this process."""
        try:
            self._take_on(launch)
            return zygote.spawn(launch.program, launch.argv, launch.env, _streams(launch))
        except OSError as error:
            raise failure(launch, zygote.EXEC, error.errno or 0) from None
        finally:
            self._take_off(launch)

    def _take_on(self, launch: Launch) -> None:
        """Each of these calls is on the way from a crash to the restart: only what differs."""
        if launch.cwd != zygote.CWD:
            try:
                os.chdir(launch.cwd)
            except OSError as error:
                raise failure(launch, zygote.CHDIR, error.errno or 0) from None
        if launch.umask != zygote.UMASK:
            os.umask(launch.umask)
        self._allow_files(launch.open_files or self._usual_files)

    def _take_off(self, launch: Launch) -> None:
        if launch.cwd != zygote.CWD:
            os.chdir(zygote.CWD)
        if launch.umask != zygote.UMASK:
            os.umask(zygote.UMASK)
        self._allow_files(self._most_files)

    def _allow_files(self, soft: int) -> None:
        """The soft limit alone: without CAP_SYS_RESOURCE, as in most containers, a lowered hard
        limit could not be raised again."""
        if soft != self._allowed:
            resource.setrlimit(resource.RLIMIT_NOFILE, (soft, self._most_files))
            self._allowed = soft

    def ends(self) -> Iterator[End]:
        """Take notice of every child that has ended, also of those that came to us as orphans."""
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if not pid:
                return
            yield _end(pid, status)

    def orphans(self, known: Container[int], ours: Container[int]) -> list[int]:
        """Return our children that are neither `known` nor `ours`: what an agent leaves behind
        comes to us."""
        pids = self._listed.pids()
        zygote = self.zygote.pid
        return [pid for pid in pids if pid not in known and pid not in ours and pid != zygote]

    def signal(self, pid: int, start_time: int, number: int) -> bool:
        """Signal this very process; False if it is gone. A child whose start time is not known yet
        (0) was not reaped, so nobody else has its pid."""
        found = proc.look(pid) if pid else None
        return (
            found is not None and start_time in (0, found.start_time) and tree.send(found, number)
        )

    def kill_group(self, pid: int) -> None:
        """Kill a command that we started, with its process group."""
        if found := proc.look(pid):
            tree.send_group(found)


def _streams(launch: Launch) -> list[zygote.Action]:
    second: zygote.Action = (os.POSIX_SPAWN_DUP2, 1, 2)
    if launch.stderr:
        second = (os.POSIX_SPAWN_OPEN, 2, launch.stderr, os.O_RDWR, 0)
    return [(os.POSIX_SPAWN_OPEN, 1, launch.stdout, os.O_RDWR, 0), second]


def _end(pid: int, status: int) -> End:
    if os.WIFSIGNALED(status):
        return End(pid, DUMPED if os.WCOREDUMP(status) else KILLED, os.WTERMSIG(status))
    return End(pid, EXITED, os.WEXITSTATUS(status))
