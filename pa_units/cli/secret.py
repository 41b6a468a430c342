"""`secret set|list|rm`."""

import sys

import click

from pa_units.cli import kinds, options, out
from pa_units.verbs import secrets as verb


@click.group()
def secret() -> None:
    """Store the values of ${VAR} in env, so that no install needs them in its environment."""


@secret.command("set")
@click.argument("agent", metavar="NAME", type=kinds.AGENT)
@click.argument("variable", metavar="VAR")
@options.scope
@options.dry_run
def set_(agent: str, variable: str, scope: str | None, dry_run: bool) -> None:
    """Store a value: asked for on a terminal, else read from standard input."""
    at = options.at(scope)
    if dry_run:
        known = variable in verb.names(at, agent)
        out.line(f"{agent}: {variable} would {'get another value' if known else 'be stored'}")
        return
    value = _ask(variable) if sys.stdin.isatty() else sys.stdin.read().removesuffix("\n")
    installed = verb.set_value(at, agent, variable, value)
    used = f"; pa restart {agent} brings it to the running agent" if installed else ""
    out.line(f"{agent}: {variable} is stored{used}")


def _ask(variable: str) -> str:
    answer: str = click.prompt(f"value of {variable}", hide_input=True, err=True)
    return answer


@secret.command("list")
@click.argument("agent", metavar="NAME", type=kinds.AGENT)
@options.scope
@options.json
def list_(agent: str, scope: str | None, as_json: bool) -> None:
    """Print which variables of an agent have a stored value; never the values."""
    names = verb.names(options.at(scope), agent)
    if as_json:
        out.json([{"schema": "pa.secret/1", "agent": agent, "name": name} for name in names])
        return
    for name in names:
        out.line(name)


@secret.command("rm")
@click.argument("agent", metavar="NAME", type=kinds.AGENT)
@click.argument("variable", metavar="VAR")
@options.scope
@options.dry_run
def rm(agent: str, variable: str, scope: str | None, dry_run: bool) -> None:
    """Forget a value."""
    at = options.at(scope)
    if dry_run:
        known = variable in verb.names(at, agent)
        out.line(f"{agent}: {variable} {'would be forgotten' if known else 'has no value'}")
        return
    verb.remove(at, agent, variable)
    out.line(f"{agent}: {variable} is forgotten")
