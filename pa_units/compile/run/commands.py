"""Commands of the spec → what the supervisor executes."""

from collections.abc import Iterable

from pa_units.compile.systemd import script
from pa_units.contracts.run_plan import Command, Piece, Word
from pa_units.spec import command as spec
from pa_units.spec.model import Agent
from pa_units.spec.template import Var, parse


def main(agent: Agent, executable: str | None) -> Command:
    """Return the main process: a single program takes the place of its shell."""
    return command(script.with_exec(agent.cmd), executable)


def command(given: spec.Command, executable: str | None = None) -> Command:
    """Return a command. What a shell runs, that shell expands."""
    if given.shell:
        return Command(script.SHELL, (script.SHELL, "-c", given.words[0]))
    program = executable or given.words[0]
    return Command(program, (program, *map(_word, given.words[1:])))


def commands(given: Iterable[spec.Command]) -> tuple[Command, ...]:
    """Return several, such as those of a hook."""
    return tuple(command(one) for one in given)


def _word(text: str) -> Word:
    pieces = tuple(map(_piece, parse(text)))
    if all(isinstance(piece, str) for piece in pieces):
        return "".join(map(str, pieces))
    return pieces


def _piece(part: str | Var) -> Piece:
    if isinstance(part, str):
        return part
    return (part.name,) if part.default is None else (part.name, part.default)
