"""`plan`."""

import click

from pa_units.cli import changes, kinds, options, out
from pa_units.cli.install import PENDING
from pa_units.cli.problems import show as show_problems
from pa_units.verbs import plan as verb
from pa_units.verbs.plan import AgentPlan, Plan, Step
from pa_units.write.changes import Action, Change


@click.command()
@click.argument("paths", nargs=-1, required=True, metavar="PATH…", type=kinds.SPEC)
@options.scope
@options.driver
@click.option("--prune", is_flag=True, help="With what apply --prune would uninstall.")
@click.option("--diff", is_flag=True, help="Show what would change, line by line.")
@click.option("--strict", is_flag=True, help="Warnings and notes are errors.")
@options.json
@options.root
def plan(
    paths: tuple[str, ...],
    scope: str | None,
    driver: str,
    prune: bool,
    diff: bool,
    strict: bool,
    as_json: bool,
    root: str,
) -> int:
    """Say what `pa apply` would do with spec files and directories: per agent and per file."""
    found = verb.plan(options.at(scope, root, driver), paths, prune=prune, strict=strict)
    show_problems(found.problems)
    if as_json:
        out.json([_item(one) for one in found.agents])
    else:
        _show(found, diff)
    return PENDING if found.pending else 0


def _show(found: Plan, diff: bool) -> None:
    for one in found.agents:
        if one.pending or one.kept:
            _show_agent(one)
    shared = [change for change in found.changes.files if len(change.agents) != 1]
    changes.show(shared)
    if diff:
        changes.show_text(found.changes)
    if found.unfinished:
        out.line("an interrupted command has left something to finish")
    out.line(_counted(found) if found.pending else "nothing to do")


_WORDS = {
    Action.CREATE: ("+", "green", "install"),
    Action.UPDATE: ("~", "yellow", "update"),
    Action.REMOVE: ("-", "red", "uninstall"),
    Action.SAME: ("=", "", "unchanged"),
}


def _show_agent(one: AgentPlan) -> None:
    sign, style, word = _WORDS[one.action]
    step = f", {one.step}" if one.step else ""
    out.line(f"{out.paint(sign, style)} {out.paint(one.name, 'bold')}: {word}{step}")
    if one.user_before is not None:
        before = one.user_before or "a dynamic user"
        out.line(f"    it would no longer run as {before}: needs --user-changed")
    changes.show((file for file in one.files if len(file.agents) == 1), indent="    ")
    for path in one.kept:
        out.line(f"    {path}: changed by hand, stays")


def _counted(found: Plan) -> str:
    counts = [
        f"{number} {'unchanged' if action is Action.SAME else f'to {word}'}"
        for action, (_, _, word) in _WORDS.items()
        if (number := sum(one.action is action for one in found.agents))
    ]
    moved = sum(one.step in (Step.START, Step.RESTART) for one in found.agents)
    return ", ".join(counts) + f"; {moved} to start or restart"


def _item(one: AgentPlan) -> dict[str, object]:
    return {
        "schema": "pa.plan/1",
        "agent": one.name,
        "action": one.action,
        "step": one.step,
        "pending": one.pending,
        "files": [_file(change) for change in one.files],
        "kept": list(one.kept),
        "user_before": one.user_before,
    }


def _file(change: Change) -> dict[str, object]:
    return {
        "path": change.path,
        "kind": change.kind,
        "action": change.action,
        "conflict": change.conflict,
        "refused": change.refused,
        "shared": len(change.agents) > 1,
    }
