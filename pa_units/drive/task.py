"""Have the built-in supervisor run a program of ours to its end, without an agent: what
`transient.py` does with systemd. It begins again if it fails, and outlives the terminal."""

from collections.abc import Mapping

from pa_units.contracts import run_plan
from pa_units.contracts.control import Request
from pa_units.contracts.refs import Scope
from pa_units.contracts.run_plan import Command, RunPlan
from pa_units.drive import builtin
from pa_units.drive.autostart import autostart
from pa_units.drive.transient import Transient
from pa_units.kit import files


def start(scope: Scope, env: Mapping[str, str], wanted: Transient) -> None:
    """Start it. Its plan stays until `end`. Raises BusError, and PaError if no supervisor comes
    up."""
    path = run_plan.path_of(builtin.places_of(scope, env), wanted.unit)
    for directory in files.missing_directories(path.rpartition("/")[0]):
        files.make_directory(directory, 0o755)
    files.write_whole(path, run_plan.encode(_plan(wanted)), 0o600)
    try:
        autostart(scope, env)
        with builtin.connection(scope, env) as supervisor:
            supervisor.ask(Request(0, "rescan"))
            supervisor.ask(Request(0, "start", (wanted.unit,), wait=False))
    except BaseException:
        files.remove(path)
        raise


def _plan(wanted: Transient) -> RunPlan:
    return RunPlan(
        unit=wanted.unit,
        agent=wanted.unit,
        main=Command(wanted.argv[0], tuple(wanted.argv)),
        type="oneshot",
        env=wanted.environment,
        start_timeout=0,
    )


def end(scope: Scope, env: Mapping[str, str], unit: str) -> None:
    """Forget it; what still runs is stopped, be it the caller."""
    files.remove(run_plan.path_of(builtin.places_of(scope, env), unit))
    builtin.reload(scope, env)
