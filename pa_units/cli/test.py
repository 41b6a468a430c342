"""`test`."""

import click

from pa_units.cli import options, out, points
from pa_units.cli.options import Agents
from pa_units.cli.wrap import wrapped
from pa_units.compile.systemd.loosen import narrower
from pa_units.contracts.ledger import Installed
from pa_units.kit.errors import UsageError
from pa_units.kit.figures import plural, size, span
from pa_units.verbs import trial_run
from pa_units.verbs.here import Here
from pa_units.verbs.one_run import Trial
from pa_units.verbs.preflight import preflight
from pa_units.verbs.trial_run import Bisection

SCHEMA = "pa.test/1"
FAILED = 1
_SECONDS = 5.0


@click.command()
@options.agents
@click.option(
    "--dry-run", is_flag=True, help="Everything short of a start: spec, unit, program, score."
)
@click.option("--bisect", is_flag=True, help="Find the walls of the sandbox that have to be open.")
@click.option(
    "--for",
    "seconds",
    type=options.seconds,
    default=_SECONDS,
    metavar="TIME",
    help="A run that lasts so long has worked.  [default: 5s]",
)
@options.json
def test(
    at: Here, agents: Agents, dry_run: bool, bisect: bool, seconds: float, as_json: bool
) -> int:
    """Run a stopped agent once, beside its unit, with the same user, sandbox and limits, and say
    how it went: exit, time, output, memory, score. Nothing is restarted, counted or kept.

    --bisect runs it again and again with walls of the sandbox opened, and prints the one line of
    the spec that opens those that it needs. Exit code: 0 it works, 1 it does not.
    """
    if len(agents) != 1:
        raise UsageError(f"cannot test {plural(len(agents), 'agent')} at once", "name one")
    (agent,) = agents
    if dry_run and bisect:
        raise UsageError("--dry-run and --bisect do not go together")
    if dry_run:
        return _dry(at, agent, as_json=as_json)
    if bisect:
        return _bisect(at, agent, seconds, as_json=as_json)
    return _once(at, agent, seconds, as_json=as_json)


def _dry(at: Here, agent: Installed, *, as_json: bool) -> int:
    found = preflight(at, agent)
    if as_json:
        rows = [point._asdict() for point in found]
        out.json([{"schema": SCHEMA, "name": agent.name, "points": rows}])
    else:
        points.show(found)
    return points.code(found)


def _once(at: Here, agent: Installed, seconds: float, *, as_json: bool) -> int:
    trial = trial_run.try_out(at, agent, seconds)
    if as_json:
        out.json([{"schema": SCHEMA, "name": agent.name, **_item(trial)}])
    else:
        _show(agent, trial)
    return 0 if trial.run.works else FAILED


def _item(trial: Trial) -> dict[str, object]:
    score = trial.score._asdict() if trial.score else None
    run = {**trial.run._asdict(), "works": trial.run.works}
    return {"run": run, "lines": list(trial.lines), "security": score}


def _show(agent: Installed, trial: Trial) -> None:
    run = trial.run
    how = out.paint("works", "green") if run.works else out.paint("does not work", "red")
    out.line(f"{out.paint(agent.name, 'bold')} {how}: {_ending(trial)}")
    used = [f"memory {size(run.memory)}" if run.memory else ""]
    used += [f"of {size(run.memory_max)}" if run.memory and run.memory_max else ""]
    used += [plural(run.tasks, "task") if run.tasks else "", f"cpu {span(run.cpu_s)}"]
    out.line(f"  used      {' '.join(filter(None, used))}")
    if trial.score:
        out.line(f"  exposure  {trial.score.exposure} of 10 ({trial.score.word})")
    for line in trial.lines:
        out.line(f"  | {out.shown(line, colour=False)}")
    if not run.works:
        out.line(f"  pa test {agent.name} --bisect says whether it is the sandbox")


def _ending(trial: Trial) -> str:
    run = trial.run
    if run.reason:
        return f"{run.reason}, after {span(run.seconds)}"
    if run.ended:
        return f"ended with success after {span(run.seconds)}"
    return f"still running after {span(run.seconds)}"


def _bisect(at: Here, agent: Installed, seconds: float, *, as_json: bool) -> int:
    found = trial_run.bisect(at, agent, seconds)
    if as_json:
        out.json([{"schema": SCHEMA, "name": agent.name, **_bisected(found)}])
    else:
        _show_bisection(agent, found)
    return 0 if found.works or found.needed else FAILED


def _bisected(found: Bisection) -> dict[str, object]:
    return {
        "works": found.works,
        "trials": found.trials,
        "switches": {one.directive: list(one.lines) for one in found.needed},
        "spec_line": found.spec_line,
        "first": _item(found.first) if found.first else None,
    }


def _show_bisection(agent: Installed, found: Bisection) -> None:
    tried = f"({plural(found.trials, 'run')})"
    if found.works:
        out.line(f"{agent.name} works with the walls that it has {tried}")
        return
    for line in found.first.lines[-3:] if found.first else ():
        out.line(f"  | {out.shown(line, colour=False)}")
    if not found.needed:
        reason = found.first.run.reason if found.first else ""
        out.line(f"{agent.name} does not work without any wall either {tried}: {reason}")
        out.line(f"  it is not the sandbox: pa diagnose {agent.name}")
        return
    out.line(f"{agent.name} works with this line in its spec {tried}:")
    out.line(f"  {out.paint(found.spec_line, 'bold')}")
    for one in found.needed:
        instead = narrower(one.directive)
        if instead and one.directive not in instead:
            wrapped("  or, for less than all of it: ", instead, 4)
