"""What a script of the spec is to the shell: one program, or several."""

import re

from pa_units.spec.bad import Bad
from pa_units.spec.command import Command, split

SHELL = "/bin/sh"

_PROGRAM_FIRST = re.compile(r"\s*[A-Za-z0-9_./~$\"'{}-]+(\s[^()]*)?")
_BUILTINS = """
alias cd eval exec exit export read readonly set shift source time trap ulimit umask unalias unset
wait . : ! {
"""
_NO_PROGRAMS = frozenset(_BUILTINS.split())


def is_single(command: Command) -> bool:
    """Is it a script of one program alone? `exec a && b` would never come to b."""
    if not command.shell or not _PROGRAM_FIRST.fullmatch(command.words[0]):
        return False
    try:
        return split(command.words[0])[0] not in _NO_PROGRAMS
    except Bad:
        return False


def with_exec(command: Command) -> Command:
    """Let a single program take the place of its shell: it is the main process then, and gets the
    signals."""
    if not is_single(command):
        return command
    return Command((f"exec {command.words[0].lstrip()}",), True)


def is_compound(command: Command) -> bool:
    """Does a shell stay in front of the programs? It passes no signal on to them."""
    return command.shell and not is_single(command)
