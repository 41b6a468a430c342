"""The ends of processes, told to the units that they belonged to."""

from collections.abc import Callable

from pa_units.contracts.run_state import UNKNOWN
from pa_units.supervisor import tree
from pa_units.supervisor.child import Children, End
from pa_units.supervisor.compressor import Compressor
from pa_units.supervisor.events import Ended, Event, HelperEnded
from pa_units.supervisor.executor import Executor
from pa_units.supervisor.fd_holder import FdHolder
from pa_units.supervisor.outputs import Outputs
from pa_units.supervisor.service import Service


class Reaper:
    """Takes notice of every process that ends, also of those that come to us as orphans."""

    def __init__(
        self,
        children: Children,
        executor: Executor,
        outputs: Outputs,
        own: tuple[Compressor, FdHolder],
        apply: Callable[[Service, Event], None],
    ) -> None:
        """`own`: processes of the supervisor itself."""
        self._children = children
        self._executor = executor
        self._outputs = outputs
        self._compressor, self._fd_holder = own
        self._apply = apply
        self.somebody_waits = False
        """for a result: then what a process printed is in its log before its end is told"""

    def reap(self) -> None:
        """Tell the units whose processes ended."""
        for end in self._children.ends():
            service = self._owner(end.pid)
            if service is None:
                self._own_ended(end)
            elif end.pid == service.unit.pid:
                self._main_ended(service, end)
            elif end.pid == service.unit.helper:
                self._flush_first(service)
                self._apply(service, HelperEnded(end.code, end.status))
        self._executor.look_at_killed()

    def _own_ended(self, end: End) -> None:
        if end.pid == self._compressor.pid:
            self._compressor.ended(end.status == 0)
        elif end.pid == self._fd_holder.pid:
            self._fd_holder.ended()

    def _owner(self, pid: int) -> Service | None:
        if pid not in self._executor.owners:
            self._children.zygote.read()  # it may have ended before we heard of its start
        return self._executor.owners.pop(pid, None)

    def _main_ended(self, service: Service, end: End) -> None:
        leftovers = self._has_leftovers(service)
        self._flush_first(service)
        self._apply(service, Ended(end.code, end.status, leftovers))
        self._outputs.flush(service.name)

    def _has_leftovers(self, service: Service) -> bool:
        """What is left of a run comes to us when its main process ends, so no walk is needed."""
        own = (self._compressor.pid, self._fd_holder.pid)
        orphans = self._children.orphans(self._executor.owners, own)
        return bool(orphans) and tree.any_of_run(orphans, service.run)

    def adopted_ended(self, service: Service, pid: int) -> None:
        """Only a parent is told how a process ends."""
        if service.unit.pid == pid:
            leftovers = bool(tree.of_run(service.run))
            self._outputs.flush(service.name)
            self._apply(service, Ended(UNKNOWN, 0, leftovers))

    def _flush_first(self, service: Service) -> None:
        if self.somebody_waits:
            self._outputs.flush(service.name)
