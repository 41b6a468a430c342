"""The door to the kernel for processes: start, signal, reap. A test may put another behind it."""

import os
import resource
import signal
from typing import NamedTuple

from pa_units.contracts.run_state import DUMPED, EXITED, KILLED
from pa_units.supervisor import proc, spare, tree
from pa_units.supervisor.events import Spawned
from pa_units.supervisor.launch import CHDIR, EXEC, Launch, failure
from pa_units.supervisor.spare import CAUGHT, Spare

_DEFAULTS = (*CAUGHT, signal.SIGPIPE, signal.SIGXFSZ)
"""The last two are ignored by Python, and what is ignored stays so across an exec."""


class End(NamedTuple):
    """A process that was reaped."""

    pid: int
    code: int
    status: int


class Children:
    """Starts processes; knows the one that was forked in advance."""

    def __init__(self, lock: int) -> None:
        """`lock`: the descriptor whose lock lasts until every child runs its own program."""
        self._lock = lock
        self._spare: Spare | None = None
        self._soft, self._hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        self.wants_spare = False
        # Every agent takes two descriptors of ours; 1024 are enough for none of 500.
        self._allow_files(self._hard)

    def start(self, launch: Launch) -> Spawned:
        """Start a process; returns once its program is executed. Raises Failed."""
        pid = self._apart(launch) if launch.changes_itself else self._here(launch)
        found = proc.look(pid)
        return Spawned(pid, found.born if found else 0)

    def _here(self, launch: Launch) -> int:
        """vfork and exec. A new process has our directory, mask and limit, so they are changed for
        that moment; nothing else runs in this process."""
        mask = os.umask(launch.umask)
        try:
            os.chdir(launch.cwd)
        except OSError as error:
            os.umask(mask)
            raise failure(launch, CHDIR, error) from None
        self._allow_files(launch.open_files or self._soft)
        try:
            return os.posix_spawn(
                launch.program,
                launch.argv,
                launch.env,
                file_actions=_streams(launch),
                setsid=True,
                setsigmask=(),
                setsigdef=_DEFAULTS,
            )
        except OSError as error:
            raise failure(launch, EXEC, error) from None
        finally:
            self._allow_files(self._hard)
            os.chdir("/")
            os.umask(mask)

    def _allow_files(self, soft: int) -> None:
        """The soft limit alone: without CAP_SYS_RESOURCE, as in most containers, a lowered hard
        limit could not be raised again."""
        allowed = soft if self._hard == resource.RLIM_INFINITY else min(soft, self._hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (allowed, self._hard))

    def _apart(self, launch: Launch) -> int:
        ready = self._spare or self._prepare()
        self._spare = None
        self.wants_spare = True
        kept = launch if launch.open_files else launch._replace(open_files=self._soft)
        return spare.order(ready, kept)

    def _prepare(self) -> Spare:
        return spare.prepare(self._lock, proc.highest_descriptor() + 1)

    def rest(self) -> None:
        """Fork the next spare, if the last one was used; for when nothing else is to do."""
        self.wants_spare = False
        if self._spare is None:
            self._spare = self._prepare()

    @property
    def spare_pid(self) -> int:
        """The pid of the spare, 0 without one."""
        return self._spare.pid if self._spare else 0

    def close(self) -> None:
        """End the spare."""
        if self._spare:
            spare.dismiss(self._spare)
            self._spare = None

    def reap(self) -> list[End]:
        """Take notice of every child that has ended, also of those that came to us as orphans."""
        ended: list[End] = []
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return ended
            if not pid:
                return ended
            if self._spare and pid == self._spare.pid:
                os.close(self._spare.orders)
                os.close(self._spare.report)
                self._spare = None
            ended.append(_end(pid, status))

    def signal(self, pid: int, born: int, number: int) -> bool:
        """Signal this very process; False if it is gone."""
        found = proc.look(pid)
        return found is not None and found.born == born and tree.send(found, number)

    def kill_group(self, pid: int) -> None:
        """Kill a command that we started and its process group; the leader is not reaped yet, or
        nothing of its number is left."""
        try:
            os.killpg(pid, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):
            return


def _streams(launch: Launch) -> list[tuple[int, ...] | tuple[int, int, str, int, int]]:
    actions: list[tuple[int, ...] | tuple[int, int, str, int, int]] = [
        (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
        (os.POSIX_SPAWN_OPEN, 1, launch.stdout, os.O_RDWR, 0),
    ]
    if launch.stderr:
        actions.append((os.POSIX_SPAWN_OPEN, 2, launch.stderr, os.O_RDWR, 0))
    else:
        actions.append((os.POSIX_SPAWN_DUP2, 1, 2))
    return actions


def _end(pid: int, status: int) -> End:
    if os.WIFSIGNALED(status):
        return End(pid, DUMPED if os.WCOREDUMP(status) else KILLED, os.WTERMSIG(status))
    return End(pid, EXITED, os.WEXITSTATUS(status))
