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
from pa_units.supervisor.ward import Ward

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
    main = proc.alive(unit.pid, unit.born)
    leader = None
    if unit.state is State.STARTING and unit.phase == MAIN and not unit.pid:
        mains = (one for one in leaders.of(unit.run) if not proc.is_hook(one.pid))
        leader = next(((one.pid, one.born) for one in mains), None)
    plan = take_over(ward.plan, unit, Found(main, leader))
    if plan.kill_helpers:
        _kill_helpers(unit, leaders)
    _open_pipes(supervisor, ward)
    ward.unit = plan.unit
    supervisor.schedule(ward)
    pid = unit.pid if main else leader[0] if leader else 0
    if pid:
        ward.session = pid
        supervisor.hands.watch(ward, pid)
    supervisor.carry_out(ward, plan.effects)
    for event in plan.events:
        supervisor.apply(ward, event)
    return bool(pid)


def _kill_helpers(unit: Unit, leaders: _Leaders) -> None:
    """Nobody would learn how they end; what they are for is done again."""
    for one in leaders.of(unit.run):
        if one.pid != unit.pid and proc.is_hook(one.pid):
            tree.send_group(one)


def _open_pipes(supervisor: Supervisor, ward: Ward) -> None:
    try:
        supervisor.flows.adopt(ward.plan)
    except OSError as error:
        supervisor.tools.say(f"{ward.name}: cannot read its output on: {error.strerror}")
