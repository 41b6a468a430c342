"""What people ask for over the control socket, in terms of units and events."""

import os
from collections.abc import Callable, Sequence

from pa_units import __version__
from pa_units.contracts import control
from pa_units.contracts.control import Hello, Reply, Request, Result
from pa_units.contracts.run_state import Unit
from pa_units.contracts.status import State
from pa_units.supervisor import jobs, needs, state_machine, tree
from pa_units.supervisor.events import Event, Pause, Reload, Reset, Restart, Resume, Start
from pa_units.supervisor.jobs import Goal, Job
from pa_units.supervisor.rescan import rescan
from pa_units.supervisor.service import Service
from pa_units.supervisor.supervisor import Supervisor

Answer = Callable[[Reply], None]

_QUEUED = "queued"


def serve(supervisor: Supervisor, request: Request, answer: Answer) -> None:
    """Do what is asked; `answer` is called once, now or later."""
    _VERBS[request.verb](supervisor, request, answer)


def _known(supervisor: Supervisor, request: Request) -> list[str]:
    return [name for name in request.units if name in supervisor.services]


def _job(supervisor: Supervisor, request: Request, goal: Goal, answer: Answer) -> Job:
    """Make a job of which units that are not known are settled."""
    wanted = goal if request.wait else _at_once
    job = Job(request.units, wanted, lambda results: answer(Reply(request.id, results)))
    for name in request.units:
        if name not in supervisor.services:
            job.settle(Result(name, False, "refused", "the supervisor does not know it"))
    return job


def _at_once(name: str, _: object) -> Result:
    return Result(name, True, _QUEUED)


def _start(supervisor: Supervisor, request: Request, answer: Answer) -> None:
    job = _job(supervisor, request, jobs.up, answer)
    supervisor.order.start(_known(supervisor, request), Start())
    supervisor.expect(job, request.timeout)


def _restart(supervisor: Supervisor, request: Request, answer: Answer) -> None:
    job = _job(supervisor, request, jobs.up, answer)
    known = _known(supervisor, request)
    taken = needs.taken_along(known, supervisor.order.plans())
    along = [name for name in taken if _is_up(supervisor, name)]
    supervisor.order.start(dict.fromkeys((*known, *along)), Restart())
    supervisor.expect(job, request.timeout)


def _try_restart(supervisor: Supervisor, request: Request, answer: Answer) -> None:
    job = _job(supervisor, request, _up_or_left, answer)
    known = [name for name in _known(supervisor, request) if _is_up(supervisor, name)]
    supervisor.order.start(known, Restart())
    supervisor.expect(job, request.timeout)


def _up_or_left(name: str, unit: Unit) -> Result | None:
    return Result(name, True, "done") if unit.state in needs.DOWN else jobs.up(name, unit)


def _is_up(supervisor: Supervisor, name: str) -> bool:
    return supervisor.services[name].unit.state not in needs.DOWN


def _stop(supervisor: Supervisor, request: Request, answer: Answer) -> None:
    job = _job(supervisor, request, jobs.down, answer)
    supervisor.order.stop(needs.taken_along(_known(supervisor, request), supervisor.order.plans()))
    supervisor.expect(job, request.timeout)


def _reload(supervisor: Supervisor, request: Request, answer: Answer) -> None:
    job = _job(supervisor, request, jobs.reloaded, answer)
    for service in _willing(supervisor, request, Reload, job):
        supervisor.apply(service, Reload())
    supervisor.expect(job, request.timeout)


def _reset(supervisor: Supervisor, request: Request, answer: Answer) -> None:
    _simple(supervisor, request, Reset(), answer)


def _pause(supervisor: Supervisor, request: Request, answer: Answer) -> None:
    _simple(supervisor, request, Pause(), answer)


def _resume(supervisor: Supervisor, request: Request, answer: Answer) -> None:
    _simple(supervisor, request, Resume(), answer)


def _simple(supervisor: Supervisor, request: Request, event: Event, answer: Answer) -> None:
    job = _job(supervisor, request, lambda name, _: Result(name, True, "done"), answer)
    for service in _willing(supervisor, request, type(event), job):
        supervisor.apply(service, event)
    supervisor.expect(job, request.timeout)


def _willing(
    supervisor: Supervisor, request: Request, event: type[Event], job: Job
) -> Sequence[Service]:
    """Return the units that can serve a request now; the others are settled."""
    services = [supervisor.services[name] for name in _known(supervisor, request)]
    objections = [
        state_machine.objection(service.plan, service.unit, event) for service in services
    ]
    for service, words in zip(services, objections, strict=True):
        if words:
            job.settle(Result(service.name, False, "refused", words))
    return [service for service, words in zip(services, objections, strict=True) if not words]


def _kill(supervisor: Supervisor, request: Request, answer: Answer) -> None:
    job = _job(supervisor, request, _at_once, answer)
    for name in _known(supervisor, request):
        done = _send(supervisor, supervisor.services[name], request)
        words = () if done else ("it is not running",)
        job.settle(Result(name, done, "done" if done else "refused", *words))


def _send(supervisor: Supervisor, service: Service, request: Request) -> bool:
    unit = service.unit
    if request.whom != "all":
        return bool(unit.pid) and supervisor.tools.children.signal(
            unit.pid, unit.start_time, request.signal
        )
    members = tree.of_run(service.run) if unit.run else []
    return sum(tree.send(one, request.signal) for one in members) > 0


def _status(supervisor: Supervisor, request: Request, answer: Answer) -> None:
    names = _known(supervisor, request) if request.units else [*supervisor.services]
    units = {name: supervisor.shown(supervisor.services[name]) for name in names}
    answer(Reply(request.id, units=units))


def _rescan(supervisor: Supervisor, request: Request, answer: Answer) -> None:
    rescan(supervisor)
    answer(Reply(request.id, hello=_myself(supervisor)))


def _shutdown(supervisor: Supervisor, request: Request, answer: Answer) -> None:
    supervisor.shut_down(lambda: answer(Reply(request.id, hello=_myself(supervisor))))


def _hello(supervisor: Supervisor, request: Request, answer: Answer) -> None:
    answer(Reply(request.id, hello=_myself(supervisor)))


def _myself(supervisor: Supervisor) -> Hello:
    running = sum(service.unit.state is State.RUNNING for service in supervisor.services.values())
    return Hello(control.VERSION, os.getpid(), len(supervisor.services), running, __version__)


_VERBS: dict[str, Callable[[Supervisor, Request, Answer], None]] = {
    "start": _start,
    "stop": _stop,
    "restart": _restart,
    "try-restart": _try_restart,
    "reload": _reload,
    "reset": _reset,
    "kill": _kill,
    "pause": _pause,
    "resume": _resume,
    "status": _status,
    "rescan": _rescan,
    "shutdown": _shutdown,
    "hello": _hello,
}
