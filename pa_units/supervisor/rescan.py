"""Make the units under our care those whose plans are on disk."""

from pa_units.contracts.run_plan import RunPlan
from pa_units.contracts.run_state import Unit
from pa_units.supervisor import needs, plans
from pa_units.supervisor.supervisor import Supervisor
from pa_units.supervisor.ward import Ward


def rescan(supervisor: Supervisor) -> None:
    """Take up new plans, changed ones for the next start, and stop units whose plan is gone."""
    found = plans.load(supervisor.tools.places, supervisor.tools.say)
    supervisor.preparing.forget()
    for name in [*supervisor.wards]:
        if name not in found:
            _drop(supervisor, supervisor.wards[name])
    for name, plan in found.items():
        ward = supervisor.wards.get(name)
        if ward is None:
            supervisor.add(Ward(plan, Unit()))
        elif ward.plan != plan:
            _change(supervisor, ward, plan)
    supervisor.save_all()


def _drop(supervisor: Supervisor, ward: Ward) -> None:
    if ward.unit.state in needs.DOWN:
        supervisor.forget(ward)
    else:
        ward.gone = True
        supervisor.stop([ward.name])


def _change(supervisor: Supervisor, ward: Ward, plan: RunPlan) -> None:
    logs_differ = (ward.plan.stdout, ward.plan.stderr) != (plan.stdout, plan.stderr)
    ward.plan, ward.gone = plan, False
    if not logs_differ:
        return
    supervisor.flows.close(ward.name, remove=False)
    if ward.unit.state not in needs.DOWN:
        supervisor.flows.adopt(plan)
