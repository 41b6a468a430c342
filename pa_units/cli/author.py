"""`fmt`, `schema`, `init`."""

import click

from pa_units.cli import kinds, out
from pa_units.verbs import author as verb

PENDING = 8


@click.command()
@click.argument("files", nargs=-1, required=True, metavar="FILE…", type=kinds.SPEC)
@click.option("--check", is_flag=True, help="Change nothing; exit code 8 if a file would change.")
def fmt(files: tuple[str, ...], check: bool) -> int:
    """Format spec files in place: canonical names and layout; comments and order stay.

    `-` reads standard input and prints.
    """
    code = 0
    for one in map(verb.formatted, files):
        if one.path == "-":
            out.text(one.after)
        elif one.before != one.after:
            code = PENDING if check else code
            out.line(f"{one.path}: {'not formatted' if check else 'formatted'}")
            if not check:
                verb.save(one)
    return code


@click.command()
def schema() -> None:
    """Print the JSON Schema of spec files, for editors."""
    out.text(verb.json_schema())


@click.command()
@click.argument("name", default="my-agent")
@click.option("--cmd", default="python3 -m http.server 8080", help="What it runs.")
@click.option("-o", "--output", metavar="FILE", type=kinds.FILE, help="Default: NAME.yaml.")
def init(name: str, cmd: str, output: str | None) -> None:
    """Write a commented spec file to start from; it runs as it is."""
    path = output or f"{name}.yaml"
    verb.start_file(path, name, cmd)
    out.line(f"{path}: edit it, then: pa install {path}")
