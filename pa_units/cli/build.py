"""`compile`, `explain`, `validate`."""

import click

from pa_units.cli import options, out
from pa_units.cli.problems import count
from pa_units.cli.problems import show as show_problems
from pa_units.cli.words import plural
from pa_units.verbs import build as verb

_FILES = click.argument("files", nargs=-1, required=True, metavar="FILE…")


@click.command("compile")
@_FILES
@options.scope
@click.option("-o", "--output", default="-", metavar="DIR", help="Write below DIR; - prints.")
@click.option("--strict", is_flag=True, help="Warnings and notes are errors.")
def compile(files: tuple[str, ...], scope: str | None, output: str, strict: bool) -> None:  # noqa: A001 (the command's name)
    """Write the units of spec files without installing them. `-` reads standard input."""
    compiled = verb.compile_files(options.at(scope), files, strict=strict)
    show_problems(compiled.problems)
    kept = verb.artifacts(compiled)
    if output != "-":
        for path in verb.write_tree(kept, output):
            out.line(f"{output.rstrip('/')}{path}")
        return
    for artifact in kept:
        out.line(out.paint(f"# {artifact.path}", "bold"))
        out.line(artifact.text)


@click.command()
@_FILES
@options.scope
@options.json
def explain(files: tuple[str, ...], scope: str | None, as_json: bool) -> None:
    """Say what agents will do on this host: restarts, limits, user, sandbox, logs."""
    explained = verb.explain(options.at(scope), files)
    if as_json:
        out.json([{"schema": "pa.explain/1", **one._asdict()} for one in explained.agents])
        return
    for one in explained.agents:
        out.line(f"{out.paint(one.agent, 'bold')} on systemd {one.systemd}")
        for topic, words in one.lines:
            out.line(f"  {out.paint(topic.rjust(8), 'dim')}  {words}")
    show_problems(explained.problems)


@click.command()
@_FILES
def validate(files: tuple[str, ...]) -> None:
    """Check spec files: every problem at its line. Exit code: 0 no error, 2 an error."""
    problems = verb.validate(files)
    show_problems(problems)
    found = count(problems)
    out.line(f"{plural(len(files), 'file')}: no error" + (f", {found}" if found else ""))
