"""`_confirm`: the service that `--confirm-within` starts; not for people."""

import click

from pa_units.cli import options, out
from pa_units.contracts.watch import Verdict
from pa_units.verbs import trial, trial_watch


@click.command("_confirm", hidden=True)
@click.argument("ident")
@options.scope
def _confirm(ident: str, scope: str | None) -> int:
    """Watch one install and roll it back unless it is up in time; what is printed is journaled."""
    at = options.at(scope)
    verdict = trial_watch.watch(at, ident)
    try:
        return _tell(verdict)
    finally:
        trial.leave(at, ident)


def _tell(verdict: Verdict) -> int:
    if verdict.kept:
        out.line("up in time: kept")
        return 0
    for name, reason in verdict.reasons.items():
        out.line(f"{name}: not up in time: {reason}")
    out.line(f"rolled back: {', '.join(verdict.back) or 'nothing'}")
    if verdict.uninstalled:
        out.line(f"uninstalled again: {', '.join(verdict.uninstalled)}")
    if verdict.problem:
        out.line(verdict.problem)
    return 0
