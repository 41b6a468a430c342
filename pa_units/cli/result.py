"""What an install or apply did: for people and for programs."""

from pa_units.cli import changes, lifecycle, out
from pa_units.cli.show_status import user
from pa_units.contracts.watch import Verdict
from pa_units.kit.figures import span
from pa_units.verbs.act import Outcome
from pa_units.verbs.install import Result
from pa_units.write.changes import Action

SCHEMA = "pa.result/1"

_DONE = {Action.CREATE: "installed", Action.UPDATE: "updated"}


def tell(result: Result, *, as_json: bool) -> int:
    """Print the result and return the exit code."""
    if as_json:
        out.json(items(result))
        return lifecycle.exit_code(result.outcomes)
    _show_written(result)
    code = lifecycle.report(result.outcomes)
    if result.verdict and not result.verdict.kept:
        _show_way_back(result.verdict)
    for name in result.pruned:
        out.line(f"{out.paint(name, 'bold')}: uninstalled, gone from its directory")
    warn_of_logout(result.ends_at_logout)
    return code


def _show_written(result: Result) -> None:
    """Say which agents were written and as whom they run; how they came up is told after it."""
    if result.recovered:
        out.hint(f"pa: {result.recovered}")
    changes.show_kept(result.changes)
    for agent in result.written:
        done = _DONE[result.changes.agents[agent.name].action]
        by = f"{agent.scope}, {agent.driver}"
        out.line(f"{out.paint(agent.name, 'bold')}: {done} ({by}), runs as {user(agent)}")
    if result.trial and result.verdict is None:
        out.line(
            f"on trial for {span(result.within)}: rolled back by {result.trial.unit} unless up"
        )


def _show_way_back(verdict: Verdict) -> None:
    for name in verdict.back:
        out.hint(f"{out.paint(name, 'bold')}: rolled back to the version before")
    for name in verdict.uninstalled:
        out.hint(f"{out.paint(name, 'bold')}: uninstalled again, it had no version before")
    if verdict.problem:
        out.hint(f"{out.paint('pa:', 'red')} {verdict.problem}")


def warn_of_logout(user: str) -> None:
    """Say, where a user's service manager does not linger, what that means."""
    if user:
        warning, hint = out.paint("warning:", "yellow"), out.paint("hint:", "cyan")
        out.hint(f"{warning} your agents end when you log out, and do not start at boot")
        out.hint(f"    {hint} loginctl enable-linger {user}")


def items(result: Result) -> list[dict[str, object]]:
    """One item per agent."""
    outcomes = {one.agent.name: one for one in result.outcomes}
    names = dict.fromkeys((*result.changes.agents, *outcomes, *result.pruned))
    return [_item(result, name, outcomes.get(name)) for name in names]


def _item(result: Result, name: str, outcome: Outcome | None) -> dict[str, object]:
    change = result.changes.agents.get(name)
    action = Action.REMOVE if name in result.pruned else change.action if change else Action.SAME
    verdict = result.verdict or Verdict(kept=True)
    return {
        "schema": SCHEMA,
        "agent": name,
        "action": action,
        "ok": outcome.ok if outcome else True,
        "did": outcome.did if outcome else "",
        "reason": outcome.reason if outcome else "",
        "pid": outcome.pid if outcome else 0,
        "log": list(outcome.log) if outcome else [],
        "rolled_back": name in verdict.back,
        "uninstalled_again": name in verdict.uninstalled,
        "problem": verdict.problem,
        "ends_at_logout": bool(result.ends_at_logout),
    }
