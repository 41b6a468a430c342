"""The file that a service executes: is it there, may it be run, and what runs it?"""

import os
from typing import NamedTuple

from pa_units.observe.facts import SEARCH_PATH
from pa_units.observe.reach import RUN, Who, barred

_SCRIPT, _ELF = b"#!", b"\x7fELF"
_HEAD = 256
"""The kernel reads so many bytes of a script's first line (execve(2))."""
_DEPTH = 4
"""So many interpreters deep a script may be."""

_MACHINES = {
    3: ("i386", ("i686", "i586", "i486", "i386", "x86_64")),
    40: ("arm", ("armv6l", "armv7l", "armv8l", "aarch64")),
    62: ("x86_64", ("x86_64",)),
    183: ("aarch64", ("aarch64",)),
    243: ("riscv", ("riscv64", "riscv32")),
}
"""elf(5), e_machine: its name, and the kernels (uname(2)) that run it"""


class Program(NamedTuple):
    """What stands where a unit says its program is."""

    path: str
    """absolute; a bare name where it is nowhere in systemd's search path"""
    exists: bool = False
    kind: str = ""
    """script, elf, directory, text (neither of them) or empty (a file without any content)"""
    mode_runs: bool = False
    """has it a permission bit that lets anybody run it?"""
    barred: str = ""
    """the part of the path at which the agent's user is refused"""
    interpreter: str = ""
    """of a script: the words behind #!, as they are"""
    lost: str = ""
    """the interpreter that is not there, or its program in `#!/usr/bin/env python`"""
    foreign: str = ""
    """the processor that an ELF file is for, if it is not this one"""


def look(program: str, who: Who | None) -> Program:
    """Look at a program as systemd would find it; `who` shall run it."""
    path = program if program.startswith("/") else _found(program)
    if not os.path.exists(path):
        return Program(path)
    if os.path.isdir(path):
        return Program(path, True, "directory")
    seen = Program(
        path,
        True,
        mode_runs=bool(os.stat(path).st_mode & 0o111),
        barred=barred(path, who, RUN) if who else "",
    )
    return _inside(seen)


def _found(name: str) -> str:
    return find(name, SEARCH_PATH) or name


def find(name: str, search: str) -> str:
    """Return where a bare name is in a search path, whoever may run it; empty: nowhere."""
    candidates = (f"{directory}/{name}" for directory in search.split(":") if directory)
    return next((path for path in candidates if os.path.isfile(path)), "")


def _inside(seen: Program) -> Program:
    head = _head(seen.path)
    if head is None:
        return seen
    if head.startswith(_SCRIPT):
        words = head[2:].split(b"\n")[0].decode(errors="replace")
        return seen._replace(kind="script", interpreter=words, lost=_lost(words))
    if head.startswith(_ELF):
        return seen._replace(kind="elf", foreign=_foreign(head))
    return seen._replace(kind="text" if head else "empty")


def _head(path: str) -> bytes | None:
    try:
        with open(path, "rb") as file:
            return file.read(_HEAD)
    except OSError:
        return None


def _lost(line: str, depth: int = 0) -> str:
    """The interpreter that a first line names and that is not there."""
    words = line.strip(" \t").split(" ")
    interpreter = words[0]
    if not interpreter or not os.path.exists(interpreter):
        return interpreter or "#!"
    if os.path.basename(interpreter) == "env":
        wanted = next((word for word in words[1:] if word and not word.startswith("-")), "")
        return wanted if wanted and "/" not in wanted and not find(wanted, SEARCH_PATH) else ""
    head = _head(interpreter) or b""
    if head.startswith(_SCRIPT) and depth < _DEPTH:
        return _lost(head[2:].split(b"\n")[0].decode(errors="replace"), depth + 1)
    return ""


def _foreign(head: bytes) -> str:
    order = "little" if head[5:6] == b"\x01" else "big"
    number = int.from_bytes(head[18:20], "little" if order == "little" else "big")
    name, kernels = _MACHINES.get(number, ("", ()))
    return name if name and os.uname().machine not in kernels else ""
