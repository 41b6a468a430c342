"""Commands: a string is split by shell words, a list is taken as it is, a shell runs only where
the spec asks for one."""

import re
import shlex
from functools import lru_cache
from typing import NamedTuple

from pa_units.spec.bad import Bad, shape


class Command(NamedTuple):
    """What to execute. With `shell`, `words` holds the one text for `sh -c`."""

    words: tuple[str, ...]
    shell: bool = False


def command(value: object) -> Command:
    """Return the command written as `"a b"`, `[a, b]` or `{shell: "a && b"}`."""
    if type(value) is str:
        return Command(split(value))
    if type(value) is list:
        return Command(words(value))
    if type(value) is dict and value.keys() == {"shell"} and type(value["shell"]) is str:
        return Command((script(value["shell"]),), True)
    raise Bad(
        f"a command expected, not {shape(value)}",
        'write "program argument", [program, argument] or {shell: "a && b"}',
        "wrong-shape",
    )


def words(value: list[object]) -> tuple[str, ...]:
    """Return a list of words unchanged."""
    for word in value:
        if type(word) is not str:
            raise Bad(f"a list of words holds {shape(word)}", code="wrong-shape")
        if "\0" in word:
            raise Bad("a word holds a zero byte", code="control-character")
    if not value or not value[0]:
        raise Bad("the command is empty", code="empty-command")
    if not str(value[0]).isprintable():
        raise Bad("the program's name holds a control character", code="control-character")
    return tuple(str(word) for word in value)


def script(text: str) -> str:
    """Return a text for `sh -c`."""
    if not text.strip():
        raise Bad("the command is empty", code="empty-command")
    if "\0" in text:
        raise Bad("the command holds a zero byte", code="control-character")
    return text


@lru_cache(maxsize=4096)
def split(text: str) -> tuple[str, ...]:
    """Return the shell words of `text`; an operator of the shell is refused by name."""
    if not text.strip():
        raise Bad("the command is empty", code="empty-command")
    if _SUSPICIOUS.search(text):
        _refuse_operators(text)
    try:
        return words(list(shlex.split(text)))
    except ValueError as error:
        raise Bad(
            f"cannot split into words: {str(error).lower()}", code="unbalanced-quote"
        ) from None


_SUSPICIOUS = re.compile(r"[;&|<>`\n]|\$\(")
_OPERATORS = re.compile(
    r"""(?P<skip>'[^']*'|\\.)|(?P<quote>")|(?P<operator>&&|\|\||>>|<<|[;&|<>\n]|`|\$\()""",
    re.DOTALL,
)


def _refuse_operators(text: str) -> None:
    inside = False
    for found in _OPERATORS.finditer(text):
        if found.lastgroup == "quote":
            inside = not inside
        if not (operator := found["operator"]):
            continue
        if inside and operator not in ("`", "$("):
            continue
        _refuse(text, operator)


def _refuse(text: str, operator: str) -> None:
    if operator == "\n" and not text.rstrip().count("\n"):
        return  # a block scalar ends with a newline
    name = "a line break" if operator == "\n" else f"'{operator}'"
    hint = "add 'shell: true', or quote it if it is meant literally"
    if re.match(r"\s*cd\s", text) and operator in ("&&", ";"):
        hint = "set 'cwd:' to that directory instead of 'cd', or add 'shell: true'"
    raise Bad(f"{name} needs a shell, and no shell runs this command", hint, "shell-operator")


def main(value: object, *, shell: bool) -> Command:
    """Return an agent's `cmd`, for which `shell: true` may stand beside it."""
    if not shell:
        return command(value)
    if type(value) is not str:
        raise Bad(
            "a list is never run through a shell",
            "write the command as one text, or drop 'shell: true'",
            "shell-list",
        )
    return Command((script(value),), True)


def show(value: Command) -> object:
    """Return the canonical spelling: `{shell: text}`, a text where it reads back, or words."""
    return {"shell": value.words[0]} if value.shell else show_main(value)


def show_main(value: Command) -> object:
    """Return the canonical spelling of an agent's `cmd`."""
    if value.shell:
        return value.words[0]
    joined = " ".join(value.words)
    return joined if _reads_back(joined, value.words) else list(value.words)


def _reads_back(joined: str, wanted: tuple[str, ...]) -> bool:
    try:
        return split(joined) == wanted
    except Bad:
        return False
