"""`rollback`, `history`."""

import time

import click

from pa_units.cli import changes, kinds, lifecycle, options, out
from pa_units.cli.columns import Column, table
from pa_units.cli.result import warn_of_logout
from pa_units.verbs import rollback as verb
from pa_units.verbs.rollback import Version
from pa_units.verbs.select import one


@click.command()
@click.argument("name", type=kinds.AGENT)
@click.option("--to", "number", type=int, default=0, metavar="N", help="Which version.")
@options.scope
@options.dry_run
@click.option("--force", is_flag=True, help="Write over foreign and hand-edited files.")
@click.option("--user-changed", is_flag=True, help="It may run as another user than now.")
@options.no_block
def rollback(
    name: str,
    number: int,
    scope: str | None,
    dry_run: bool,
    force: bool,
    user_changed: bool,
    no_block: bool,
) -> int:
    """Install the version before the present one again, or version N of `pa history`; restart the
    agent and wait until it is up.

    Secrets keep the values of today. It fails when the agent does not come up.
    """
    at = options.at(scope)
    agent = one(at, name)
    done = verb.rollback(
        at,
        agent,
        number,
        user_changed=user_changed,
        force=force,
        wait=not no_block,
        dry_run=dry_run,
    )
    if dry_run:
        out.line(f"{agent.name}: from version {done.before} to version {done.now}")
        changes.show(done.changes.files)
        return 0
    out.line(f"{out.paint(agent.name, 'bold')}: version {done.now}, was {done.before}")
    changes.show_kept(done.changes)
    code = lifecycle.report(done.outcomes)
    warn_of_logout(done.ends_at_logout)
    return code


_COLUMNS = (
    Column(""),
    Column("VERSION", right=True),
    Column("INSTALLED"),
    Column("SPEC"),
    Column("DIGEST"),
    Column(""),
)


@click.command()
@click.argument("name", type=kinds.AGENT)
@options.scope
@options.json
def history(name: str, scope: str | None, as_json: bool) -> None:
    """List the stored versions of an agent, which `pa rollback` goes back to."""
    at = options.at(scope)
    agent = one(at, name)
    found = list(verb.history(at, agent))
    if as_json:
        out.json([{"schema": "pa.history/1", **one._asdict()} for one in found])
        return
    table(_COLUMNS, [_row(one) for one in found])


def _row(one: Version) -> tuple[str, ...]:
    stamp = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(one.installed_us / 1e6))
    remark = f"rolled back: {one.remark}" if one.remark else ""
    return (
        "*" if one.current else "",
        str(one.number),
        stamp,
        one.origin or "-",
        one.digest[:12],
        remark,
    )
