"""`compile`, `explain`, `validate`."""

import click

from pa_units.cli import kinds, options, out
from pa_units.cli.problems import as_item, count
from pa_units.cli.problems import show as show_problems
from pa_units.cli.wrap import wrapped
from pa_units.compile.explain import Explanation
from pa_units.compile.support.way import Target
from pa_units.contracts.bundle import Kind
from pa_units.kit.figures import plural
from pa_units.verbs import build as verb

_FILES = click.argument("files", nargs=-1, required=True, metavar="FILE…", type=kinds.SPEC)


_WORDS_AT = 13
"""column at which the words of a topic begin"""

_FOR = click.option(
    "--for",
    "machine",
    default="",
    metavar="MACHINE",
    help="Another machine: debian=12, or systemd=257,scope=user. Left out: this one.",
)


@click.command("compile")
@_FILES
@options.scope
@click.option(
    "--target",
    type=click.Choice([target.value for target in verb.TARGETS]),
    help="What for: units of systemd, or what the built-in supervisor runs; else as pa install.",
)
@click.option(
    *("-o", "--output"),
    default="-",
    metavar="DIR",
    type=kinds.DIRECTORY,
    help="Write below DIR; - prints.",
)
@_FOR
@click.option(
    "--layout",
    type=click.Choice(["host", "vendor"]),
    default="host",
    help="vendor: as a package ships it.",
)
@click.option("--strict", is_flag=True, help="Warnings and notes are errors.")
def compile(  # noqa: A001 (the command's name)
    files: tuple[str, ...],
    scope: str | None,
    target: str | None,
    output: str,
    machine: str,
    layout: str,
    strict: bool,
) -> None:
    """Write the units of spec files without installing them. `-` reads standard input."""
    driver = verb.TARGETS[Target(target)] if target else ""
    want = verb.wanted(machine, layout, scope, driver)
    tree = verb.compile_files(options.at(scope, driver=driver), files, want, strict=strict)
    show_problems(tree.problems)
    if output != "-":
        for path in verb.write_tree(tree.files, output):
            out.line(path)
        return
    for artifact in tree.files:
        arrow = f" -> {artifact.text}" if artifact.kind is Kind.LINK else ""
        out.line(out.paint(f"# {artifact.path}{arrow}", "bold"))
        out.line("" if arrow else artifact.text)


@click.command()
@_FILES
@options.scope
@options.driver
@_FOR
@options.json
def explain(
    files: tuple[str, ...], scope: str | None, driver: str, machine: str, as_json: bool
) -> None:
    """Say what agents will do: restarts, limits, user, sandbox, logs. `-` reads standard input."""
    at = options.at(scope, driver=driver)
    explained = verb.explain(at, files, verb.wanted(machine, "host", scope, driver))
    if as_json:
        out.json([_explained(one, explained) for one in explained.agents])
        return
    for number, one in enumerate(explained.agents):
        if number:
            out.line()
        by = f"systemd {one.systemd}" if one.systemd else "the built-in supervisor"
        out.line(f"{out.paint(one.agent, 'bold')} on {by}")
        for topic, words in one.lines:
            wrapped(f"  {out.paint(topic.rjust(9), 'dim')}  ", words, _WORDS_AT)
    show_problems(explained.problems)


def _explained(one: Explanation, explained: verb.Explained) -> dict[str, object]:
    notes = [as_item(problem) for problem in explained.notes.get(one.agent, ())]
    return {"schema": "pa.explain/1", **one._asdict(), "notes": notes}


@click.command()
@_FILES
def validate(files: tuple[str, ...]) -> None:
    """Check spec files and tell every problem at its line."""
    done = verb.validate(files)
    show_problems(done.problems)
    found = count(done.problems)
    out.line(f"{plural(done.agents, 'agent')}: no error" + (f", {found}" if found else ""))
