"""The variables of an agent: a few of ours, those of its files, its own."""

import re
from collections.abc import Mapping, Sequence

from pa_units.contracts.run_plan import EnvFile, RunPlan, Word
from pa_units.supervisor.accounts import Identity
from pa_units.supervisor.proc import RUN_VARIABLE

PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
"""What systemd gives to a service, systemd.exec(5); not that of a login shell."""

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_LONGEST_FILE = 1 << 20


class Unreadable(Exception):
    """A file of variables is missing or cannot be read."""


def environment(plan: RunPlan, identity: Identity, run: str, locale: str) -> dict[str, str]:
    """Return the variables of a new process: later ones win, the spec's own over those of files.

    Raises Unreadable.
    """
    found = {
        "PATH": PATH,
        "LANG": locale,
        "HOME": identity.home,
        "USER": identity.name,
        "LOGNAME": identity.name,
        "SHELL": identity.shell,
    }
    for file in plan.env_files:
        found |= _read(file)
    found |= plan.env
    return found | {RUN_VARIABLE: run, "PA_AGENT": plan.agent, "PA_UNIT": plan.unit}


def _read(file: EnvFile) -> dict[str, str]:
    try:
        with open(file.path, "rb") as source:
            data = source.read(_LONGEST_FILE)
    except FileNotFoundError:
        if not file.required:
            return {}
        raise Unreadable(f"cannot read {file.path}: it is not there") from None
    except OSError as error:
        raise Unreadable(f"cannot read {file.path}: {str(error.strerror).lower()}") from None
    return parse(data.decode(errors="surrogateescape"))


_TOKEN = re.compile(
    r"""'(?P<single>[^']*)'|"(?P<double>(?:[^"\\]|\\.)*)"|\\(?P<escaped>.)|(?P<end>\n)"""
    r"""|(?P<plain>[^'"\\\n]+)|(?P<stray>.)""",
    re.DOTALL,
)
_IN_DOUBLE = re.compile(r'\\(["\\`$\n])')


def parse(text: str) -> dict[str, str]:
    """Read NAME=value lines as systemd does (`EnvironmentFile=`, systemd.exec(5)): comments begin
    a line, quotes may hold line ends, nothing is expanded."""
    found: dict[str, str] = {}
    at = 0
    while at < len(text):
        end = text.find("\n", at)
        line = text[at : end if end >= 0 else len(text)]
        name, sign, _ = line.partition("=")
        if line.lstrip().startswith(("#", ";")) or not sign or not _NAME.fullmatch(name.strip()):
            at = len(text) if end < 0 else end + 1
            continue
        found[name.strip()], at = _value(text, at + len(name) + 1)
    return found


def _value(text: str, at: int) -> tuple[str, int]:
    """Return the value that begins at `at`, and where the next line begins."""
    while text[at : at + 1] in (" ", "\t"):
        at += 1
    parts: list[str] = []
    for token in _TOKEN.finditer(text, at):
        at = token.end()
        if token.lastgroup == "end":
            break
        parts.append(_meant(token))
    last_is_plain = bool(parts) and text[at - 1 : at] not in "'\""
    value = "".join(parts)
    return (value.rstrip(" \t\r\n") if last_is_plain else value), at


def _meant(token: re.Match[str]) -> str:
    kind = token.lastgroup
    if kind == "double":
        return _IN_DOUBLE.sub(lambda found: found[1].replace("\n", ""), token["double"])
    if kind == "escaped":
        return token["escaped"].replace("\n", "")
    return token["single"] if kind == "single" else token[0]


def expand(words: Sequence[Word], variables: Mapping[str, str]) -> tuple[str, ...]:
    """Put the agent's variables into the words of a command."""
    return tuple(word if isinstance(word, str) else _joined(word, variables) for word in words)


def _joined(pieces: Sequence[str | tuple[str, ...]], variables: Mapping[str, str]) -> str:
    return "".join(
        piece if isinstance(piece, str) else variables.get(piece[0]) or "".join(piece[1:])
        for piece in pieces
    )
