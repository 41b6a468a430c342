"""Find what a killed supervisor left, and go on with it.

Our lock is held by every child until it executes its own program (it is shared over a fork and
closed by the exec), so once we have it, all processes of ours can be known by their environment.
"""

from collections.abc import Mapping

from pa_units.contracts.run_plan import Command, RunPlan
from pa_units.contracts.run_state import Unit
from pa_units.contracts.status import State
from pa_units.supervisor import needs, proc, tree
from pa_units.supervisor.adopt import Found, take_over
from pa_units.supervisor.events import Start
from pa_units.supervisor.phases import MAIN
from pa_units.supervisor.proc import Process
from pa_units.supervisor.service import Service, new_run
from pa_units.supervisor.supervisor import Supervisor

_NO_COMMAND = Command("", ())


def recover(
    supervisor: Supervisor,
    plans: Mapping[str, RunPlan],
    found: Mapping[str, Unit],
    at_boot: list[str],
) -> int:
    """Take care of all units: of those that run, of those that are to start now. Return how many
    main processes were adopted."""
    for name, plan in plans.items():
        supervisor.add(Service(plan, found.get(name, Unit())))
    for name in found.keys() - plans.keys():
        _add_gone(supervisor, name, found[name])
    supervisor.save_all()
    leaders = _Leaders()
    adopted = [
        _adopt(supervisor, service, leaders)
        for name, service in supervisor.services.items()
        if name in found
    ]
    for service in [*supervisor.services.values()]:
        if service.gone:
            _end_gone(supervisor, service)
    fresh = [name for name in at_boot if name in plans and name not in found]
    supervisor.order.start(fresh, Start())
    return sum(adopted)


def _add_gone(supervisor: Supervisor, name: str, unit: Unit) -> None:
    """Its plan was removed while nobody watched."""
    service = Service(RunPlan(name, name, _NO_COMMAND), unit)
    service.gone = True
    supervisor.add(service)


def _end_gone(supervisor: Supervisor, service: Service) -> None:
    if service.unit.state in needs.DOWN:
        supervisor.forget(service)
    else:
        supervisor.order.stop([service.name])


class _Leaders:
    """Leaders of sessions by the run they belong to. One walk through /proc, if any is needed."""

    def __init__(self) -> None:
        self._found: dict[str, list[Process]] | None = None

    def of(self, run: str) -> list[Process]:
        if self._found is None:
            everyone = proc.everyone()
            self._found = {}
            for pid, its_run in tree.runs_of(everyone).items():
                if everyone[pid].session == pid:
                    self._found.setdefault(its_run, []).append(everyone[pid])
        return self._found.get(run, [])


def _adopt(supervisor: Supervisor, service: Service, leaders: _Leaders) -> bool:
    unit = service.unit
    _kill_helpers(unit, leaders)
    found = _look(unit, leaders)
    main = (unit.pid, unit.start_time) if found.main else found.unrecorded or found.leader
    plan = take_over(service.plan, unit, found)
    _open_pipes(supervisor, service)
    if main:
        service.session = main[0]
        supervisor.executor.watch(service, main[0])
    if found.unrecorded:
        unit.next_run = new_run()
    supervisor.save(service)
    supervisor.schedule(service)
    supervisor.carry_out(service, plan.effects)
    for event in plan.events:
        supervisor.apply(service, event)
    return main is not None


def _look(unit: Unit, leaders: _Leaders) -> Found:
    """A daemon that the agent made may lead a session of its own: for this run it counts only
    while no main process was known."""
    starting = unit.state is State.STARTING and unit.phase == MAIN and not unit.pid
    return Found(
        main=proc.alive(unit.pid, unit.start_time),
        unrecorded=_first(leaders.of(unit.next_run)),
        leader=_first(leaders.of(unit.run)) if starting else None,
    )


def _first(processes: list[Process]) -> tuple[int, int] | None:
    return next(((one.pid, one.start_time) for one in processes), None)


def _kill_helpers(unit: Unit, leaders: _Leaders) -> None:
    """Nobody would learn how they end; what they are for is done again."""
    for run in (unit.run, unit.next_run):
        for one in [one for one in leaders.of(run) if proc.is_hook(one.pid)]:
            tree.send_group(one)
            leaders.of(run).remove(one)


def _open_pipes(supervisor: Supervisor, service: Service) -> None:
    try:
        supervisor.outputs.adopt(service.plan)
    except OSError as error:
        supervisor.tools.say(f"{service.name}: cannot read its output on: {error.strerror}")
