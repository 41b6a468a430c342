"""`debug`."""

import click

from pa_units.cli import kinds, options, out
from pa_units.cli.options import Agents
from pa_units.kit.errors import UsageError
from pa_units.kit.figures import plural, size
from pa_units.verbs import debug as verb
from pa_units.verbs.here import Here

_STDOUT = "-"


@click.command()
@options.agents
@click.option(
    "-o",
    "--output",
    "path",
    default="",
    metavar="FILE",
    type=kinds.FILE,
    help="Where the zip file goes, - for standard output.  [default: NAME-debug.zip]",
)
def debug(at: Here, agents: Agents, path: str) -> None:
    """Pack all that somebody else needs to help into a zip file: spec, units, properties, journal,
    diagnosis, facts of the host.

    Secrets are taken out: known values wherever they stand, and what stands where secrets do. Look
    through it all the same before you hand it on.
    """
    if not agents:
        raise UsageError("which agent? name one, or say --all")
    packed = verb.pack(at, agents)
    if path == _STDOUT:
        out.binary(packed.content)
        return
    where = path or f"{agents[0].name if len(agents) == 1 else 'agents'}-debug.zip"
    verb.write(packed, where)
    what = f"{plural(len(packed.names), 'file')}, {size(len(packed.content))}"
    out.line(f"{where}: {what}; {plural(packed.secrets, 'secret value')} looked for and taken out")
