"""Make the units under our care those whose plans are on disk."""

from pa_units.contracts.run_plan import RunPlan
from pa_units.contracts.run_state import Unit
from pa_units.supervisor import needs, plans
from pa_units.supervisor.service import Service
from pa_units.supervisor.supervisor import Supervisor


def rescan(supervisor: Supervisor) -> None:
    """Take up new plans, changed ones for the next start, and stop units whose plan is gone."""
    found = plans.load(supervisor.tools.places, supervisor.tools.say)
    supervisor.launch_builder.forget()
    for name in [*supervisor.services]:
        if name not in found:
            _drop(supervisor, supervisor.services[name])
    for name, plan in found.items():
        service = supervisor.services.get(name)
        if service is None:
            supervisor.add(Service(plan, Unit()))
        elif service.plan != plan:
            _change(supervisor, service, plan)
    supervisor.save_all()


def _drop(supervisor: Supervisor, service: Service) -> None:
    if service.unit.state in needs.DOWN:
        supervisor.forget(service)
    else:
        service.gone = True
        supervisor.order.stop([service.name])


def _change(supervisor: Supervisor, service: Service, plan: RunPlan) -> None:
    logs_differ = (service.plan.stdout, service.plan.stderr) != (plan.stdout, plan.stderr)
    service.plan, service.gone = plan, False
    if not logs_differ:
        return
    supervisor.outputs.close(service.name, remove=False)
    if service.unit.state not in needs.DOWN:
        supervisor.outputs.adopt(plan)
