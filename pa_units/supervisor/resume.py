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
from pa_units.supervisor.supervisor import Supervisor
from pa_units.supervisor.ward import Ward, new_run

_NO_COMMAND = Command("", ())


def resume(
    supervisor: Supervisor,
    plans: Mapping[str, RunPlan],
    found: Mapping[str, Unit],
    at_boot: list[str],
) -> int:
    """Take care of all units: of those that run, of those that are to start now. Return how many
    main processes were adopted."""
    for name, plan in plans.items():
        supervisor.add(Ward(plan, found.get(name, Unit())))
    for name in found.keys() - plans.keys():
        _add_gone(supervisor, name, found[name])
    supervisor.save_all()
    leaders = _Leaders()
    adopted = [
        _adopt(supervisor, ward, leaders)
        for name, ward in supervisor.wards.items()
        if name in found
    ]
    for ward in [*supervisor.wards.values()]:
        if ward.gone:
            _end_gone(supervisor, ward)
    fresh = [name for name in at_boot if name in plans and name not in found]
    supervisor.start(fresh, Start())
    return sum(adopted)


def _add_gone(supervisor: Supervisor, name: str, unit: Unit) -> None:
    """Its plan was removed while nobody watched."""
    ward = Ward(RunPlan(name, name, _NO_COMMAND), unit)
    ward.gone = True
    supervisor.add(ward)


def _end_gone(supervisor: Supervisor, ward: Ward) -> None:
    if ward.unit.state in needs.DOWN:
        supervisor.forget(ward)
    else:
        supervisor.stop([ward.name])


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


def _adopt(supervisor: Supervisor, ward: Ward, leaders: _Leaders) -> bool:
    unit = ward.unit
    _kill_helpers(unit, leaders)
    found = _look(unit, leaders)
    main = (unit.pid, unit.born) if found.main else found.unrecorded or found.leader
    plan = take_over(ward.plan, unit, found)
    _open_pipes(supervisor, ward)
    if main:
        ward.session = main[0]
        supervisor.hands.watch(ward, main[0])
    if found.unrecorded:
        unit.next_run = new_run()
    supervisor.save(ward)
    supervisor.schedule(ward)
    supervisor.carry_out(ward, plan.effects)
    for event in plan.events:
        supervisor.apply(ward, event)
    return main is not None


def _look(unit: Unit, leaders: _Leaders) -> Found:
    """A daemon that the agent made may lead a session of its own: for this run it counts only
    while no main process was known."""
    starting = unit.state is State.STARTING and unit.phase == MAIN and not unit.pid
    return Found(
        main=proc.alive(unit.pid, unit.born),
        unrecorded=_first(leaders.of(unit.next_run)),
        leader=_first(leaders.of(unit.run)) if starting else None,
    )


def _first(processes: list[Process]) -> tuple[int, int] | None:
    return next(((one.pid, one.born) for one in processes), None)


def _kill_helpers(unit: Unit, leaders: _Leaders) -> None:
    """Nobody would learn how they end; what they are for is done again."""
    for run in (unit.run, unit.next_run):
        for one in [one for one in leaders.of(run) if proc.is_hook(one.pid)]:
            tree.send_group(one)
            leaders.of(run).remove(one)


def _open_pipes(supervisor: Supervisor, ward: Ward) -> None:
    try:
        supervisor.flows.adopt(ward.plan)
    except OSError as error:
        supervisor.tools.say(f"{ward.name}: cannot read its output on: {error.strerror}")
